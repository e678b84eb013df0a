"""Numbers whose differences float32 does not hold: shifted or scaled in float64 before.

Seconds since 1970 with a fraction differ by less than float32 can tell at 1.7 billion, and a
likelihood of 1e-60 is 0 in it. A column of such numbers has a shift and a unit, and its feature is
(number − shift) / unit, computed in float64.
"""

import re
from collections.abc import Iterator
from itertools import pairwise
from math import prod
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tuner.data.column_names import quote_names
from tuner.data.parsing.plain_numbers import format_number
from tuner.data.scaling import measure_middle

__all__ = [
    "find_shift_and_unit",
    "has_lost_columns",
    "shift_and_divide",
    "warn_about_equal_numbers",
    "warn_about_lost_columns",
    "warn_about_wide_integers",
]

_SINGLE = np.finfo(np.float32)
_LEAST, _MOST = float(_SINGLE.tiny), float(_SINGLE.max)
_NOTHING = float(np.finfo(np.float64).tiny)  # smaller numbers are 0 to TensorFlow in float64, too
_NEAR_MEDIAN = 7.0  # widths from 0 to the median, up to which float32 loses nothing that matters
_GAP = 1e-6  # of the distance from the median: smaller differences mean nothing to a network
_ERROR = 1e-4  # of that distance, by which a number may be rounded
_FEW = 0.01  # of different numbers, which may be 0 in float32
_BITS = 100  # the greatest power of two of a feature, so that its square can be added up
_WHOLE, _EXACT = 2**24, 2**53  # up to which float32 and float64 have all whole numbers
_ROWS = 10_000  # of an array, about; they tell of the others
_WHOLE_TEXT = re.compile(r"[+-]?[0-9]{1,400}")  # longer ones are infinite in float64


def shift_and_divide(numbers: np.ndarray, shift: float, unit: float) -> np.ndarray:
    """Return (number − shift) / unit as float32, computed in the precision of the numbers.

    >>> shift_and_divide(np.array([1.7e9, 1.7e9 + 0.25]), 1.7e9, 1.0).tolist()
    [0.0, 0.25]
    """
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        return np.asarray((numbers - shift) / unit, np.float32)


@np.errstate(over="ignore", invalid="ignore")  # of numbers at both ends of float64's range
def find_shift_and_unit(numbers: np.ndarray) -> tuple[float, float]:
    """Return the shift and the unit with which float32 holds most numbers; 0 and 1 if it does.

    Args:
        numbers: Shape `(numbers,)`, float64, NaN if missing.

    >>> find_shift_and_unit(np.array([0.1, 5, 1e9]))
    (0.0, 1.0)
    >>> find_shift_and_unit(np.array([5e-60, 6e-60]))[0]
    0.0
    >>> find_shift_and_unit(np.array([1.7e9, 1.7e9 + 0.25, 1.7e9 + 0.5]))
    (1700000000.25, 1.0)
    """
    values = numbers[np.isfinite(numbers)]
    if not len(values) or not _may_lose(values):
        return 0.0, 1.0
    values = np.unique(values)
    if len(values) < 2:
        return 0.0, 1.0
    best, fewest = (0.0, 1.0), _count_lost(values, 0.0, 1.0) / 2  # one that helps halves them
    for shift, unit in _propose(values) if fewest else ():
        lost = _count_lost(values, shift, unit)
        if lost < fewest:
            best, fewest = (shift, unit), lost
    return best


def _may_lose(values: np.ndarray) -> bool:
    """Return whether float32 might lose anything of numbers, at a low cost."""
    median, width = measure_middle(values)
    sizes = np.abs(values)
    return bool(
        abs(median) > _NEAR_MEDIAN * width
        or sizes.max() > _WHOLE
        or ((sizes > 0) & (sizes < _LEAST)).any()
    )


def _propose(values: np.ndarray) -> Iterator[tuple[float, float]]:
    """Yield shifts and units, the simplest first."""
    median = float(values[(len(values) - 1) // 2])  # one of them, so that close ones differ exactly
    for shift in (0.0, median):
        unit = _choose_unit(values - shift)
        if (shift, unit) != (0.0, 1.0):
            yield shift, unit


def _choose_unit(values: np.ndarray) -> float:
    """Return the power of two that brings numbers into the middle of float32's range; 1 if they
    are in the range already.
    """
    sizes = np.abs(values)
    sizes = sizes[sizes >= _NOTHING]
    if not len(sizes):
        return 1.0
    low, high = np.log2(sizes.min()), np.log2(sizes.max())
    if sizes.min() >= _LEAST and high <= _BITS:
        return 1.0
    return float(2.0 ** np.ceil(max((low + high) / 2, high - _BITS)))


def _count_lost(values: np.ndarray, shift: float, unit: float) -> int:
    """Return how many of some distinct, ascending numbers a feature loses.

    Such a number is infinite or 0 (if more than a few are), far from where it should be, or equal
    to the next one below, though they are whole or their difference matters.
    """
    median, width = measure_middle(values)
    distance = np.maximum(np.abs(values - median), width)
    single = shift_and_divide(values, shift, unit)
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        error = np.abs(single - (values - shift) / unit) * unit
        lost = ~np.isfinite(single) | (error > _ERROR * distance)
    vanished = (np.abs(single) < _LEAST) & (values != shift)
    if np.count_nonzero(vanished) > _FEW * len(values):
        lost |= vanished
    return int(np.count_nonzero(lost | _find_equal(values, single, distance)))


def _find_equal(values: np.ndarray, single: np.ndarray, distance: np.ndarray) -> np.ndarray:
    """Return which numbers equal the one before as features though they should not."""
    gaps = values - np.roll(values, 1)
    whole = (values == np.trunc(values)) & (np.abs(values) > _WHOLE)
    equal = _equals_last(single)
    relative = equal & (gaps > _GAP * np.abs(values))  # such as 1e-60 and 2e-60 beside 1
    many = np.count_nonzero(relative) > _FEW * len(values)
    return equal & ((gaps > _GAP * distance) | (whole & np.roll(whole, 1)) | (relative & many))


def _equals_last(values: np.ndarray) -> np.ndarray:
    """Return which values equal the one before, shape `(values,)`, bool."""
    equal = values == np.roll(values, 1)
    equal[0] = False
    return equal


@np.errstate(over="ignore", invalid="ignore")
def warn_about_equal_numbers(name: str, numbers: np.ndarray, features: np.ndarray) -> str:
    """Return a warning if different numbers of a column are equal as features.

    Args:
        name: The column.
        numbers: Shape `(rows,)`, float64, NaN if missing.
        features: The feature of each of them, float32.
    """
    present = np.isfinite(numbers)
    if not present.any() or not _may_lose(numbers[present]):
        return ""
    values, places = np.unique(numbers[present], return_index=True)
    single = features[present][places]
    median, width = measure_middle(values)
    equal = _find_equal(values, single, np.maximum(np.abs(values - median), width))
    if not equal.any():
        return ""
    example = int(np.argmax(equal))
    return (
        f"column {name}: {np.count_nonzero(equal):,} of its {len(values):,} different values are "
        f"equal to another in float32, such as {format_number(values[example])} and "
        f"{format_number(values[example - 1])}; give differences or logarithms of its numbers"
    )


def warn_about_wide_integers(name: str, cells: Any, numbers: np.ndarray) -> str:
    """Return a warning if different whole numbers beyond 2⁵³ are equal in float64.

    Args:
        name: The column.
        cells: Its cells, a pyarrow column of whole numbers or texts.
        numbers: Shape `(rows,)`, float64, NaN if missing.
    """
    wide = np.flatnonzero(np.abs(numbers) >= _EXACT)
    if not len(wide) or pa.types.is_floating(cells.type):
        return ""
    texts = pc.utf8_trim_whitespace(cells.take(pa.array(wide)).cast(pa.string()).unique())
    whole = sorted({int(text) for text in texts.to_pylist() if _WHOLE_TEXT.fullmatch(text)})
    for first, second in pairwise(whole):
        if float(first) == float(second):
            return (
                f"column {name}: whole numbers beyond 2^53 are rounded to float64, so that {first} "
                f"and {second} are equal; subtract a constant from them, or give --categorical "
                f"{quote_names(name)} if they are names"
            )
    return ""


def has_lost_columns(x: np.ndarray) -> bool:
    """Return whether float32 does not hold some column of an array, shape `(rows, …)`."""
    return any(True for _ in _find_lost_columns(x))


def warn_about_lost_columns(name: str, x: np.ndarray, remedy: str) -> str:
    """Return a warning if float32 does not hold some columns of an array.

    Args:
        name: The array.
        x: Shape `(rows, …)`.
        remedy: What to do about it.
    """
    lost = list(_find_lost_columns(x[:: len(x) // _ROWS + 1]))
    if not lost:
        return ""
    count = prod(x.shape[1:])
    place = ", ".join(map(str, np.unravel_index(lost[0], x.shape[1:])))
    return (
        f"{name}: float32 does not hold the numbers of {len(lost):,} of its {count:,} columns, "
        f"such as [:, {place}], so that different ones become equal, 0 or infinite; {remedy}"
    )


def _find_lost_columns(x: np.ndarray) -> Iterator[int]:
    """Yield the numbers of the columns of an array that a shift or a unit would mend."""
    narrow = {"f": np.dtype(np.float32).itemsize, "i": 2, "u": 2}
    if x.ndim < 2 or x.dtype.itemsize <= narrow.get(x.dtype.kind, x.dtype.itemsize):
        return
    for number, column in enumerate(x.reshape(len(x), -1).T):
        if find_shift_and_unit(column.astype(np.float64)) != (0.0, 1.0):
            yield number
