"""Bayesian optimisation with KerasTuner's Gaussian process."""

import copy
import warnings
from math import isfinite
from typing import Any

import keras_tuner
from sklearn.exceptions import ConvergenceWarning
from threadpoolctl import threadpool_limits

from tuner.search.oracles.model_based import ModelBasedOracle
from tuner.space import Fixed, Value

__all__ = ["BayesianOracle"]


class BayesianOracle(ModelBasedOracle):
    """KerasTuner's Gaussian process, which suggests the best lower confidence bound.

    A new process is made for each proposal and given the trials so far, so that nothing of it has
    to be kept. A trial that failed or is under way is shown to it as one with the worst score so
    far. KerasTuner itself leaves the failed out, takes 0 for an infinite score, and 1 for that of a
    trial under way, which may be better than all others.
    """

    def first_trials(self) -> int:
        """Return three for each hyperparameter that is searched, as KerasTuner does."""
        searched = {
            each.name for each in self.space.hyperparameters if not isinstance(each.domain, Fixed)
        }
        return 3 * max(len(searched), 1)

    def suggest(self, trial: int) -> dict[str, Value] | None:
        """Return the configuration with the best lower confidence bound."""
        process = keras_tuner.oracles.BayesianOptimizationOracle(
            objective=self.objective,
            num_initial_points=1,
            hyperparameters=self.get_space(),
            seed=1 + self.generator(trial).randrange(2**31),
        )
        process.trials = self._scored()
        # its matrices are so small that a second thread costs more than it does
        with warnings.catch_warnings(), threadpool_limits(1, user_api="blas"):
            # a length scale at its bound is usual with few trials, and nothing a person can mend
            warnings.simplefilter("ignore", ConvergenceWarning)
            values: dict[str, Value] | None = process.populate_space(f"{trial}")["values"]
        return values

    def _scored(self) -> dict[str, Any]:
        """Return all trials as completed ones with finite scores."""
        scores = [trial.score for trial in self.trials.values() if _is_scored(trial)]
        worst = (max if self.objective.direction == "min" else min)(scores, default=0.0)
        scored = {}
        for trial_id, trial in self.trials.items():
            scored[trial_id] = stand_in = copy.copy(trial)
            if not _is_scored(trial):
                stand_in.status, stand_in.score = "COMPLETED", worst
        return scored


def _is_scored(trial: Any) -> bool:
    return trial.status == "COMPLETED" and isfinite(trial.score)
