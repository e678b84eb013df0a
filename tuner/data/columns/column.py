"""One column of a table, as the schema describes it."""

from dataclasses import asdict, dataclass
from typing import Any, Literal, TypeAlias

import numpy as np

__all__ = ["Column", "ColumnKind", "RawColumns"]

ColumnKind: TypeAlias = Literal["numeric", "date", "categorical", "boolean", "ignored"]

RawColumns: TypeAlias = dict[str, np.ndarray]
"""What an exported model takes: one entry a used column, in schema order.

Columns of plain numbers are float32 (rows,), NaN where missing; the others are object arrays of
str (rows,), as they stood, "" where missing. An array data set is {"x": float32 (rows, *shape)}.
"""

_LISTS = ("levels", "spellings", "parts")
_LATER = ("spellings", "other", "notation", "parts")  # studies of earlier versions have none


@dataclass(frozen=True, slots=True)
class Column:
    """A column's name, its kind, and what is read in it, as seen when the schema was made.

    Args:
        name: As in the header, without surrounding blanks.
        kind: How its cells are read; an ignored column is no part of the network's input.
        levels: The texts of a categorical or boolean column that are features, sorted, without
            surrounding blanks and without "".
        spellings: Texts as they stood that differ from their level by blanks, each after its level.
        other: Rare levels were pooled; they, and those never seen, are one feature.
        missing: Some value is missing: a number or date gets an indicator, another one a level.
        notation: How texts are read as numbers or dates; "" for plain numbers and for levels.
        parts: The calendar parts of a date that are features.
        reason: Why the column is ignored; "" if it is not.
    """

    name: str
    kind: ColumnKind
    levels: tuple[str, ...] = ()
    missing: bool = False
    reason: str = ""
    spellings: tuple[tuple[str, str], ...] = ()
    other: bool = False
    notation: str = ""
    parts: tuple[str, ...] = ()

    @property
    def is_used(self) -> bool:
        """Whether it is part of the network's input."""
        return self.kind != "ignored"

    @property
    def is_plain(self) -> bool:
        """Whether raw values are numbers; those of all other columns are texts."""
        return self.kind == "numeric" and not self.notation

    @property
    def is_measured(self) -> bool:
        """Whether its features are numbers, and not levels."""
        return self.kind in ("numeric", "date")

    def to_dict(self) -> dict[str, Any]:
        """Return the column as JSON-able values, of later fields only those that say something."""
        told = {name: value for name, value in asdict(self).items() if value or name not in _LATER}
        lists = {name: list(told[name]) for name in _LISTS if name in told}
        if self.spellings:
            lists["spellings"] = [list(pair) for pair in self.spellings]
        return {**told, **lists}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "Column":
        """Return the column that `to_dict` described, in this version or an earlier one."""
        lists = {name: tuple(values.get(name, ())) for name in _LISTS}
        lists["spellings"] = tuple((level, text) for level, text in lists["spellings"])
        return cls(**{**values, **lists})
