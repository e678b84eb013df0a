"""The classes that a Python program gives: numbers or names, one of each row, or one-hot rows."""

from collections.abc import Mapping
from dataclasses import dataclass
from numbers import Number
from typing import Any

import numpy as np

from tuner.errors import DataError
from tuner.words import join_words

__all__ = ["NO_CLASSES", "Targets", "read_targets"]

NO_CLASSES = "y: expected a class for each row of x; received none"

_MOST_FRACTIONS = 20  # numbers with a fraction that may be the names of classes


@dataclass(frozen=True, slots=True, eq=False)
class Targets:
    """The class of each row.

    Attributes:
        y: Class numbers, shape `(rows,)`, int64.
        classes: The class labels, by number.
        values: The classes as they were given, by number.
        one_hot: Whether they came as one-hot rows.
    """

    y: np.ndarray
    classes: tuple[str, ...]
    values: tuple[Any, ...]
    one_hot: bool = False


def read_targets(y: Any) -> Targets:
    """Number the classes of rows.

    Args:
        y: The class of each row, numbers or names, shape `(rows,)` or `(rows, 1)`; or one-hot
            rows, shape `(rows, classes)`.

    Raises:
        DataError: It is neither, or a class is missing.
    """
    if y is None:
        raise DataError(NO_CLASSES)
    if isinstance(y, Mapping):
        raise DataError(
            f"y: expected one class for each row; received {len(y)} targets by name, and a network "
            "of several outputs is not searched"
        )
    columns = list(y.columns) if hasattr(y, "columns") else None
    try:
        array = np.asarray(y)
    except ValueError as error:  # rows of several lengths
        raise DataError("y: expected one class for each row; received several for some") from error
    if np.ma.is_masked(y):
        raise DataError(
            f"y: expected a class for each row; {int(np.ma.count_masked(y))} of {len(array)} are "
            "masked"
        )
    if array.ndim == 2 and array.shape[1] == 1:
        array = array[:, 0]
    if array.ndim == 2:
        return _read_one_hot(array, columns)
    if array.ndim != 1:
        raise DataError(
            "y: expected one class for each row, or one-hot rows; received an array of shape "
            f"{array.shape}"
        )
    return _number(array)


def _number(array: np.ndarray) -> Targets:
    import pandas as pd

    missing = int(pd.isna(array).sum())
    if missing:
        raise DataError(f"y: expected a class for each row; {missing} of {len(array)} are missing")
    if array.dtype.kind == "O":
        array = _give_one_type(array)
    if array.dtype.kind in "cV" or (array.dtype.kind == "f" and np.isinf(array).any()):
        raise DataError(
            f"y: expected classes, numbers or names; received values of type {array.dtype} that "
            "are neither"
        )
    if array.dtype.kind == "S":
        array = np.char.decode(array, "utf-8", "backslashreplace")
    if array.dtype.kind == "f" and (array == np.floor(array)).all() and (abs(array) < 2**53).all():
        array = array.astype(np.int64)
    values, y = np.unique(array, return_inverse=True)
    if array.dtype.kind == "f" and len(values) > _MOST_FRACTIONS:
        raise DataError(
            f"y: expected classes, numbers or names; received {len(values)} different numbers with "
            "a fraction, and a regression is not searched"
        )
    return Targets(y.astype(np.int64), tuple(map(str, values)), tuple(values.tolist()))


def _give_one_type(array: np.ndarray) -> np.ndarray:
    """Return objects as numbers, if all are numbers, or unchanged if all are of one type."""
    types = {type(value) for value in array}
    if all(issubclass(kind, Number) for kind in types):
        return np.array(array.tolist())
    named = [issubclass(kind, str) for kind in types]
    if any(named) and not all(named):
        names = sorted(kind.__name__ for kind in types)
        raise DataError(
            "y: expected numbers alone, or names alone; received values of type "
            f"{join_words(names)}"
        )
    return array if len(types) == 1 else array.astype(str)


def _read_one_hot(array: np.ndarray, columns: list[Any] | None) -> Targets:
    """Number the columns of one-hot rows, in their order."""
    ones = array == 1
    if array.dtype.kind not in "biuf" or not ((array == 0) | ones).all():
        raise DataError(
            f"y: expected one class for each row, or one-hot rows of 0 and 1; received an array of "
            f"shape {array.shape} with other values"
        )
    counts = ones.sum(axis=1)
    if (counts != 1).any():
        raise DataError(
            f"y: expected one 1 in each one-hot row; received {int((counts != 1).sum())} rows with "
            "none or several, and rows of several classes at once are not searched"
        )
    empty = np.flatnonzero(~ones.any(axis=0))
    if len(empty):
        raise DataError(
            f"y: no row belongs to the class of column {empty[0]}; leave the column out"
        )
    values = tuple(range(array.shape[1])) if columns is None else tuple(columns)
    y = ones.argmax(axis=1).astype(np.int64)
    return Targets(y, tuple(map(str, values)), values, one_hot=True)
