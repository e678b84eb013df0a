"""Checks what options say of the columns of a source."""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from tuner.data.readers.table import Table
from tuner.errors import DataError

__all__ = ["ColumnOptions", "check_fixed_target", "check_options"]

ColumnOptions: TypeAlias = Mapping[str, Sequence[str]]
"""The columns that each option of the command line names."""


def check_fixed_target(label: str, target: str | None, fixed: str) -> None:
    """Refuse another target than the only one that a source has."""
    if target not in (None, fixed):
        raise DataError(f"{label}: its target is {fixed}, not {target}; leave out --target")


def check_options(table: Table, target: str, options: ColumnOptions) -> None:
    """Check that the options name columns of the table, each of them once."""
    option_of_column: dict[str, str] = {}
    for option, names in options.items():
        for name in dict.fromkeys(names):
            table.require_column(name, option)
            if name == target:
                raise DataError(
                    f"{table.label}, {option}: {name} is the target; remove it from {option}, "
                    "or choose another --target"
                )
            if name in option_of_column:
                raise DataError(
                    f"{table.label}, {option}: {name} is also in {option_of_column[name]}; remove "
                    "it from one of them"
                )
            option_of_column[name] = option
