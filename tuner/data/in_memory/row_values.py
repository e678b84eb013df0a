"""One value for each row, which a Python program gives beside rows: labels, groups or an order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set, ValuesView
from typing import Any

import numpy as np
import pyarrow as pa

from tuner.data.in_memory.cells import convert_cells
from tuner.data.in_memory.masked_arrays import fill_masked
from tuner.errors import DataError

__all__ = ["convert_row_values"]

_NO_LISTS = (Iterator, Mapping, Set, ValuesView)


def convert_row_values(place: str, values: Any, rows: int) -> Any:
    """Return labels, groups or an order as a pyarrow column.

    Args:
        place: What they are, in errors: "data frame, y".
        values: A pandas Series, an array, a list, or a pyarrow column; a frame of one column.
        rows: How many there must be.

    Raises:
        DataError: They are not one value for each row.
    """
    cells = convert_cells(place, _squeeze(place, values))
    if len(cells) != rows:
        raise DataError(
            f"{place}: it has {len(cells):,} values, but x has {rows:,} rows; give one for each row"
        )
    return cells


def _squeeze(place: str, values: Any) -> Any:
    """Return values of one dimension: a pandas Series, an array, a list or a pyarrow column."""
    import pandas as pd

    if isinstance(values, pd.DataFrame):
        if values.shape[1] != 1:
            raise _make_shape_error(place, values.shape)
        return values.iloc[:, 0]
    if isinstance(values, pd.Series | pd.Index | pd.api.extensions.ExtensionArray):
        return values
    if isinstance(values, pa.Table | pa.RecordBatch) and values.num_columns == 1:
        return pa.table(values).column(0)
    if hasattr(values, "__arrow_c_stream__") or hasattr(values, "__arrow_c_array__"):
        return pa.chunked_array([values] if isinstance(values, pa.Array) else values)
    if isinstance(values, _NO_LISTS):
        kind = type(values).__name__
        raise DataError(f"{place}: it is a {kind}; give a list with one value for each row")
    if isinstance(values, list | tuple):
        values = [v.as_py() if isinstance(v, pa.Scalar) else v for v in values]
        if not any(np.ndim(value) for value in values[:1]):
            return values  # which NumPy would turn into text if it holds a number and a text
    return _squeeze_array(place, values)


def _squeeze_array(place: str, values: Any) -> np.ndarray:
    try:
        array = np.asarray(fill_masked(values, exact=True))
    except ValueError as error:  # rows of unequal lengths
        raise DataError(f"{place}: it holds lists; give one value for each row") from error
    if array.ndim == 2 and array.shape[1] == 1:
        array = array[:, 0]
    if array.ndim != 1:
        raise _make_shape_error(place, array.shape)
    return array


def _make_shape_error(place: str, shape: tuple[int, ...]) -> DataError:
    return DataError(
        f"{place}: it has the shape {shape}; give one value for each row, such as the number of "
        "the class"
    )
