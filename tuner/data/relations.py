"""Columns that are not learned from: they say which rows belong together."""

import numpy as np

from tuner.data.cells import Cells, as_text, distinct
from tuner.data.table import Table
from tuner.errors import DataError

__all__ = ["group_warnings", "read_groups"]


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
    _refuse_missing(table, name, cells.missing & present, "--groups")
    _, codes = distinct(cells.stripped)
    numbers: np.ndarray = np.unique(codes[present], return_inverse=True)[1]
    return numbers.astype(np.int64)


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
