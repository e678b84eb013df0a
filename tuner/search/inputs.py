"""The features that a Python program gives: one array, several, or a data frame."""

from collections.abc import Mapping
from numbers import Number
from typing import Any

import numpy as np

from tuner.errors import DataError, one_line
from tuner.problem import Inputs, list_inputs

__all__ = ["count_rows", "read_inputs"]

_USE_TUNE = (
    "tuner.tune takes columns of text, dates and missing values; KFoldTuner takes what the network "
    "takes"
)
_FILL = "tuner.tune fills missing values in"


def read_inputs(x: Any) -> Inputs:
    """Return features as arrays that a network takes unchanged.

    Numbers with a fraction become float32. Whole numbers, such as the pixels of images, and texts
    keep their type. An array that has its type already is not copied.

    Args:
        x: An array, a frame of numbers, a list of rows; or a tuple, a list or a dict of arrays, one
            for each input of the network, by position or by the input's name.

    Raises:
        DataError: It is none of these, a value is missing, or the arrays differ in their rows.
    """
    if _is_frame(x):
        return _read_frame(x)
    if hasattr(x, "__next__") or (hasattr(x, "__getitem__") and hasattr(x, "on_epoch_end")):
        raise DataError(
            f"x: expected rows; received a {type(x).__name__}, which gives batches; give arrays, "
            "or a finite tf.data.Dataset"
        )
    if isinstance(x, Mapping):
        inputs: Inputs = {str(name): _read_array(f"x[{name!r}]", x[name]) for name in x}
    elif isinstance(x, tuple) or (isinstance(x, list) and any(map(_is_array, x))):
        inputs = tuple(_read_array(f"x[{n}]", values) for n, values in enumerate(x))
    else:
        inputs = _read_array("x", x)
    rows = [len(values) for values in list_inputs(inputs)]
    if len(set(rows)) != 1:
        raise DataError(
            f"x: expected the same rows in each input; received {rows or 'no input'} rows"
        )
    if not rows[0]:
        raise DataError("x: expected rows; received none")
    return inputs


def count_rows(x: Inputs) -> int:
    """Return the number of rows."""
    return len(list_inputs(x)[0])


def _is_frame(x: Any) -> bool:
    """Return whether something is a data frame, of pandas or polars."""
    return hasattr(x, "columns") and hasattr(x, "dtypes") and getattr(x, "ndim", 2) == 2


def _is_array(values: Any) -> bool:
    return hasattr(values, "shape") and len(values.shape) > 0


def _read_frame(frame: Any) -> np.ndarray:
    """Return the numbers of a frame, shape `(rows, columns)`, float32."""
    if len(set(frame.columns)) < len(frame.columns):
        raise DataError("x: the frame has columns of one name; rename all but one")
    columns = [_read_column(str(name), frame[name].to_numpy()) for name in frame.columns]
    if not columns:
        raise DataError("x: the frame has no column")
    return _check_finite("x", np.stack(columns, axis=1))


def _read_column(name: str, values: np.ndarray) -> np.ndarray:
    """Return the numbers of a column, float32, NaN where one is missing."""
    import pandas as pd

    missing = pd.isna(values)
    present = values[~missing]
    numbers = values.dtype.kind in "biuf" or (
        values.dtype.kind == "O" and all(isinstance(value, Number) for value in present)
    )
    if not numbers:
        raise DataError(f"x: column {name} does not hold numbers alone; {_USE_TUNE}")
    column = np.full(len(values), np.nan, np.float32)
    column[~missing] = present
    return column


def _read_array(name: str, values: Any) -> np.ndarray:
    """Return the values of one input."""
    try:
        array = np.asarray(values)
    except ValueError as error:
        raise DataError(f"{name}: expected rows of one shape; {one_line(error)}") from error
    if array.ndim == 0:
        raise DataError(f"{name}: expected rows; received {type(values).__name__}")
    if np.ma.is_masked(values):
        raise DataError(f"{name}: {int(np.ma.count_masked(values))} values are masked; {_FILL}")
    if array.dtype.kind == "O" and all(isinstance(value, str) for value in array.ravel()):
        return array
    if array.dtype.kind in "USiub":
        native = array.astype(array.dtype.newbyteorder("="), copy=False)  # as TensorFlow reads it
        return array.astype(object) if array.dtype.kind == "U" else native
    try:
        if array.dtype.kind in "cMm":  # the conversion would lose what they mean
            raise TypeError(array.dtype)
        with np.errstate(over="ignore"):  # infinite numbers are refused
            return _check_finite(name, np.asarray(array, np.float32))
    except (TypeError, ValueError) as error:
        raise DataError(
            f"{name}: expected numbers, or texts alone; received values of type {array.dtype} that "
            f"are neither; {_USE_TUNE}"
        ) from error


def _check_finite(name: str, array: np.ndarray) -> np.ndarray:
    """Return an array of finite numbers.

    Raises:
        DataError: A number is missing or infinite.
    """
    wrong = sum(int((~np.isfinite(part)).sum()) for part in _cut(array))
    if wrong:
        raise DataError(
            f"{name}: expected finite numbers; {wrong} of {array.size} are missing or infinite; "
            + _FILL
        )
    return array


def _cut(array: np.ndarray, rows: int = 4096) -> list[np.ndarray]:
    """Return parts of an array, whose checks take little memory."""
    return [array[start : start + rows] for start in range(0, len(array), rows)]
