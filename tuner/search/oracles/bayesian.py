"""Bayesian optimisation with KerasTuner's Gaussian process."""

import warnings

import keras_tuner
from sklearn.exceptions import ConvergenceWarning

from tuner.search.oracles.base import configuration_key
from tuner.search.oracles.random_search import RandomOracle
from tuner.space import Fixed, Value

__all__ = ["BayesianOracle"]


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
