"""Domains: the values that a hyperparameter may have. One value, one of a list, or a range.

Every domain has the same methods: its values and their number, its bounds, a grid of values that
represent it, a random draw, the value at a share of the way through it and the reverse, and a
description for people.
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
        """Return the one value; `points` does not matter."""
        return (self.value,)

    def sample(self, rng: random.Random) -> Value:
        """Return the one value, without a draw from `rng`."""
        return self.value

    def locate(self, share: float) -> Value:
        """Return the one value."""
        return self.value

    def find_share(self, value: Value) -> float:
        """Return the middle."""
        return 0.5

    def describe(self) -> str:
        """Return the value as in a space file, but a text without its quotes."""
        return format_exactly(self.value)


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several distinct values of one type.

    >>> Choice((16, 32, 64)).describe()
    '16, 32, 64'
    """

    options: tuple[Value, ...]

    def values(self) -> Sequence[Value]:
        """Return the options in their order."""
        return self.options

    def size(self) -> int:
        """Return the number of options."""
        return len(self.options)

    def bounds(self) -> tuple[Value, Value]:
        """Return the smallest and the largest option; texts are in alphabetical order."""
        options: tuple[Any, ...] = self.options  # of one type, so that they can be compared
        return min(options), max(options)

    def grid(self, points: int = 10) -> Sequence[Value]:
        """Return all options; `points` does not matter, since no option represents another."""
        return self.options

    def sample(self, rng: random.Random) -> Value:
        """Draw one option; all are equally likely."""
        return rng.choice(self.options)

    def locate(self, share: float) -> Value:
        """Return the option at `share`, from 0 to below 1, of the way through the list.

        >>> Choice((16, 32, 64)).locate(0.5)
        32
        """
        return self.options[int(share * len(self.options))]

    def find_share(self, value: Value) -> float:
        """Return how far through the list an option is; `locate` returns the option from it."""
        return (self.options.index(value) + 0.5) / len(self.options)

    def describe(self) -> str:
        """Return the options, separated by commas."""
        return ", ".join(map(format_exactly, self.options))


Domain: TypeAlias = Fixed | Choice | IntRange | FloatRange

_KINDS: dict[str, type[Domain]] = {
    "fixed": Fixed,
    "choice": Choice,
    "int": IntRange,
    "float": FloatRange,
}


def domain_to_dict(domain: Domain) -> dict[str, Any]:
    """Return a domain as JSON values.

    >>> domain_to_dict(Choice((16, 32)))
    {'kind': 'choice', 'options': [16, 32]}
    """
    kind = next(kind for kind, known in _KINDS.items() if isinstance(domain, known))
    fields = asdict(domain)
    return {"kind": kind} | {
        name: list(field) if isinstance(field, tuple) else field for name, field in fields.items()
    }


def domain_from_dict(record: Mapping[str, Any]) -> Domain:
    """Return the domain that `domain_to_dict` wrote.

    Raises:
        KeyError: The kind is unknown.
        TypeError: The kind has other fields.
    """
    fields: dict[str, Any] = {
        name: tuple(field) if isinstance(field, list) else field
        for name, field in record.items()
        if name != "kind"
    }
    return _KINDS[record["kind"]](**fields)
