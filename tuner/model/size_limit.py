"""What the networks of a search may have at most, computed from hyperparameters alone."""

from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from math import ceil
from operator import attrgetter
from typing import Any

from tuner.errors import SpaceError
from tuner.model.row_time import NetworkSize, RowTime
from tuner.space import Choice, Domain, Fixed, Hyperparameter, IntRange, Space, Value

__all__ = ["Bound", "SizeLimit"]

_WIDTHS = ("units", "filters", "parameters")  # of which a network has more weights the larger each
_STRUCTURE = ("depth", "blocks", "numbers", "normalization")  # of which no value is the smallest
_ONE_HOT = "one_hot"  # embeddings of levels may have fewer weights than they take away, or more
_MOST_ONE_HOT = 1_000  # values of a range of it that are looked at, besides its ends
_MOST_LISTED = 100_000  # configurations of a finite space that are counted one by one


@dataclass(frozen=True, slots=True)
class Bound:
    """The most that a network may have of something.

    Attributes:
        option: The option of the command line that says how much.
        most: How much.
        measure: Returns how much a network has, from its size.
        extreme: Begins a sentence on the network that has the least of a space.
        unit: Formats an amount: `43 parameters`.
    """

    option: str
    most: float
    measure: Callable[[NetworkSize], float]
    extreme: str
    unit: str

    def say(self, amount: float) -> str:
        """Return an amount with its unit."""
        return self.unit.format(ceil(amount))


@dataclass(frozen=True, slots=True)
class SizeLimit:
    """What the networks of a space may have at most; their sizes are computed, not built.

    Attributes:
        describe: Returns the size of the network with some active hyperparameters.
        bounds: The bounds on it, at least one.
    """

    describe: Callable[[Mapping[str, Any]], NetworkSize]
    bounds: tuple[Bound, ...]

    @classmethod
    def make(
        cls,
        describe: Callable[[Mapping[str, Any]], NetworkSize],
        *,
        parameters: int | None,
        microseconds: float | None,
        row_time: RowTime | None,
    ) -> "SizeLimit | None":
        """Return the limit of a search. None if there is none.

        Args:
            describe: Returns the size of the network with some active hyperparameters.
            parameters: The most weights and biases. None for any number.
            microseconds: The most microseconds for one row. None for any time.
            row_time: Predicts the microseconds. None if they are not known yet.
        """
        bounds = []
        if parameters is not None:
            bounds.append(
                Bound(
                    "--max-parameters",
                    parameters,
                    attrgetter("parameters"),
                    "the smallest network of space {} has",
                    "{:,} parameters on these data",
                )
            )
        if microseconds is not None and row_time is not None:
            bounds.append(
                Bound(
                    "--max-row-microseconds",
                    microseconds,
                    row_time.predict,
                    "the fastest network of space {} takes",
                    "{:,} microseconds a row on this machine",
                )
            )
        return cls(describe, tuple(bounds)) if bounds else None

    def allows(self, values: Mapping[str, Value]) -> bool:
        """Return whether the network with these active hyperparameters is small enough."""
        size = self.describe(values)
        return all(bound.measure(size) <= bound.most for bound in self.bounds)

    def select(self, draws: Iterator[dict[str, Value]]) -> Iterator[dict[str, Value]]:
        """Yield those of some draws, which have no end, whose networks are small enough."""
        return filter(self.allows, draws)

    def narrow(self, values: Mapping[str, Value], space: Space) -> dict[str, Value] | None:
        """Return a configuration with as wide layers as are allowed, all else unchanged.

        Args:
            values: A configuration that is not allowed.
            space: Says which widths there are.

        Returns:
            None if even the narrowest layers are not allowed.
        """
        narrowed = dict(values)
        for name in _WIDTHS:
            if name in narrowed:
                widths = _sort(space.find_hyperparameter(name).domain.values() or ())
                is_large = partial(self._is_large, narrowed, name)
                allowed = bisect_left(widths, True, key=is_large)
                narrowed[name] = widths[max(allowed - 1, 0)]
                if allowed:
                    return narrowed
        return None

    def _is_large(self, values: Mapping[str, Value], name: str, width: Value) -> bool:
        return not self.allows({**values, name: width})

    def count_configurations(self, space: Space) -> int | None:
        """Return how many configurations of a space are allowed. None if infinitely many.

        Those of a space with very many are not told apart, since no search tries them all.
        """
        size = space.size()
        if size is None or size > _MOST_LISTED:
            return size
        return sum(map(self.allows, space.list_configurations()))

    def require_any(self, space: Space) -> None:
        """Check that the narrowest networks of a space are allowed.

        Raises:
            SpaceError: None is.
        """
        for bound in self.bounds:
            least = self._find_least(space, bound)
            if least > bound.most:
                raise SpaceError(
                    f"{bound.option}: {bound.extreme.format(space.name)} {bound.say(least)}, more "
                    f"than {bound.most:,}; give at least {ceil(least)}"
                )
        if not self._allows_any(space):
            names = " and ".join(bound.option for bound in self.bounds)
            raise SpaceError(f"{names}: no network of space {space.name} is within both; raise one")

    def restrict(self, space: Space) -> tuple[Space, tuple[str, ...]]:
        """Return a space without the compared settings all of whose networks are too large.

        Returns:
            The space, and a warning about what was left out.

        Raises:
            SpaceError: No network of the space is allowed, or only those of one of the settings
                that it compares.
        """
        self.require_any(space)
        name = space.compare
        if name is None or not space.count_settings():
            return space, ()
        settings = space.find_hyperparameter(name).domain.values() or ()
        kept = [value for value in settings if self._allows_any(space.pin(name, value))]
        left_out = [str(value) for value in settings if value not in kept]
        if not left_out:
            return space, ()
        limits = " and ".join(bound.option for bound in self.bounds)
        if len(kept) == 1:
            raise SpaceError(
                f"{limits}: space {space.name} compares settings of {name}, and only {kept[0]} "
                "has networks within the limit on these data; raise the limit, or search a space "
                "that does not compare"
            )
        one = len(left_out) == 1
        warning = (
            f"{name} {', '.join(left_out)} {'has' if one else 'have'} no network within {limits}, "
            f"and {'is' if one else 'are'} left out"
        )
        return _keep_settings(space, kept), (warning,)

    def _allows_any(self, space: Space) -> bool:
        return any(map(self.allows, _list_narrowest(space)))

    def _find_least(self, space: Space, bound: Bound) -> float:
        """Return the least that a network of a space has of what a bound is on."""
        return min(bound.measure(self.describe(values)) for values in _list_narrowest(space))


def _list_narrowest(space: Space) -> Iterator[dict[str, Value]]:
    """Yield a configuration of each structure, with the narrowest layers of all."""
    narrowest = replace(space, hyperparameters=tuple(map(_fix, space.hyperparameters)))
    return narrowest.list_configurations()


def _sort(widths: Sequence[Value]) -> Sequence[Value]:
    return widths if isinstance(widths, range) else sorted(widths, key=float)


def _fix(hyperparameter: Hyperparameter) -> Hyperparameter:
    """Return a hyperparameter with its smallest value only, unless it is one of structure."""
    domain = hyperparameter.domain
    if hyperparameter.name in _STRUCTURE:
        return hyperparameter
    if hyperparameter.name == _ONE_HOT:
        values = (domain.values() or ())[:_MOST_ONE_HOT]
        return replace(
            hyperparameter, domain=Choice(tuple(dict.fromkeys([*values, *domain.bounds()])))
        )
    return replace(hyperparameter, domain=Fixed(domain.bounds()[0]))


def _keep_settings(space: Space, kept: list[Value]) -> Space:
    def keep(domain: Domain) -> Domain:
        values = list(domain.values() or ())
        if isinstance(domain, IntRange) and values[: len(kept)] == kept:
            return replace(domain, max=int(kept[-1]))
        return Choice(tuple(kept))

    return replace(
        space,
        hyperparameters=tuple(
            replace(h, domain=keep(h.domain)) if h.name == space.compare else h
            for h in space.hyperparameters
        ),
    )
