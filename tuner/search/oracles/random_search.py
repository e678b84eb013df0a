"""Random search."""

import random
from itertools import count

from tuner.search.oracles.base import StudyOracle
from tuner.search.oracles.tried import Tried
from tuner.space import Space, Value

__all__ = ["RandomOracle"]

_ATTEMPTS = 100  # draws before a finite space is listed to find what is left of it


class RandomOracle(StudyOracle):
    """Draws each configuration at random (Bergstra and Bengio 2012).

    Where the space names a hyperparameter to compare, each of its values gets an equal share of
    the configurations, as long as it has some left.
    """

    def propose(self, trial: int) -> dict[str, Value] | None:
        """Return an untried configuration, of a compared value with the fewest so far."""
        rng = self.generator(trial)
        tried = self.tried()
        for share in self._shares(tried, rng):
            values = _untried(share, tried, rng)
            if values is not None:
                return values
        return None

    def _shares(self, tried: Tried, rng: random.Random) -> list[Space]:
        """Return the parts of the space to draw from, those with the fewest trials first."""
        space = self.space
        compare = space.compare
        if compare is None:
            return [space]
        values = list(space.hyperparameter(compare).domain.values() or ())
        rng.shuffle(values)  # among equals, chance decides
        values.sort(key=lambda value: tried.count(compare, value))
        return [space.pinned(compare, value) for value in values]


def _untried(space: Space, tried: Tried, rng: random.Random) -> dict[str, Value] | None:
    # an infinite space always has an untried configuration; a finite one is listed at last
    for _ in count() if space.size() is None else range(_ATTEMPTS):
        values = space.sample(rng)
        if values not in tried:
            return values
    left = [values for values in space.configurations() if values not in tried]
    return rng.choice(left) if left else None
