"""A configuration that a search of a space begins with."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tuner.space.values import Value

__all__ = ["FirstTrial"]


@dataclass(frozen=True, slots=True)
class FirstTrial:
    """A configuration that a search begins with, since it is known to do well on many data.

    Attributes:
        name: What people call it.
        values: Its active hyperparameters, in the order of the space.
    """

    name: str
    values: Mapping[str, Value] = field(hash=False)

    def to_dict(self) -> dict[str, Any]:
        """Return the first trial as JSON values."""
        return {"name": self.name, "values": dict(self.values)}

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> "FirstTrial":
        """Return the first trial that `to_dict` wrote.

        Raises:
            KeyError: A field is missing.
            TypeError: A field has another type.
        """
        return cls(record["name"], dict(record["values"]))
