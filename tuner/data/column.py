"""One column of a table, as the schema describes it."""

from dataclasses import asdict, dataclass
from typing import Any, Literal, TypeAlias

import numpy as np

__all__ = ["Column", "ColumnKind", "RawColumns"]

ColumnKind: TypeAlias = Literal["numeric", "categorical", "boolean", "ignored"]

RawColumns: TypeAlias = dict[str, np.ndarray]
"""What an exported model takes: one entry a used column, in schema order.

Numeric columns are float32 (rows,), NaN where missing; the others are object arrays of str
(rows,), "" where missing. An array data set is {"x": float32 (rows, *shape)}.
"""


@dataclass(frozen=True, slots=True)
class Column:
    """A column's name, its kind, and what was seen in it when the schema was made.

    Args:
        name: As in the header, without surrounding blanks.
        kind: How its cells are read; an ignored column is no part of the network's input.
        levels: The distinct texts of a categorical or boolean column, sorted, without "".
        missing: Some value is missing: a numeric column gets an indicator, another one a level.
        reason: Why the column is ignored; "" if it is not.
    """

    name: str
    kind: ColumnKind
    levels: tuple[str, ...] = ()
    missing: bool = False
    reason: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return the column as JSON-able values."""
        return {**asdict(self), "levels": list(self.levels)}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "Column":
        """Return the column that `to_dict` described."""
        return cls(**{**values, "levels": tuple(values["levels"])})
