"""A hyperparameter: its name, what it may be, and when it has a part in a trial."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tuner.space.domains import Domain, domain_from_dict, domain_to_dict
from tuner.space.values import Value

__all__ = ["Condition", "Hyperparameter"]


@dataclass(frozen=True, slots=True)
class Condition:
    """Holds where `parent` is active and has one of `values`."""

    parent: str
    values: tuple[Value, ...]

    def holds(self, values: Mapping[str, Value]) -> bool:
        """Tell whether it holds among the active `values` of a trial."""
        return self.parent in values and values[self.parent] in self.values


@dataclass(frozen=True, slots=True)
class Hyperparameter:
    """A name, what it may be, and the conditions that must all hold for it to be active."""

    name: str
    domain: Domain
    conditions: tuple[Condition, ...] = ()

    def is_active(self, values: Mapping[str, Value]) -> bool:
        """Tell whether it has a part in a trial with these active values of its parents."""
        return all(condition.holds(values) for condition in self.conditions)

    def to_dict(self) -> dict[str, Any]:
        """Return the hyperparameter in JSON's own types."""
        return {
            "name": self.name,
            "domain": domain_to_dict(self.domain),
            "conditions": [
                {"parent": condition.parent, "values": list(condition.values)}
                for condition in self.conditions
            ],
        }

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> "Hyperparameter":
        """Return the hyperparameter of which `to_dict` made `record`.

        Raises:
            KeyError: if something is missing in `record`.
            TypeError: if something in `record` is of another type.
        """
        conditions = (
            Condition(condition["parent"], tuple(condition["values"]))
            for condition in record["conditions"]
        )
        return cls(record["name"], domain_from_dict(record["domain"]), tuple(conditions))
