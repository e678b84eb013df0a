"""Random search."""

import random
from itertools import count

from tuner.search.oracles.base import StudyOracle
from tuner.search.oracles.tried_configurations import TriedConfigurations
from tuner.space import Space, Value

__all__ = ["RandomOracle"]

_ATTEMPTS = 100  # draws from a finite space before its untried configurations are listed


class RandomOracle(StudyOracle):
    """Draws each configuration at random (Bergstra and Bengio 2012).

    KerasTuner's own random oracle ends a search after 20 collisions, even if a finite space has
    untried configurations.

    If the space names a hyperparameter to compare, each of its values gets an equal share of the
    configurations, as long as it has untried ones.
    """

    def propose(self, trial: int) -> dict[str, Value] | None:
        """Return an untried configuration, of the compared value that has the fewest so far."""
        rng = self.make_generator(trial)
        tried = self.read_tried()
        for subspace in self._order_subspaces(tried, rng):
            values = _draw_untried(subspace, tried, rng)
            if values is not None:
                return values
        return None

    def _order_subspaces(self, tried: TriedConfigurations, rng: random.Random) -> list[Space]:
        """Return a subspace for each compared value, those with the fewest trials first."""
        space = self.space
        compare = space.compare
        if compare is None:
            return [space]
        values = list(space.find_hyperparameter(compare).domain.values() or ())
        rng.shuffle(values)  # so that ties are broken at random
        values.sort(key=lambda value: tried.count(compare, value))
        return [space.pin(compare, value) for value in values]


def _draw_untried(
    space: Space, tried: TriedConfigurations, rng: random.Random
) -> dict[str, Value] | None:
    # an infinite space always has an untried configuration; a finite one is listed in the end
    for _ in count() if space.size() is None else range(_ATTEMPTS):
        values = space.sample(rng)
        if values not in tried:
            return values
    untried = [values for values in space.list_configurations() if values not in tried]
    return rng.choice(untried) if untried else None
