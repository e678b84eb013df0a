"""Standardisation, fitted on the training rows of one fold and on no others."""

from dataclasses import dataclass

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
    alike = (
        [slice(feature, feature + 1) for feature in np.flatnonzero(scaled)]
        if channels is None
        else [slice(channel, None, channels) for channel in range(channels)]
    )
    for feature in alike:
        values = x[:, feature][rows].astype(np.float64)
        values = values[~np.isnan(values)]
        if not len(values):
            scale[feature] = np.inf
            continue
        mean[feature] = values.mean()
        deviation = np.float32(values.std())
        # rounding gives equal values a tiny deviation, and float32 may round a tiny one to zero
        if values.min() < values.max() and deviation > 0:
            scale[feature] = deviation
    return Scaler(mean=mean, scale=scale)
