"""Columns that are not learned from: they say which rows belong together, and which come first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from tuner.data.parsing.notation_choice import find_written
from tuner.data.parsing.text_column import Cells, as_text, distinct
from tuner.data.readers.table import Table
from tuner.errors import DataError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["group_warnings", "read_groups", "read_order"]


def read_groups(table: Table, name: str, present: np.ndarray) -> np.ndarray:
    """Read a column as groups: rows whose texts are equal, but for blanks around them.

    Args:
        table: The rows.
        name: The column.
        present: Which rows are taken, those that have a label; (rows,) bool.

    Returns:
        The number of each row's group, from 0, (rows taken,) int64.

    Raises:
        DataError: A row that is taken has no group.
    """
    cells = Cells.of(as_text(table.column(name, otherwise="choose other --groups")))
    _refuse_missing(table, name, cells.rows(cells.missing) & present, "--groups")
    _, bare = distinct(pa.chunked_array([pa.array(cells.stripped, pa.string())]))
    numbers: np.ndarray = np.unique(cells.rows(bare)[present], return_inverse=True)[1]
    return numbers.astype(np.int64)


def read_order(table: Table, name: str, present: np.ndarray) -> np.ndarray:
    """Read a column as an order: numbers, dates or times.

    Args:
        table: The rows.
        name: The column.
        present: Which rows are taken, those that have a label; (rows,) bool.

    Returns:
        The place of each row, from 0, equal ones for equal values; (rows taken,) int64.

    Raises:
        DataError: A row that is taken has no value, or one that is neither number nor date.
    """
    import pandas as pd

    values = _moments(table, name, present)
    _refuse_missing(table, name, values.isna().to_numpy() & present, "--order")
    places, _ = pd.factorize(values[present], sort=True)
    return places.astype(np.int64)


def _moments(table: Table, name: str, present: np.ndarray) -> pd.Series:
    """Return values that can be sorted, (rows,), missing ones as such."""
    import pandas as pd

    column: Any = table.columns[name]
    if pa.types.is_temporal(column.type):  # a Parquet file's own
        return column.to_pandas()
    column = table.column(name, otherwise="choose another --order")
    if not pa.types.is_string(column.type):
        return column.to_pandas()
    cells = Cells.of(column)
    if not cells.strange.any():
        return pd.Series(cells.rows(cells.numbers()))
    texts = pd.Series(cells.rows(cells.stripped)).mask(cells.rows(cells.empty))
    moments = pd.to_datetime(texts, format="ISO8601", utc=True, errors="coerce")
    unread = np.flatnonzero(moments.isna() & texts.notna() & present)
    if len(unread):
        written = find_written(cells)
        values = pd.Series(cells.rows(written.values))
        unread = np.flatnonzero(values.isna() & texts.notna() & present)
        if not len(unread) and not written.doubt(name):
            return values
        row = int(unread[0]) if len(unread) else int(np.flatnonzero(present)[0])
        raise DataError(
            f"{table.label}, --order: column {name} has {texts[row]!r} in {table.place(row)}, "
            "which is no number or date for certain; write dates as 2024-01-31, or 2024-01-31 12:30"
        )
    return moments


def group_warnings(name: str, groups: np.ndarray) -> tuple[str, ...]:
    """Return a sentence about groups that hold nothing together."""
    if len(np.unique(groups)) < len(groups):
        return ()
    return (f"column {name}: each row is a group of its own, so that --groups changes nothing",)


def _refuse_missing(table: Table, name: str, missing: np.ndarray, option: str) -> None:
    rows = np.flatnonzero(missing)
    if not len(rows):
        return
    more = f" and {len(rows) - 1:,} more" if len(rows) > 1 else ""
    raise DataError(
        f"{table.label}, {option}: column {name} has no value in {table.place(int(rows[0]))}"
        f"{more}; fill the cells in, or leave these rows out"
    )
