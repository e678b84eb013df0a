"""One column that a Python program gives, as a pyarrow column that Parquet stores."""

from __future__ import annotations

from datetime import date, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from tuner.data.parsing.plain_numbers import convert_to_texts
from tuner.data.readers.arrays import give_native_order
from tuner.data.readers.table import Table, simplify_column
from tuner.errors import DataError, one_line

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["convert_cells", "read_as_texts"]

_REMEDY = "make it number, text, date, time or bool, or leave it out"
_ERRORS = (pa.ArrowException, TypeError, ValueError, OverflowError)
_LONGEST = 40  # characters of a cell in a message


def convert_cells(place: str, cells: Any) -> Any:
    """Return a column as a pyarrow column, without a copy where its memory can be shared.

    Categories become a dictionary of texts in their order; sparse columns become dense. NaN, NaT,
    None and NA become null.

    Args:
        place: The column's name in errors: "data frame, column age".
        cells: A pandas Series, an array or a list of one dimension, or a pyarrow column.

    Raises:
        DataError: The cells are of several types, or of one that no column of a file has.
    """
    import pandas as pd

    if isinstance(cells, pa.ChunkedArray):
        return _unify_texts(place, cells)
    cells = _make_series(place, cells)
    if isinstance(cells.dtype, pd.SparseDtype):
        cells = cells.sparse.to_dense()
    if isinstance(cells.dtype, pd.CategoricalDtype):
        return _convert_categories(place, cells)
    if cells.dtype == np.longdouble:
        cells = cells.astype(float)
    if isinstance(cells.dtype, pd.DatetimeTZDtype):
        zoned = pa.timestamp(cells.dtype.unit, cells.dtype.tz)
        return pa.chunked_array([pa.array(cells.dt.tz_convert(None)).cast(zoned)])
    try:
        column = pa.chunked_array(pa.array(cells, from_pandas=True))
    except _ERRORS as error:
        texts = _spell_mixed(cells)
        if texts is None:
            raise DataError(f"{place}: {_describe_cells(cells, error)}; {_REMEDY}") from error
        column = texts
    if isinstance(column.type, pa.BaseExtensionType):  # periods and intervals
        raise DataError(f"{place}: its type {cells.dtype} is not supported; {_REMEDY}")
    return _unify_texts(place, column)


def _make_series(place: str, cells: Any) -> pd.Series:
    import pandas as pd

    try:
        return give_native_order(cells if isinstance(cells, pd.Series) else pd.Series(cells))
    except UnicodeEncodeError as error:
        raise DataError(f"{place}: a text is no Unicode ({one_line(error)}); fix it") from error


def read_as_texts(place: str, column: Any) -> Any:
    """Return a converted column as text, as a file's labels are read, "" if missing.

    Raises:
        DataError: It has another type than number, text, date, time or bool.
    """
    simple = pa.table({"cells": simplify_column(column)})
    table = Table(place, simple, locate=lambda row: f"row {row}", rows=np.arange(len(column)))
    return convert_to_texts(table.get_column("cells"))


def _unify_texts(place: str, column: Any) -> Any:
    """Return a pyarrow column with one type of text, and with one dictionary of texts."""
    kind = column.type
    if pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return column.cast(pa.string())
    if not pa.types.is_dictionary(kind):
        return column
    if not column.num_chunks:
        return pa.chunked_array([], pa.dictionary(pa.int32(), pa.string(), kind.ordered))
    if pa.types.is_string_view(kind.value_type):  # of which pyarrow makes no single dictionary
        plain = pa.dictionary(kind.index_type, pa.string(), kind.ordered)
        column = pa.chunked_array([_change_levels(plain, chunk) for chunk in column.chunks])
    chunks = column.unify_dictionaries().chunks
    levels = read_as_texts(place, pa.chunked_array([chunks[0].dictionary])).combine_chunks()
    return pa.chunked_array(
        [
            pa.DictionaryArray.from_arrays(chunk.indices, levels, ordered=kind.ordered)
            for chunk in chunks
        ]
    )


def _change_levels(kind: Any, chunk: Any) -> Any:
    levels = chunk.dictionary.cast(kind.value_type)
    return pa.DictionaryArray.from_arrays(chunk.indices, levels, ordered=kind.ordered)


def _convert_categories(place: str, cells: pd.Series) -> Any:
    import pandas as pd

    categories = cells.cat.categories
    if isinstance(categories.dtype, pd.IntervalDtype | pd.PeriodDtype):
        categories = categories.astype(str)
    levels = read_as_texts(place, convert_cells(place, categories.to_series()))
    indices = pa.array(cells.cat.codes, mask=cells.isna().to_numpy())
    ordered = bool(cells.cat.ordered)
    return pa.chunked_array(
        [pa.DictionaryArray.from_arrays(indices, levels.combine_chunks(), ordered=ordered)]
    )


def _spell_mixed(cells: pd.Series) -> Any:
    """Return numbers, dates and texts of one column as a CSV file has them; None of anything else.

    So a word among the numbers of a column is judged, or means missing, as in a file.
    """
    if cells.dtype != object:
        return None
    gone = cells.isna()
    try:
        texts = [
            None if missing else _spell(cell) for cell, missing in zip(cells, gone, strict=True)
        ]
        return pa.chunked_array([pa.array(texts, pa.string())])
    except _ERRORS:
        return None


def _spell(cell: Any) -> str:
    """Return a cell as text: 3 and 3.0 are "3", dates and times are in ISO 8601.

    Raises:
        TypeError: It is of another type.
    """
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool | np.bool_):
        return str(cell).lower()
    if isinstance(cell, date | time):
        return cell.isoformat()
    if not isinstance(cell, int | float | Decimal | np.integer | np.floating):
        raise TypeError(f"{cell!r} is neither text, number, date nor time")
    whole = float(cell).is_integer() and abs(float(cell)) < 1e15
    return str(int(cell)) if whole else str(cell)


def _describe_cells(cells: pd.Series, error: Exception) -> str:
    """Say why cells are no column, with an example of each of two types."""
    if cells.dtype != object:
        return f"its type {cells.dtype} is not supported"
    first: dict[str, str] = {}
    for row, (cell, missing) in enumerate(zip(cells, cells.isna(), strict=True)):
        if not missing:
            example = f"{type(cell).__name__} in row {row} ({repr(cell)[:_LONGEST]})"
            first.setdefault(type(cell).__name__, example)
        if len(first) == 2:
            return f"its cells have several types, such as {' and '.join(first.values())}"
    return f"its cells cannot be read ({one_line(error)})"
