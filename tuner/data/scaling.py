"""Standardisation, fitted on the training rows of one fold and on no others."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np

__all__ = ["Scaler", "fit_scaler"]


@dataclass(frozen=True, slots=True, eq=False)
class Scaler:
    """The mean and standard deviation that features are standardised by.

    Args:
        mean: (features,) float32; 0 for features that are not scaled.
        scale: (features,) float32; 1 for features that are not scaled or do not vary, infinity
            for those without a value, which makes every number 0.
    """

    mean: np.ndarray
    scale: np.ndarray

    def apply(self, x: np.ndarray) -> np.ndarray:
        """Return (x − mean) / scale, (rows, features) float32, with 0, the mean, for NaN."""
        scaled = np.asarray((x - self.mean) / self.scale, np.float32)
        scaled[np.isnan(scaled)] = 0
        return scaled


def fit_scaler(
    x: np.ndarray, rows: np.ndarray, scaled: np.ndarray, *, channels: int | None = None
) -> Scaler:
    """Fit a scaler on some rows; numbers that are missing do not count.

    The moments are taken in float64, one feature at a time, so that a large table is not copied.

    The pixels of an image's channel share their moments: a pixel at the border that is dark in
    nearly all rows would otherwise be hundreds of deviations from its mean in the others.

    A feature of which no row has a value is 0 in every other row as well: nothing says on which
    scale it stands, and nothing was learned from it.

    Args:
        x: (rows, features) float32, NaN where a number is missing.
        rows: Row numbers of a fold's training part.
        scaled: (features,) bool, which features to standardise.
        channels: Where rows are images, whose features are the channels of one pixel after
            another, how many they are; all of them are standardised.

    >>> scaler = fit_scaler(np.array([[1.0], [3.0], [99.0]]), np.array([0, 1]), np.array([True]))
    >>> scaler.apply(np.array([[2.0], [4.0], [np.nan]])).ravel().tolist()
    [0.0, 2.0, 0.0]
    """
    mean = np.zeros(x.shape[1], np.float32)
    scale = np.ones(x.shape[1], np.float32)
    if channels is None:
        for feature in np.flatnonzero(scaled):
            values = _present(x[:, feature], rows)
            mean[feature], scale[feature] = _moments(partial(iter, [values]))
        return Scaler(mean=mean, scale=scale)
    for channel in range(channels):
        pixels = slice(channel, None, channels)
        mean[pixels], scale[pixels] = _moments(partial(_columns, x[:, pixels], rows))
    return Scaler(mean=mean, scale=scale)


def _columns(x: np.ndarray, rows: np.ndarray) -> Iterator[np.ndarray]:
    return (_present(column, rows) for column in x.T)


def _present(column: np.ndarray, rows: np.ndarray) -> np.ndarray:
    values = column[rows].astype(np.float64)
    return values[~np.isnan(values)]


def _moments(parts: Callable[[], Iterator[np.ndarray]]) -> tuple[float, np.float32]:
    """Return the mean and the deviation of numbers that come in parts, as often as asked for."""
    count = sum(len(values) for values in parts())
    if not count:
        return 0.0, np.float32(np.inf)
    mean = sum(values.sum() for values in parts()) / count
    squares = sum(np.square(values - mean).sum() for values in parts())
    least = min(values.min(initial=np.inf) for values in parts())
    greatest = max(values.max(initial=-np.inf) for values in parts())
    deviation = np.float32(np.sqrt(squares / count))
    # rounding gives equal values a tiny deviation, and float32 may round a tiny one to zero
    return mean, deviation if least < greatest and deviation > 0 else np.float32(1)
