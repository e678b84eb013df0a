"""Bayesian optimisation with KerasTuner's Gaussian process."""

import copy
import sys
import warnings
from math import isfinite
from typing import Any

import keras_tuner
import numpy as np
from threadpoolctl import threadpool_limits

from tuner.search.oracles.model_based import ModelBasedOracle
from tuner.space import Fixed, Value, find_nearest_configuration

__all__ = ["BayesianOracle"]


class BayesianOracle(ModelBasedOracle):
    """Suggests the configuration with the best lower confidence bound of KerasTuner's process.

    Each proposal fits a new Gaussian process to the trials so far, so that there is no state to
    keep. The process sees a failed or running trial with the worst score so far. KerasTuner itself
    ignores failed trials, takes an infinite score for 0, and gives a running trial the score 1,
    which may be better than all others.
    """

    def count_random_trials(self) -> int:
        """Return `num_initial_points`, or three for each searched one, as KerasTuner does."""
        if self.options.get("num_initial_points"):
            return int(self.options["num_initial_points"])
        searched = {
            hyperparameter.name
            for hyperparameter in self.space.hyperparameters
            if not isinstance(hyperparameter.domain, Fixed)
        }
        return 3 * max(len(searched), 1)

    def suggest(self, trial: int) -> dict[str, Value] | None:
        """Return the configuration with the best lower confidence bound."""
        import sklearn.exceptions
        import sklearn.gaussian_process

        from tuner.search.oracles.gaussian_process import GaussianProcess

        make_process = keras_tuner.oracles.BayesianOptimizationOracle
        # hidden from its module while that was imported, by `tuner.libraries.light_imports`
        vars(sys.modules[make_process.__module__])["sklearn"] = sklearn
        process = make_process(
            objective=self.objective,
            num_initial_points=1,
            **{name: self.options[name] for name in ("alpha", "beta") if name in self.options},
            hyperparameters=self.get_space(),
            seed=1 + self.make_generator(trial).randrange(2**31),
        )
        process.gpr = GaussianProcess(**process.gpr.get_params(deep=False))
        process.trials = self._score_all()
        # the matrices are so small that a second thread costs more than it gains
        with warnings.catch_warnings(), threadpool_limits(1, user_api="blas"):
            # with few trials a length scale is often at its bound; the user cannot change that
            warnings.simplefilter("ignore", sklearn.exceptions.ConvergenceWarning)
            values: dict[str, Value] | None = process.populate_space(f"{trial}")["values"]
        # KerasTuner takes the last of several active hyperparameters of one name, not the first;
        # what lies at the upper end of a range may come out above it
        if values is None:
            return None
        plain = {
            name: value.item() if isinstance(value, np.generic) else value
            for name, value in values.items()
        }
        return find_nearest_configuration(self.space, plain, self.make_generator(trial), clips=True)

    def _score_all(self) -> dict[str, Any]:
        """Return copies of all trials, by id, as completed trials with finite scores."""
        scores = [trial.score for trial in self.trials.values() if _has_score(trial)]
        worst = (max if self.objective.direction == "min" else min)(scores, default=0.0)
        scored = {}
        for trial_id, trial in self.trials.items():
            scored[trial_id] = stand_in = copy.copy(trial)
            if not _has_score(trial):
                stand_in.status, stand_in.score = "COMPLETED", worst
        return scored


def _has_score(trial: Any) -> bool:
    return trial.status == "COMPLETED" and isfinite(trial.score)
