"""What relates rows to each other: their groups and their order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tuner.data.columns.row_groups import read_groups, warn_about_single_rows
from tuner.data.columns.row_order import read_order
from tuner.data.readers.table import Table

__all__ = ["Relations", "read_relations"]


@dataclass(frozen=True, slots=True, eq=False)
class Relations:
    """The groups and the order of rows.

    Attributes:
        groups: The group of each row, shape `(rows,)`, int64; None if each row is independent.
        order: The rank of each row, shape `(rows,)`, int64; None if the rows have no order.
        warnings: Warnings about them.
    """

    groups: np.ndarray | None = None
    order: np.ndarray | None = None
    warnings: tuple[str, ...] = ()


def read_relations(
    table: Table | None, options: Mapping[str, Sequence[str]], present: np.ndarray
) -> Relations:
    """Read the columns that `--groups` and `--order` name.

    Args:
        table: The table that has them; None if there are none.
        options: The columns that each option of the command line names.
        present: Which rows are used, those that have a label, shape `(rows,)`, bool.

    Raises:
        DataError: A used row has no group, or no place in the order.
    """
    if table is None:
        return Relations()
    groups, order = (
        next((read(table, column, present) for column in options[option]), None)
        for option, read in (("--groups", read_groups), ("--order", read_order))
    )
    single = () if groups is None else warn_about_single_rows(options["--groups"][0], groups)
    return Relations(groups, order, single)
