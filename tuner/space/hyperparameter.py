"""A hyperparameter: its name, its domain, and the conditions under which it is active."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tuner.space.domains import Domain, domain_from_dict, domain_to_dict
from tuner.space.values import Value

__all__ = ["Condition", "Hyperparameter"]


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition that holds if `parent` is active and has one of `values`."""

    parent: str
    values: tuple[Value, ...]

    def holds(self, values: Mapping[str, Value]) -> bool:
        """Return whether the condition holds for the active `values` of a trial."""
        return self.parent in values and values[self.parent] in self.values


@dataclass(frozen=True, slots=True)
class Hyperparameter:
    """A hyperparameter, which is active in a trial if all its conditions hold."""

    name: str
    domain: Domain
    conditions: tuple[Condition, ...] = ()

    def is_active(self, values: Mapping[str, Value]) -> bool:
        """Return whether it is active in a trial with these active values of its parents."""
        return all(condition.holds(values) for condition in self.conditions)

    def to_dict(self) -> dict[str, Any]:
        """Return the hyperparameter as JSON values."""
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
        """Return the hyperparameter that `to_dict` wrote.

        Raises:
            KeyError: A field is missing.
            TypeError: A field has another type.
        """
        conditions = (
            Condition(condition["parent"], tuple(condition["values"]))
            for condition in record["conditions"]
        )
        return cls(record["name"], domain_from_dict(record["domain"]), tuple(conditions))
