"""The base class of oracles that learn from results where good configurations are."""

from abc import abstractmethod

from tuner.search.oracles.random_search import RandomOracle
from tuner.space import Value

__all__ = ["COHORT", "ModelBasedOracle"]

COHORT = 4  # trials that are proposed without one another's results


class ModelBasedOracle(RandomOracle):
    """Proposes random configurations first, then those that a model of the results suggests.

    Trials are proposed in cohorts of four, regardless of the trainer. The model knows which trials
    run, and keeps away from them. Only the random configurations are shared equally among the
    values that the space compares. If the model suggests a configuration that was tried before, a
    random one takes its place. If it suggests a network that is too large, one with narrower layers
    takes its place, or a random one.
    """

    adaptive = True

    def propose(self, trial: int) -> dict[str, Value] | None:
        """Return the model's suggestion if it is untried, else a random configuration."""
        if (start := self.propose_start()) is not None:
            return start
        completed = sum(trial.status == "COMPLETED" for trial in self.trials.values())
        # As many random trials as the model's authors use, but at most half of the search. They
        # are whole cohorts, at least one.
        most = min(self.count_random_trials(), self.planned_trials // 2)
        if completed >= COHORT * max(most // COHORT, 1):
            values = self.suggest(trial)
            if values is not None and self.limit is not None and not self.limit.allows(values):
                values = self.limit.narrow(values, self.space)
            if values is not None and values not in self.read_tried():
                return values
        return super().propose(trial)

    def must_wait(self, trial: int) -> bool:
        """Return whether a trial begins a cohort while trials of the previous one still run."""
        begins = trial % COHORT == 0 and bool(self.ongoing_trials)
        return begins or super().must_wait(trial)

    @abstractmethod
    def count_random_trials(self) -> int:
        """Return how many trials must have completed before the model is used."""

    @abstractmethod
    def suggest(self, trial: int) -> dict[str, Value] | None:
        """Return the configuration that the model expects most from."""
