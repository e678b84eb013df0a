"""One column of a table, as the schema describes it."""

from dataclasses import asdict, dataclass, fields
from typing import Any, Literal, TypeAlias

import numpy as np

__all__ = ["READING", "Column", "ColumnKind", "RawColumns"]

ColumnKind: TypeAlias = Literal["numeric", "date", "categorical", "boolean", "ignored"]

READING = 5
"""The rules by which cells are read. A study keeps those that it was begun with.

1: Numbers are taken as float32, and all are standardised. 2: Numbers that float32 does not hold are
shifted and divided before, and long tails are scaled by quartiles. Texts that differ by their form
in Unicode alone are one level or class, and cells of invisible characters alone are empty.
Grey images of 16 bits keep what 8 bits do not hold. 3: A date or time that means missing stands
for all its spellings in ISO 8601. 4: Which columns have a decimal comma, and which are ambiguous,
follows from their separators alone, not from other warnings about their cells. 5: A stored decimal
becomes the nearest number: 0.3, not 0.30000000000000004. A date or time that means missing also
stands for its spellings to the minute and in UTC.
"""

RawColumns: TypeAlias = dict[str, np.ndarray]
"""The inputs of an exported model: one array per used column, by name, in schema order.

Columns of plain numbers have shape `(rows,)`, NaN if missing: float32, or float64 if float32 does
not hold them. The others have shape `(rows,)`, object, with unchanged texts, "" if missing. The
rows of an array data set are `"x"`, shape `(rows, …)`, float32.
"""

_LISTS = ("levels", "spellings", "parts")
# absent in studies of earlier versions
_LATER = ("spellings", "other", "notation", "parts", "tails", "shift", "unit")


@dataclass(frozen=True, slots=True)
class Column:
    """A column's name, its kind, and how its cells are read.

    Attributes:
        name: The name in the header, without surrounding blanks.
        kind: How the cells are read; an ignored column is not an input of the network.
        levels: The texts of a categorical or boolean column that are features, sorted, without
            surrounding blanks and without "".
        missing: Whether a value is missing. A number or date then gets an indicator, any other
            column a level.
        reason: Why the column is ignored; "" if it is not.
        spellings: Pairs of a level and an unchanged text of it that differs by blanks or case.
        other: Whether rare levels are pooled in one feature, which unseen levels have too.
        notation: The notation of numbers or dates; "" for plain numbers and for levels.
        parts: The calendar parts of a date that are features.
        tails: Whether some numbers or days are so far from the others that features are scaled by
            quartiles.
        shift: What is subtracted from numbers or days, in float64, before they become float32; 0 if
            float32 holds their differences as they are.
        unit: What they are divided by after that; likewise 1.
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
    tails: bool = False
    shift: float = 0.0
    unit: float = 1.0

    @property
    def is_used(self) -> bool:
        """Whether the column is an input of the network."""
        return self.kind != "ignored"

    @property
    def is_plain(self) -> bool:
        """Whether the raw values are numbers; those of all other columns are texts."""
        return self.kind == "numeric" and not self.notation

    @property
    def is_shifted(self) -> bool:
        """Whether numbers or days are shifted or divided before they become float32."""
        return (self.shift, self.unit) != (0.0, 1.0)

    @property
    def raw_type(self) -> str:
        """The type of the raw values: string, float32 or float64."""
        if not self.is_plain:
            return "string"
        return "float64" if self.is_shifted else "float32"

    @property
    def is_measured(self) -> bool:
        """Whether the features are numbers, not levels."""
        return self.kind in ("numeric", "date")

    @property
    def level_width(self) -> int:
        """The number of features of levels: one for each, for the pooled ones, and for missing."""
        return len(self.levels) + self.other + self.missing

    def to_dict(self) -> dict[str, Any]:
        """Return the column as values for JSON; later fields only if they are set."""
        values = {
            name: value
            for name, value in asdict(self).items()
            if name not in _LATER or value != _DEFAULTS[name]
        }
        lists = {name: list(values[name]) for name in _LISTS if name in values}
        if self.spellings:
            lists["spellings"] = [list(pair) for pair in self.spellings]
        return {**values, **lists}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "Column":
        """Return the column that `to_dict` described, in this version or an earlier one."""
        lists = {name: tuple(values.get(name, ())) for name in _LISTS}
        lists["spellings"] = tuple((level, text) for level, text in lists["spellings"])
        return cls(**{**values, **lists})


_DEFAULTS = {field.name: field.default for field in fields(Column)}
