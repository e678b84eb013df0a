"""Oracles: who proposes the next trial.

Each is a `keras_tuner.Oracle` whose proposals are a pure function of (study seed, trials so
far): it holds no other state, so that a search which goes on later proposes what it would have
proposed without the break. KerasTuner 1.4.8's own state files are not atomic, and leave out the
grid's place and the Bayesian generator.
"""

import random
import warnings
from abc import abstractmethod
from collections import Counter
from collections.abc import Container, Mapping
from itertools import count, islice
from typing import Any

import keras_tuner
from sklearn.exceptions import ConvergenceWarning

from tuner.space import Fixed, Space, Value, from_keras_tuner, to_keras_tuner
from tuner.training import Objective

__all__ = ["ORACLES", "BayesianOracle", "GridOracle", "RandomOracle", "StudyOracle"]

_ATTEMPTS = 100  # draws before a finite space is listed to find what is left of it


class StudyOracle(keras_tuner.Oracle):
    """The base of the oracles: never the same configuration twice, and none once all are tried.

    Attributes:
        cohort: How many trials it is asked for at once, where their results would change what it
            proposes; None where they would not, and the trainer may have as many as it likes.

    Args:
        space: What is searched; None for what the tuner's hypermodel declares.
        objective: What is optimised.
        max_trials: Most trials.
        seed: The study's seed. KerasTuner takes 0 for "no seed"; here it is a seed like others.
    """

    cohort: int | None = None

    def __init__(
        self, space: Space | None, objective: Objective, *, max_trials: int, seed: int
    ) -> None:
        super().__init__(
            objective=keras_tuner.Objective(objective.name, objective.direction),
            max_trials=max_trials,
            hyperparameters=None if space is None else to_keras_tuner(space),
            seed=seed + 1,  # not used for proposals; KerasTuner draws a random one for 0
            max_consecutive_failed_trials=max_trials + 1,  # a failed trial does not end a search
        )
        self.verbose = 0  # KerasTuner would print a table a trial; listeners tell people
        self.given_space = space
        self.study_seed = seed
        self.exhausted = False
        self._recorded: dict[int, dict[str, Value]] = {}

    def recall(self, trial: int, values: dict[str, Value]) -> None:
        """Propose these values for a trial: an earlier search did."""
        self._recorded[trial] = values

    @property
    def space(self) -> Space:
        """What is searched; a user's hypermodel may have declared more since the last trial."""
        if self.given_space is not None:
            return self.given_space
        return from_keras_tuner(self.get_space(), name="hypermodel", title="")

    def populate_space(self, trial_id: str) -> dict[str, Any]:
        """Return the next configuration in KerasTuner's form."""
        number = int(trial_id)
        values = self._recorded[number] if number in self._recorded else self.propose(number)
        self.exhausted = values is None
        if values is None:
            return {"status": "STOPPED", "values": None}
        return {"status": "RUNNING", "values": values}

    @abstractmethod
    def propose(self, trial: int) -> dict[str, Value] | None:
        """Return the active hyperparameters of a trial, or None if all were tried."""

    def tried(self) -> list[dict[str, Value]]:
        """Return the configurations so far, in the order of their trials."""
        return [dict(trial.hyperparameters.values) for trial in self.trials.values()]

    def generator(self, trial: int) -> random.Random:
        """Return the trial's own random generator."""
        return random.Random(f"{self.study_seed} {trial}")

    def save(self) -> None:
        """Write nothing: the journal is the state."""

    def get_best_trials(self, num_trials: int = 1) -> list[Any]:
        """Return the best completed trials, and never others to fill up their number."""
        trials = super().get_best_trials(max(num_trials, 1))
        return [trial for trial in trials if trial.status == "COMPLETED"][:num_trials]


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


def configuration_key(values: Mapping[str, Value]) -> tuple[tuple[str, Value], ...]:
    """Return a configuration as something that can be looked up in a set."""
    return tuple(sorted(values.items()))


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


class GridOracle(StudyOracle):
    """Visits every configuration once, in the order of the space file, the last one fastest.

    A range of numbers without a step is cut at ten points, evenly on its scale.
    """

    def propose(self, trial: int) -> dict[str, Value] | None:
        """Return the grid's point of the trial's number."""
        return next(islice(self.space.configurations(grid=True), trial, None), None)


class BayesianOracle(RandomOracle):
    """KerasTuner's Gaussian process, after random trials to begin with.

    It is asked for four trials at once, whoever trains them: those that are under way count as
    bad, so that the others are proposed elsewhere. It goes where it expects the best score, so
    that only the random trials are shared equally.

    A new process is made for each proposal and given the trials so far, so that nothing of it has
    to be kept. What it proposes a second time is drawn at random instead.
    """

    cohort = 4

    def propose(self, trial: int) -> dict[str, Value] | None:
        """Return the configuration with the best lower confidence bound that is untried."""
        searched = sum(not isinstance(h.domain, Fixed) for h in self.space.hyperparameters)
        completed = sum(trial.status == "COMPLETED" for trial in self.trials.values())
        # as many random trials as KerasTuner takes, but not more than half of the search
        if completed < min(max(3 * searched, 3), max(self.max_trials // 2, 3)):
            return super().propose(trial)
        with warnings.catch_warnings():
            # a length scale at its bound is usual with few trials, and nothing a person can mend
            warnings.simplefilter("ignore", ConvergenceWarning)
            values = self._process(trial, completed).populate_space(f"{trial}")["values"]
        tried = {configuration_key(values) for values in self.tried()}
        if values is None or configuration_key(values) in tried:
            return super().propose(trial)
        return dict(values)

    def _process(self, trial: int, completed: int) -> keras_tuner.Oracle:
        oracle = keras_tuner.oracles.BayesianOptimizationOracle(
            objective=self.objective,
            num_initial_points=completed,
            hyperparameters=self.get_space(),
            seed=1 + self.generator(trial).randrange(2**31),
        )
        oracle.trials = self.trials
        oracle.ongoing_trials = self.ongoing_trials
        return oracle


ORACLES: dict[str, type[StudyOracle]] = {
    "random": RandomOracle,
    "grid": GridOracle,
    "bayesian": BayesianOracle,
}
