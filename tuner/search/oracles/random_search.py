"""Random search."""

import random
from collections import Counter
from collections.abc import Container
from itertools import count

from tuner.search.oracles.base import StudyOracle, configuration_key
from tuner.space import Space, Value

__all__ = ["RandomOracle"]

_ATTEMPTS = 100  # draws before a finite space is listed to find what is left of it


class RandomOracle(StudyOracle):
    """Draws each configuration at random (Bergstra and Bengio 2012).

    Where the space names a hyperparameter to compare, each of its values gets an equal share of
    the trials, as long as it has configurations left.
    """

    def propose(self, trial: int) -> dict[str, Value] | None:
        """Return an untried configuration, of a compared value with the fewest trials so far."""
        rng = self.generator(trial)
        tried = {configuration_key(values) for values in self.tried()}
        for share in self._shares(rng):
            values = _untried(share, tried, rng)
            if values is not None:
                return values
        return None

    def _shares(self, rng: random.Random) -> list[Space]:
        """Return the parts of the space to draw from, those with the fewest trials first."""
        compare = self.space.compare
        if compare is None:
            return [self.space]
        counts = Counter(configuration.get(compare) for configuration in self.tried())
        values = list(self.space.hyperparameter(compare).domain.values() or ())
        rng.shuffle(values)  # among equals, chance decides
        values.sort(key=lambda value: counts[value])
        return [self.space.pinned(compare, value) for value in values]


def _untried(
    space: Space, tried: Container[tuple[tuple[str, Value], ...]], rng: random.Random
) -> dict[str, Value] | None:
    # an infinite space always has an untried configuration; a finite one is listed at last
    for _ in count() if space.size() is None else range(_ATTEMPTS):
        values = space.sample(rng)
        if configuration_key(values) not in tried:
            return values
    left = [v for v in space.configurations() if configuration_key(v) not in tried]
    return rng.choice(left) if left else None
