"""Random search."""

import random
from collections.abc import Iterator
from itertools import count

from tuner.search.oracles.base import StudyOracle
from tuner.search.oracles.rounds import Rounds
from tuner.search.oracles.tried_configurations import TriedConfigurations
from tuner.space import Space, Value

__all__ = ["RandomOracle"]

_ATTEMPTS = 100  # draws from a finite space before its untried configurations are listed
# Draws of an infinite one of which a limit may allow finitely many, before all of these are tried.
_MOST_LISTED = 2_000  # configurations of which each is asked for, if a limit refuses many
_MOST_ATTEMPTS = 10_000


class RandomOracle(StudyOracle):
    """Draws each configuration at random (Bergstra and Bengio 2012).

    KerasTuner's own random oracle ends a search after 20 collisions, even if a finite space has
    untried configurations.

    A space that names a hyperparameter to compare is searched in rounds; `Rounds` says how.
    """

    def propose(self, trial: int) -> dict[str, Value] | None:
        """Return one to begin with, or draw one."""
        return self.propose_first() or self.draw(trial)

    def draw(self, trial: int) -> dict[str, Value] | None:
        """Return an untried configuration, of the compared setting that has the fewest so far."""
        rng = self.make_generator(trial)
        tried = self.read_tried()
        if self.space.compare is None:
            drawn = (self.space.sample(rng) for _ in count())
            return self._find_untried(self.space, drawn, tried, rng)
        rounds = Rounds(self.space, self.study_seed)
        for value in self._order_settings(tried, rng):
            own = self._rank(value, before=rounds.count_known(trial))
            draws = rounds.draw(value, own, tried.count(value))
            part = self.space.pin(self.space.compare, value)
            values = self._find_untried(part, draws, tried, rng)
            if values is not None:
                return values
        return None

    def must_wait(self, trial: int) -> bool:
        """Return whether a round refines what trials that still run come to."""
        if self.space.compare is None:
            return False
        known = Rounds(self.space, self.study_seed).count_known(trial)
        return any(number < known for number in self._running)

    def _order_settings(self, tried: TriedConfigurations, rng: random.Random) -> list[Value]:
        """Return the compared settings, those with the fewest trials first."""
        space, compare = self.space, self.space.compare
        assert compare is not None  # it has settings
        values = list(space.find_hyperparameter(compare).domain.values() or ())
        rng.shuffle(values)  # so that ties are broken at random
        return sorted(values, key=tried.count)

    def _rank(self, value: Value, *, before: int) -> list[dict[str, Value]]:
        """Return the configurations of a setting's first completed trials, the best first.

        Args:
            value: The setting.
            before: Only trials with a lower number count.
        """
        trials = [
            trial
            for number, trial in self.trials.items()
            if int(number) < before
            and trial.status == "COMPLETED"
            and trial.hyperparameters.values.get(self.space.compare) == value
        ]
        trials.sort(key=lambda trial: trial.score, reverse=self.objective.direction == "max")
        return [dict(trial.hyperparameters.values) for trial in trials]

    def _find_untried(
        self,
        space: Space,
        draws: Iterator[dict[str, Value]],
        tried: TriedConfigurations,
        rng: random.Random,
    ) -> dict[str, Value] | None:
        """Return the first untried draw; in the end, any untried configuration of a finite space.

        Draws whose networks are too large do not count.
        """
        size = space.size()
        attempts = range(_MOST_ATTEMPTS if size is None else _ATTEMPTS)
        allowed = draws if self.limit is None else self.limit.select(draws)
        for _, values in zip(attempts, allowed, strict=False):
            if values not in tried:
                return values
        if size is None:  # the limit gave up, or all that it allows are tried
            return None
        listed = (values for values in space.list_configurations() if values not in tried)
        if self.limit is not None and size <= _MOST_LISTED:
            untried = list(listed)
            rng.shuffle(untried)
            return next(filter(self.limit.allows, untried), None)
        untried = list(listed if self.limit is None else self.limit.select(listed))
        return rng.choice(untried) if untried else None
