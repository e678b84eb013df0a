"""What the oracles share that learn from results where good configurations are."""

from abc import abstractmethod

from tuner.search.oracles.random_search import RandomOracle
from tuner.space import Value

__all__ = ["COHORT", "ModelBasedOracle"]

COHORT = 4  # trials that are proposed without the results of one another


class ModelBasedOracle(RandomOracle):
    """Random trials to begin with, then those that a model of the results suggests.

    It proposes four trials at once, whoever trains them: each knows which others are under way,
    and so goes elsewhere. Only the random trials are shared equally among compared values. What
    the model suggests a second time is drawn at random instead.
    """

    adaptive = True

    def propose(self, trial: int) -> dict[str, Value] | None:
        """Return what the model suggests, if it is untried, else a random configuration."""
        completed = sum(trial.status == "COMPLETED" for trial in self.trials.values())
        # as many random trials as the model's authors take, but not more than half of the search,
        # in whole cohorts, of which there is one at least
        most = min(self.first_trials(), self.planned_trials // 2)
        if completed >= COHORT * max(most // COHORT, 1):
            values = self.suggest(trial)
            if values is not None and values not in self.tried():
                return values
        return super().propose(trial)

    def waits(self, trial: int) -> bool:
        """Tell whether a trial begins a cohort while the one before is under way."""
        return trial % COHORT == 0 and bool(self.ongoing_trials)

    @abstractmethod
    def first_trials(self) -> int:
        """Return how many trials must have been completed before the model is asked."""

    @abstractmethod
    def suggest(self, trial: int) -> dict[str, Value] | None:
        """Return the configuration that the model takes for the most promising."""
