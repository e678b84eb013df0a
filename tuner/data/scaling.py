"""The scaling of features, fitted on the training rows of one fold only."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from functools import partial
from typing import Any

import numpy as np

__all__ = [
    "Scaler",
    "Scaling",
    "bound",
    "clip_smoothly",
    "fit_scaler",
    "measure_middle",
    "scale_rows",
]

_BOUND = 3.0  # which smoothly clipped numbers approach
_FARTHEST = 1e6  # from the centre: what networks make of larger numbers may be infinite
_LARGEST = float(np.finfo(np.float32).max)


class Scaling(IntEnum):
    """How a feature is scaled."""

    NONE = 0
    STANDARD = 1
    """(x − mean) / standard deviation."""
    ROBUST = 2
    """(x − median) / interquartile range, then smoothly clipped to ±3, for long tails."""


@dataclass(frozen=True, slots=True, eq=False)
class Scaler:
    """The centre and the scale of each feature.

    Attributes:
        mean: The mean, or the median, shape `(features,)`, float32; 0 for features that are not
            scaled.
        scale: The standard deviation, or the interquartile range, shape `(features,)`, float32; 1
            for features that are not scaled or do not vary, infinity for features without a value,
            which makes every number 0.
        clipped: Which features are smoothly clipped after that, shape `(features,)`, bool. None if
            none is.
    """

    mean: np.ndarray
    scale: np.ndarray
    clipped: np.ndarray | None = None

    def apply(self, x: np.ndarray) -> np.ndarray:
        """Return scaled rows within ±1e6, with 0, the centre, for NaN.

        **Shape**: `(rows, features)` → `(rows, features)`, float32.
        """
        with np.errstate(over="ignore"):  # what becomes infinite is bounded
            scaled = np.asarray((x - self.mean) / self.scale, np.float32)
        scaled[np.isnan(scaled)] = 0
        scaled = bound(scaled, np)
        if self.clipped is not None:
            scaled[:, self.clipped] = clip_smoothly(scaled[:, self.clipped], np)
        return scaled


def scale_rows(
    x: Any, mean: np.ndarray, deviation: np.ndarray, *, clipped: np.ndarray | None, ops: Any
) -> Any:
    """Return scaled rows as `Scaler.apply` does, in an exported model.

    Args:
        x: Rows, shape `(rows, …, features)`, float32, NaN if a number is missing.
        mean: `Scaler.mean`, in a shape that broadcasts to that of the rows.
        deviation: `Scaler.scale`, likewise.
        clipped: `Scaler.clipped`, shape `(features,)`.
        ops: As of `bound`.
    """
    z = (x - mean) / deviation
    filled = bound(ops.where(ops.isnan(z), np.float32(0), z), ops)
    return filled if clipped is None else ops.where(clipped, clip_smoothly(filled, ops), filled)


def bound(z: Any, ops: Any) -> Any:
    """Return scaled numbers within ±1e6, so that no network makes infinity of a finite cell.

    Some files have -3.4e38 or 1e37 where a number is missing.

    Args:
        z: Numbers, an array of any shape.
        ops: `numpy`, `keras.ops`, or their functions of an ONNX graph.

    >>> bound(np.array([0.5, np.inf, -3e38]), np).tolist()
    [0.5, 1000000.0, -1000000.0]
    """
    return ops.maximum(ops.minimum(z, _FARTHEST), -_FARTHEST)


def clip_smoothly(z: Any, ops: Any) -> Any:
    """Return z / √(1 + (z/3)²): nearly z around 0, and ±3 far from it.

    Args:
        z: Bounded numbers without NaN, an array of any shape.
        ops: As of `bound`.

    >>> clip_smoothly(np.array([0.1, 4.0, -1e6]), np).round(2).tolist()
    [0.1, 2.4, -3.0]
    """
    relative = z / _BOUND
    return z / ops.sqrt(relative * relative + 1.0)


def fit_scaler(
    x: np.ndarray, rows: np.ndarray, scalings: np.ndarray, *, channels: int | None = None
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
        scalings: How to scale each feature, a `Scaling`, shape `(features,)`.
        channels: The number of channels if the rows are images, with the channels of a pixel next
            to each other. All their features are standardised. None for other rows.

    >>> scaler = fit_scaler(np.array([[1], [3], [9]]), np.arange(2), np.full(1, Scaling.STANDARD))
    >>> scaler.apply(np.array([[2.0], [4.0], [np.nan]])).ravel().tolist()
    [0.0, 2.0, 0.0]
    """
    mean = np.zeros(x.shape[1], np.float32)
    scale = np.ones(x.shape[1], np.float32)
    if channels is None:
        clipped = scalings == Scaling.ROBUST
        for feature in np.flatnonzero(scalings):
            values = _select_present(x[:, feature], rows)
            if clipped[feature]:
                mean[feature], scale[feature] = _calculate_quartiles(values)
            else:
                mean[feature], scale[feature] = _calculate_moments(partial(iter, [values]))
        return Scaler(mean, scale, clipped if clipped.any() else None)
    for channel in range(channels):
        pixels = slice(channel, None, channels)
        columns = partial(_iterate_columns, x[:, pixels], rows)
        mean[pixels], scale[pixels] = _calculate_moments(columns)
    return Scaler(mean=mean, scale=scale)


def measure_middle(values: np.ndarray) -> tuple[float, float]:
    """Return the median and the width of the middle of numbers, whatever their tails are.

    The width is the interquartile range. If the quartiles agree, as in a column that is mostly 0,
    it is twice the median distance of the other numbers from there, which is the interquartile
    range of a symmetric distribution; 0 if all numbers are equal.

    Args:
        values: Shape `(numbers,)`, at least one, float64, without NaN.

    >>> measure_middle(np.array([1, 2, 3, 4, 1e9])), measure_middle(np.array([0, 0, 0, 0, 7.0]))
    ((3.0, 2.0), (0.0, 14.0))
    """
    first, median, third = np.quantile(values, (0.25, 0.5, 0.75))
    if first < third:
        return float(median), float(third - first)
    distances = np.abs(values - median)
    distances = distances[distances > 0]
    return float(median), 2 * float(np.median(distances)) if len(distances) else 0.0


def _calculate_quartiles(values: np.ndarray) -> tuple[float, np.float32]:
    """Return the median and the width of the middle of numbers, as a centre and a scale."""
    if not len(values):
        return 0.0, np.float32(np.inf)
    median, width = measure_middle(values)
    return median, _avoid_zero(np.float32(min(width, _LARGEST)))


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
    # rounding gives equal values a tiny deviation
    return mean, _avoid_zero(deviation if least < greatest else np.float32(0))


def _avoid_zero(scale: np.float32) -> np.float32:
    """Return 1 for 0: a scale of equal numbers, or one too small for float32."""
    return scale if scale > 0 else np.float32(1)
