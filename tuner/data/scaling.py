"""Standardisation, fitted on the training rows of one fold only."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np

__all__ = ["Scaler", "fit_scaler"]


@dataclass(frozen=True, slots=True, eq=False)
class Scaler:
    """The mean and standard deviation of each feature.

    Attributes:
        mean: Shape `(features,)`, float32; 0 for features that are not scaled.
        scale: Shape `(features,)`, float32; 1 for features that are not scaled or do not vary,
            infinity for features without a value, which makes every number 0.
    """

    mean: np.ndarray
    scale: np.ndarray

    def apply(self, x: np.ndarray) -> np.ndarray:
        """Return (x − mean) / scale, with 0, the mean, for NaN.

        **Shape**: `(rows, features)` → `(rows, features)`, float32.
        """
        scaled = np.asarray((x - self.mean) / self.scale, np.float32)
        scaled[np.isnan(scaled)] = 0
        return scaled


def fit_scaler(
    x: np.ndarray, rows: np.ndarray, scaled: np.ndarray, *, channels: int | None = None
) -> Scaler:
    """Fit a scaler on some rows; missing numbers are ignored.

    The moments are computed in float64, one feature at a time, so that a large table is not copied.

    All pixels of an image's channel share their moments. Otherwise a border pixel that is dark in
    nearly all rows would be hundreds of deviations from its mean in the others.

    A feature without a value in these rows is 0 in every other row as well, because its scale is
    unknown and nothing was learned from it.

    Args:
        x: Features, shape `(rows, features)`, float32, NaN if a number is missing.
        rows: The row numbers of a fold's training part.
        scaled: Which features to standardise, shape `(features,)`, bool.
        channels: The number of channels if the rows are images, with the channels of a pixel next
            to each other. All their features are standardised. None for other rows.

    >>> scaler = fit_scaler(np.array([[1.0], [3.0], [99.0]]), np.array([0, 1]), np.array([True]))
    >>> scaler.apply(np.array([[2.0], [4.0], [np.nan]])).ravel().tolist()
    [0.0, 2.0, 0.0]
    """
    mean = np.zeros(x.shape[1], np.float32)
    scale = np.ones(x.shape[1], np.float32)
    if channels is None:
        for feature in np.flatnonzero(scaled):
            values = _select_present(x[:, feature], rows)
            mean[feature], scale[feature] = _calculate_moments(partial(iter, [values]))
        return Scaler(mean=mean, scale=scale)
    for channel in range(channels):
        pixels = slice(channel, None, channels)
        columns = partial(_iterate_columns, x[:, pixels], rows)
        mean[pixels], scale[pixels] = _calculate_moments(columns)
    return Scaler(mean=mean, scale=scale)


def _iterate_columns(x: np.ndarray, rows: np.ndarray) -> Iterator[np.ndarray]:
    return (_select_present(column, rows) for column in x.T)


def _select_present(column: np.ndarray, rows: np.ndarray) -> np.ndarray:
    values = column[rows].astype(np.float64)
    return values[~np.isnan(values)]


def _calculate_moments(
    iterate_parts: Callable[[], Iterator[np.ndarray]],
) -> tuple[float, np.float32]:
    """Return the mean and standard deviation of numbers.

    Args:
        iterate_parts: Iterates over the numbers in parts; called several times.
    """
    count = sum(len(values) for values in iterate_parts())
    if not count:
        return 0.0, np.float32(np.inf)
    mean = sum(values.sum() for values in iterate_parts()) / count
    squares = sum(np.square(values - mean).sum() for values in iterate_parts())
    least = min(values.min(initial=np.inf) for values in iterate_parts())
    greatest = max(values.max(initial=-np.inf) for values in iterate_parts())
    deviation = np.float32(np.sqrt(squares / count))
    # rounding gives equal values a tiny deviation, and float32 may round a tiny one to zero
    return mean, deviation if least < greatest and deviation > 0 else np.float32(1)
