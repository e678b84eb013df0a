"""Which rows are used: those with a label of a class that is not left out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tuner.data.columns.rare_classes import RareClasses, settle_rare_classes
from tuner.data.columns.row_relations import Relations, read_relations
from tuner.data.columns.target import Target, read_target
from tuner.data.readers.table import Table

__all__ = ["ClassOptions", "read_used_rows"]


@dataclass(frozen=True, slots=True)
class ClassOptions:
    """What is asked of the classes.

    Attributes:
        order: Classes that come before all others, in this order.
        rare: What to do about classes that have too few rows; None to keep them.
        merge_forms: Whether labels that differ by their form in Unicode alone are one class.
    """

    order: Sequence[str] = ()
    rare: RareClasses | None = None
    merge_forms: bool = True


def read_used_rows(
    labels: Any,
    place: str,
    *,
    related: Table | None,
    options: Mapping[str, Sequence[str]],
    classes: ClassOptions,
) -> tuple[Target, Relations]:
    """Read the class, the group and the place of each row that is used.

    Args:
        labels: The label of each row, a pyarrow column.
        place: The column's name in errors: "data file my.csv, target class".
        related: The table that has groups and order; None if there are none.
        options: The columns that each option of the command line names.
        classes: What is asked of the classes.

    Raises:
        DataError: There are too few or too many classes, or a row has no group or no place.
    """
    target = read_target(labels, place, classes.order, merge_forms=classes.merge_forms)
    relations = read_relations(related, options, target.present)
    settled = settle_rare_classes(target, relations, classes.rare)
    if settled.left_out:
        relations = read_relations(related, options, settled.present)
    return settled, relations
