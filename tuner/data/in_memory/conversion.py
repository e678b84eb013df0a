"""Rows that a Python program gives, as a pyarrow table of columns or as an array of numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from tuner.data.in_memory.cells import convert_cells
from tuner.data.in_memory.masked_arrays import fill_masked
from tuner.data.precision import has_lost_columns
from tuner.data.readers.arrays import ARRAY, check_array
from tuner.data.readers.parquet_files import list_index_columns
from tuner.data.readers.table import FRAME
from tuner.errors import DataError
from tuner.words import list_first

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["convert_rows", "name_column"]


def convert_rows(
    rows: Any, *, as_table: bool | None = None, is_read: Callable[[str], bool] = lambda name: True
) -> pa.Table | np.ndarray:
    """Return given rows as a table or as an array of numbers.

    Args:
        rows: A data frame of pandas, or of any library with Arrow's C stream; a pyarrow table; a
            pandas Series; an array; a list of rows; or a mapping of columns.
        as_table: Whether the rows must be a table. If None, arrays of numbers stay arrays unless
            one is missing or float32 does not hold them. The columns of a table that is made of an
            array are x0, x1 and so on.
        is_read: Whether anybody reads a column. All others are null, whatever their cells are.

    Raises:
        DataError: The rows are none of these, or a column that is read is not supported.
    """
    import pandas as pd

    if isinstance(rows, pd.Series):
        rows = rows.to_frame()
    if isinstance(rows, pd.DataFrame):
        return _convert_frame(rows, is_read)
    if hasattr(rows, "__arrow_c_stream__") or hasattr(rows, "__arrow_c_array__"):
        return _convert_arrow(rows, is_read)
    if isinstance(rows, Iterator):
        raise DataError(f"{ARRAY}: x is a {type(rows).__name__}; give a list of its rows")
    if hasattr(rows, "collect_schema"):
        raise DataError(f"{FRAME}: it is lazy; give its rows, with collect()")
    if isinstance(rows, Mapping):
        return _convert_frame(_make_frame(rows), is_read)
    if hasattr(rows, "toarray"):
        raise DataError(f"{ARRAY}: x is sparse; give a dense array, with toarray()")
    if isinstance(rows, list | tuple) and any(isinstance(row, Mapping) for row in rows[:1]):
        return _convert_frame(_make_frame(rows), is_read)
    array = _make_array(rows)
    if array is not None and not (as_table or (as_table is None and _needs_columns(array))):
        return array
    return _convert_frame(_make_frame(rows if array is None else array), is_read)


def name_column(name: Any) -> str:
    """Return a column's name as text; the parts of a name of several levels are joined.

    >>> name_column("age"), name_column(3), name_column(("height", "cm"))
    ('age', '3', 'height_cm')
    """
    return "_".join(map(str, name)) if isinstance(name, tuple) else str(name)


def _convert_frame(frame: pd.DataFrame, is_read: Callable[[str], bool]) -> pa.Table:
    names = [name_column(name) for name in frame.columns]
    _check_size(names, len(frame))
    return pa.table(
        {
            name: convert_cells(f"{FRAME}, column {name}", frame.iloc[:, number])
            if is_read(name)
            else pa.nulls(len(frame))
            for number, name in enumerate(names)
        }
    )


def _convert_arrow(rows: Any, is_read: Callable[[str], bool]) -> pa.Table:
    try:
        table = pa.table(rows)
    except (pa.ArrowException, TypeError, ValueError) as error:
        raise DataError(f"{FRAME}: it is no table ({error}); give rows and columns") from error
    names = table.column_names
    _check_size(names, table.num_rows)
    index = list_index_columns(table.schema)
    return pa.table(
        {
            name: convert_cells(f"{FRAME}, column {name}", table[name])
            if is_read(name)
            else pa.nulls(table.num_rows)
            for name in names
            if name not in index
        }
    )


def _make_array(rows: Any) -> np.ndarray | None:
    """Return rows as an array of numbers; None if they are a matrix of anything else."""
    try:
        array = np.asarray(fill_masked(rows))
        if array.dtype == object and array.ndim > 2:
            array = array.astype(float)
    except (TypeError, ValueError) as error:  # such as rows of unequal lengths
        raise DataError(f"{ARRAY}: x is no array ({error}); give (rows, …)") from error
    if array.dtype.names is not None or (array.ndim == 2 and array.dtype.kind in "OSUTM"):
        return None
    check_array(ARRAY, array)
    return array


def _needs_columns(array: np.ndarray) -> bool:
    """Return whether a number of an array is missing, or float32 does not hold some column."""
    if array.ndim != 2 or array.dtype.kind not in "fiu":
        return False
    if array.dtype.kind == "f" and np.isnan(array).any():
        return True
    return has_lost_columns(array)


def _make_frame(rows: Mapping[Any, Any] | Sequence[Any] | np.ndarray) -> pd.DataFrame:
    import pandas as pd

    try:
        frame = pd.DataFrame(rows)
    except (ValueError, TypeError) as error:
        raise DataError(f"{FRAME}: it cannot be made of the columns ({error})") from error
    if isinstance(frame.columns, pd.RangeIndex):
        frame.columns = pd.Index([f"x{number}" for number in range(frame.shape[1])])
    return frame


def _check_size(names: Iterable[str], rows: int) -> None:
    names = list(names)
    if not names or not rows:
        raise DataError(f"{FRAME}: it has no {'rows' if names else 'columns'}; add some")
    repeated = [name for name in dict.fromkeys(names) if names.count(name) > 1]
    if repeated:
        raise DataError(
            f"{FRAME}: it has more than one column {list_first(repeated)}; rename all but one"
        )
