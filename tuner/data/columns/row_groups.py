"""The groups of rows that belong together, read from a column that is not learned from."""

import numpy as np

from tuner.data.parsing.plain_numbers import convert_to_texts
from tuner.data.parsing.text_column import TextColumn
from tuner.data.readers.table import Table

__all__ = ["read_groups", "warn_about_single_rows"]


def read_groups(table: Table, name: str, present: np.ndarray) -> np.ndarray:
    """Read a column as groups: rows with equal texts, without surrounding blanks.

    Args:
        table: The rows.
        name: The column.
        present: Which rows are used, those that have a label, shape `(rows,)`, bool.

    Returns:
        The group of each used row, from 0, shape `(used rows,)`, int64.

    Raises:
        DataError: A used row has no group.
    """
    cells = table.get_column(name, otherwise="choose other --groups")
    texts = TextColumn.from_arrow(convert_to_texts(cells))
    table.require_values(name, texts.expand(texts.missing) & present, "--groups")
    _, indices = texts.index_stripped()
    groups: np.ndarray = np.unique(indices[present], return_inverse=True)[1]
    return groups.astype(np.int64)


def warn_about_single_rows(name: str, groups: np.ndarray) -> tuple[str, ...]:
    """Return a warning if each group has one row only."""
    if len(np.unique(groups)) < len(groups):
        return ()
    return (f"column {name}: each row is a group of its own, so that --groups changes nothing",)
