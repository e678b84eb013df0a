"""Configurations like the best so far, with some other values."""

import random
from collections.abc import Iterator, Mapping, Sequence

from tuner.search.oracles.moves import find_moved_share
from tuner.space import Domain, Fixed, Space, Value

__all__ = ["draw_neighbours"]

_MOST_CHANGES = 2  # hyperparameters that a neighbour may change
_STEP = 0.25  # standard deviation of a change, as a share of the hyperparameter's range


def draw_neighbours(
    centres: Sequence[Mapping[str, Value]], space: Space, rng: random.Random
) -> Iterator[dict[str, Value]]:
    """Yield configurations that differ from one of some others in a few values, without end.

    Args:
        centres: The others; each is as likely.
        space: The space of them all.
        rng: Draws which values change, and what becomes active by that.
    """
    while True:
        centre = rng.choice(centres)
        searched = [
            hyperparameter.name
            for hyperparameter in space.hyperparameters
            if hyperparameter.name in centre and not isinstance(hyperparameter.domain, Fixed)
        ]
        changed = rng.sample(searched, min(rng.randint(1, _MOST_CHANGES), len(searched)))
        yield space.choose(_Change(centre, frozenset(changed), rng).choose)


class _Change:
    """Chooses the values of a neighbour.

    Args:
        centre: The configuration that it is a neighbour of.
        changed: The names of the hyperparameters that change.
        rng: Draws their values.
    """

    def __init__(
        self, centre: Mapping[str, Value], changed: frozenset[str], rng: random.Random
    ) -> None:
        self._centre, self._changed, self._rng = centre, changed, rng

    def choose(self, name: str, domain: Domain) -> Value:
        """Return a value: the same, another one, or any one of what was not active."""
        if isinstance(domain, Fixed):
            return domain.value
        if name not in self._centre:
            return domain.sample(self._rng)
        value = self._centre[name]
        if name not in self._changed:
            return value
        options = domain.values()
        if options is not None and not isinstance(options, range):
            return self._rng.choice([option for option in options if option != value])
        return domain.locate(find_moved_share(domain, value, self._rng.gauss(0.0, _STEP)))
