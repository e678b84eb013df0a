"""A search space: its hyperparameters, their domains and their conditions.

A configuration has the active hyperparameters only: if the kind of regularizer is `none`, it has
no strength. So two different configurations are always two different networks.
"""

import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tuner.errors import SpaceError, one_line
from tuner.space.domains import Domain, Fixed
from tuner.space.first_trial import FirstTrial
from tuner.space.hyperparameter import Hyperparameter
from tuner.space.values import Value

__all__ = ["Space"]


@dataclass(frozen=True, slots=True)
class Space:
    """The configurations that a search may try.

    Several hyperparameters may have one name and different conditions, as in KerasTuner. If
    several of them are active, the first gives the value.

    Attributes:
        name: Name of the file without `.toml`.
        title: The question that a search of the space answers.
        hyperparameters: Parents before children; those with a fixed value are included.
        compare: The hyperparameter whose values the question compares. Each value gets an equal
            share of the trials.
        first: Configurations that a search begins with, in this order.

    Raises:
        ValueError: A condition names a hyperparameter that does not come before it, or `compare`
            names none.
    """

    name: str
    title: str
    hyperparameters: tuple[Hyperparameter, ...]
    compare: str | None = None
    first: tuple[FirstTrial, ...] = ()

    def __post_init__(self) -> None:
        """Refuse names of hyperparameters that the space does not have."""
        seen: set[str] = set()
        for hyperparameter in self.hyperparameters:
            for condition in hyperparameter.conditions:
                if condition.parent not in seen:
                    raise ValueError(
                        f"space {self.name}: {hyperparameter.name} depends on {condition.parent}, "
                        "which does not come before it"
                    )
            seen.add(hyperparameter.name)
        if self.compare is not None and self.compare not in seen:
            raise ValueError(f"space {self.name}: compare names {self.compare}, which is not in it")

    def size(self) -> int | None:
        """Return the number of distinct configurations, None if there are infinitely many.

        The method does not list them: values of a parent that activate the same children are
        counted once and multiplied.
        """
        return self._count(0, {}, {})

    def list_configurations(self, *, grid: bool = False) -> Iterator[dict[str, Value]]:
        """Yield every distinct configuration once; the last hyperparameter varies fastest.

        Args:
            grid: Take ten evenly spaced values of a range without a step that has more.

        Raises:
            ValueError: The space is infinite and `grid` is not set.
        """
        if not grid and self.size() is None:
            raise ValueError(
                f"space {self.name} has infinitely many configurations; ask for grid=True"
            )
        return self._extend(0, {}, grid=grid)

    def sample(self, rng: random.Random) -> dict[str, Value]:
        """Draw a random configuration.

        Args:
            rng: The generator; the same state gives the same configuration.
        """
        return self.choose(lambda name, domain: domain.sample(rng))

    def locate(self, shares: Mapping[str, float]) -> dict[str, Value]:
        """Return the configuration at a point of the unit cube.

        Args:
            shares: From 0 to below 1, by name: how far through its domain the value lies. For
                names with one value none is needed.
        """
        return self.choose(lambda name, domain: domain.locate(shares.get(name, 0)))

    def count_settings(self) -> int | None:
        """Return how many values are compared. None if none are, or infinitely many."""
        return (
            None if self.compare is None else self.find_hyperparameter(self.compare).domain.size()
        )

    def find_hyperparameter(self, name: str) -> Hyperparameter:
        """Return the first hyperparameter with a name.

        Raises:
            KeyError: The space has none of this name.
        """
        for hyperparameter in self.hyperparameters:
            if hyperparameter.name == name:
                return hyperparameter
        raise KeyError(name)

    def pin(self, name: str, value: Value) -> "Space":
        """Return the part of the space in which a hyperparameter has one value.

        Raises:
            KeyError: The space has no hyperparameter of this name.
        """
        self.find_hyperparameter(name)
        hyperparameters = tuple(
            replace(h, domain=Fixed(value)) if h.name == name else h for h in self.hyperparameters
        )
        return replace(self, hyperparameters=hyperparameters)

    def to_dict(self) -> dict[str, Any]:
        """Return the space as JSON values."""
        first = [trial.to_dict() for trial in self.first]
        return {
            "name": self.name,
            "title": self.title,
            "compare": self.compare,
            "hyperparameters": [item.to_dict() for item in self.hyperparameters],
            # absent without first trials, as from the spaces of earlier versions
            **({"first": first} if first else {}),
        }

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> "Space":
        """Return the space that `to_dict` wrote.

        Raises:
            SpaceError: The record is damaged.
        """
        try:
            hyperparameters = tuple(map(Hyperparameter.from_dict, record["hyperparameters"]))
            first = tuple(map(FirstTrial.from_dict, record.get("first", ())))
            return cls(record["name"], record["title"], hyperparameters, record["compare"], first)
        except (KeyError, TypeError, ValueError) as err:
            raise SpaceError(
                f"a stored search space is damaged ({one_line(err)}); "
                "restore its file, or start a new study"
            ) from err

    def choose(self, choose: Callable[[str, Domain], Value]) -> dict[str, Value]:
        """Return the configuration in which each active hyperparameter has its chosen value.

        Args:
            choose: Returns a value of a hyperparameter by its name and its domain.
        """
        values: dict[str, Value] = {}
        for hyperparameter in self.hyperparameters:
            name = hyperparameter.name
            if name not in values and hyperparameter.is_active(values):
                values[name] = choose(name, hyperparameter.domain)
        return values

    def _extend(
        self, index: int, values: dict[str, Value], *, grid: bool
    ) -> Iterator[dict[str, Value]]:
        """Yield every completion of `values` with the hyperparameters from `index` on."""
        if index == len(self.hyperparameters):
            yield dict(values)
            return
        hyperparameter = self.hyperparameters[index]
        if hyperparameter.name in values or not hyperparameter.is_active(values):
            yield from self._extend(index + 1, values, grid=grid)
            return
        domain = hyperparameter.domain
        for value in domain.grid() if grid else domain.values() or ():
            yield from self._extend(index + 1, {**values, hyperparameter.name: value}, grid=grid)

    def _count(
        self, index: int, values: dict[str, Value], counted: dict[Any, int | None]
    ) -> int | None:
        """Return the number of completions that `_extend` would yield.

        Args:
            index: The first hyperparameter without a value.
            values: Those of the hyperparameters before it.
            counted: What was counted so far, by the index and the values that matter from there on.
        """
        if index == len(self.hyperparameters):
            return 1
        mattering = self._find_mattering(index)
        key = index, *((name, value) for name, value in values.items() if name in mattering)
        if key not in counted:
            counted[key] = self._count_afresh(index, values, counted)
        return counted[key]

    def _find_mattering(self, index: int) -> set[str]:
        """Return the names of values on which the hyperparameters from an index on depend."""
        later = self.hyperparameters[index:]
        parents = {condition.parent for item in later for condition in item.conditions}
        return parents | {item.name for item in later}

    def _count_afresh(
        self, index: int, values: dict[str, Value], counted: dict[Any, int | None]
    ) -> int | None:
        hyperparameter = self.hyperparameters[index]
        if hyperparameter.name in values or not hyperparameter.is_active(values):
            return self._count(index + 1, values, counted)
        total = 0
        for value, times in self._count_branches(hyperparameter):
            rest = self._count(index + 1, {**values, hyperparameter.name: value}, counted)
            if rest is None or times is None:
                return None
            total += times * rest
        return total

    def _count_branches(self, hyperparameter: Hyperparameter) -> list[tuple[Value, int | None]]:
        """Return a value for each set of conditions that values can meet, and how many meet it."""
        switched = [
            frozenset(condition.values)
            for child in self.hyperparameters
            for condition in child.conditions
            if condition.parent == hyperparameter.name
        ]
        values = hyperparameter.domain.values() if switched else None
        size = hyperparameter.domain.size()
        if values is None or size is None:  # infinite, or no child depends on the value
            return [("any", size)]
        named = _select_named(values, frozenset[Value]().union(*switched))
        met = {value: tuple(value in group for group in switched) for value in named}
        times = Counter(met.values())
        one = {group: value for value, group in met.items()}
        branches: list[tuple[Value, int | None]] = [(one[group], times[group]) for group in one]
        if len(named) < size:  # the remaining values; the first is found soon
            other = next(value for value in values if value not in named)
            branches.append((other, size - len(named)))
        return branches


def _select_named(values: Sequence[Value], named: Iterable[Value]) -> frozenset[Value]:
    """Return those of the named values that are in `values`, which may be too many to list."""
    if not isinstance(values, range):
        return frozenset(values).intersection(named)
    # A range finds an int at once, but searches through all its values for anything else.
    whole = (value for value in named if not isinstance(value, str) and value % 1 == 0)
    return frozenset(value for value in whole if int(value) in values)
