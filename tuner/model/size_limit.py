"""The largest network of a search, computed from hyperparameters alone."""

from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from tuner.errors import SpaceError
from tuner.model.recipe import Recipe
from tuner.space import Choice, Domain, Fixed, Hyperparameter, IntRange, Space, Value
from tuner.words import count_noun

__all__ = ["SizeLimit"]

_WIDTHS = ("units", "filters", "parameters")  # of which a network has more weights the larger each
_MOST_LISTED = 100_000  # configurations of a finite space that are counted one by one


@dataclass(frozen=True, slots=True)
class SizeLimit:
    """The most parameters of a network, for a space whose networks have recipes.

    Attributes:
        parameters: The most weights and biases.
        describe: Returns the recipe of the network with some active hyperparameters.
    """

    parameters: int
    describe: Callable[[Mapping[str, Any]], Recipe]

    def allows(self, values: Mapping[str, Value]) -> bool:
        """Return whether the network with these active hyperparameters is small enough."""
        return self.describe(values).parameters <= self.parameters

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

    def find_smallest(self, space: Space) -> int:
        """Return the number of parameters of a space's smallest network."""
        narrowest = replace(space, hyperparameters=tuple(map(_fix, space.hyperparameters)))
        shapes = narrowest.list_configurations()
        return min(self.describe(values).parameters for values in shapes)

    def require_any(self, space: Space) -> None:
        """Check that the smallest network of a space is allowed.

        Raises:
            SpaceError: It is not.
        """
        smallest = self.find_smallest(space)
        if smallest > self.parameters:
            raise SpaceError(
                f"--max-parameters: the smallest network of space {space.name} has "
                f"{count_noun(smallest, 'parameter')} on these data, more than "
                f"{self.parameters:,}; give at least {smallest}"
            )

    def restrict(self, space: Space) -> tuple[Space, tuple[str, ...]]:
        """Return a space without the compared settings all of whose networks are too large.

        Returns:
            The space, and a warning about what was left out.

        Raises:
            SpaceError: No network of the space is small enough, or only those of one of the
                settings that it compares.
        """
        self.require_any(space)
        if space.compare is None or not space.count_settings():
            return space, ()
        settings = space.find_hyperparameter(space.compare).domain.values() or ()
        sizes = {value: self.find_smallest(space.pin(space.compare, value)) for value in settings}
        kept = [value for value, size in sizes.items() if size <= self.parameters]
        if len(kept) == len(sizes):
            return space, ()
        left_out = [value for value in sizes if value not in kept]
        if len(kept) == 1:
            second = min(sizes[value] for value in left_out)
            raise SpaceError(
                f"--max-parameters: space {space.name} compares settings of {space.compare}, and "
                f"only {kept[0]} has networks of at most {self.parameters:,} parameters on these "
                f"data; give at least {second} for a second setting"
            )
        warning = (
            f"{space.compare} {', '.join(map(str, left_out))} "
            f"{'has' if len(left_out) == 1 else 'have'} no network of at most "
            f"{self.parameters:,} parameters, and {'is' if len(left_out) == 1 else 'are'} left out"
        )
        return _keep_settings(space, kept), (warning,)


def _sort(widths: Sequence[Value]) -> Sequence[Value]:
    return widths if isinstance(widths, range) else sorted(widths, key=float)


def _fix(hyperparameter: Hyperparameter) -> Hyperparameter:
    """Return a hyperparameter with its smallest value only, unless it is the number of layers."""
    if hyperparameter.name in ("depth", "blocks"):
        return hyperparameter
    return replace(hyperparameter, domain=Fixed(hyperparameter.domain.bounds()[0]))


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
