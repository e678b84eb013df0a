"""What one hyperparameter may be: one value, one of a list, or a number in a range.

Every domain answers the same questions: which values it has and how many, between which bounds,
which of them stand for it on a grid, which one a random draw gives, and how to say so to a person.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, TypeAlias

from tuner.space.ranges import FloatRange, IntRange
from tuner.space.values import Value, format_exactly

__all__ = ["Choice", "Domain", "Fixed", "domain_from_dict", "domain_to_dict"]


@dataclass(frozen=True, slots=True)
class Fixed:
    """One value that is not searched."""

    value: Value

    def values(self) -> Sequence[Value]:
        """Return the one value."""
        return (self.value,)

    def size(self) -> int:
        """Return 1."""
        return 1

    def bounds(self) -> tuple[Value, Value]:
        """Return the one value twice."""
        return self.value, self.value

    def grid(self, points: int = 10) -> Sequence[Value]:
        """Return the one value, whatever `points` is."""
        return (self.value,)

    def sample(self, rng: random.Random) -> Value:
        """Return the one value; `rng` is left as it was."""
        return self.value

    def describe(self) -> str:
        """Return the value as a space file writes it, but for the quotes of a text."""
        return format_exactly(self.value)


@dataclass(frozen=True, slots=True)
class Choice:
    """One of some distinct values of one type.

    >>> Choice((16, 32, 64)).describe()
    '16, 32, 64'
    """

    options: tuple[Value, ...]

    def values(self) -> Sequence[Value]:
        """Return the options, in the order in which they were given."""
        return self.options

    def size(self) -> int:
        """Return the number of options."""
        return len(self.options)

    def bounds(self) -> tuple[Value, Value]:
        """Return the smallest and the largest option; texts are in alphabetical order."""
        options: tuple[Any, ...] = self.options  # of one type, so that they compare
        return min(options), max(options)

    def grid(self, points: int = 10) -> Sequence[Value]:
        """Return all options, whatever `points` is: none stands for another."""
        return self.options

    def sample(self, rng: random.Random) -> Value:
        """Return one option, each as likely as the others."""
        return rng.choice(self.options)

    def describe(self) -> str:
        """Return the options with commas between them."""
        return ", ".join(map(format_exactly, self.options))


Domain: TypeAlias = Fixed | Choice | IntRange | FloatRange

_KINDS: dict[str, type[Domain]] = {
    "fixed": Fixed,
    "choice": Choice,
    "int": IntRange,
    "float": FloatRange,
}


def domain_to_dict(domain: Domain) -> dict[str, Any]:
    """Return a domain in JSON's own types.

    >>> domain_to_dict(Choice((16, 32)))
    {'kind': 'choice', 'options': [16, 32]}
    """
    kind = next(kind for kind, known in _KINDS.items() if isinstance(domain, known))
    fields = asdict(domain)
    return {"kind": kind} | {
        name: list(field) if isinstance(field, tuple) else field for name, field in fields.items()
    }


def domain_from_dict(record: Mapping[str, Any]) -> Domain:
    """Return the domain of which `domain_to_dict` made `record`.

    Raises:
        KeyError: if the kind is not a known one.
        TypeError: if the kind has other fields.
    """
    fields: dict[str, Any] = {
        name: tuple(field) if isinstance(field, list) else field
        for name, field in record.items()
        if name != "kind"
    }
    return _KINDS[record["kind"]](**fields)
