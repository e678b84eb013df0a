"""The base class of oracles that learn from results where good configurations are."""

from abc import abstractmethod
from collections.abc import Iterator
from typing import Any

from tuner.search.oracles.follow_ups import find_follow_up
from tuner.search.oracles.neighbours import draw_neighbours
from tuner.search.oracles.random_search import RandomOracle
from tuner.space import Value

__all__ = ["COHORT", "ModelBasedOracle"]

COHORT = 4  # trials that are proposed without one another's results
_BEST = 2  # configurations whose neighbours are proposed
_NEIGHBOURS = 20  # completed trials until the model is asked in their place
_MOST_MISSED = 10  # neighbours that are not allowed, after which none is proposed


class ModelBasedOracle(RandomOracle):
    """Proposes random configurations first, then those that a model of the results suggests.

    Trials are proposed in cohorts of four, regardless of the trainer, unless there is a time
    limit. The model knows which trials run, and keeps away from them. Only the random
    configurations are shared equally among the values that the space compares. If the model
    suggests a configuration that was tried before, a random one takes its place. If it suggests a
    network that is too large, one with narrower layers takes its place, or a random one.

    A space that names first trials begins with them. Then the best two of all trials are trained
    for longer if they gained to their end, or with more dropout of their inputs if they were best
    early, the second after the best, and their neighbours are tried, if need be for less long: what
    is known to do well says more than a model of a few trials, which is asked after twenty.
    """

    adaptive = True

    def propose(self, trial: int) -> dict[str, Value] | None:
        """Return the model's suggestion, or a random one or neighbour before it knows enough."""
        if (first := self.propose_first()) is not None:
            return first
        if self.space.first and self.space.compare is None:
            return self._propose_neighbour(trial)
        # As many random trials as the model's authors use, but at most half of the search. They
        # are whole cohorts, at least one.
        most = min(self.count_random_trials(), self.planned_trials // 2)
        completed = sum(trial.status == "COMPLETED" for trial in self.trials.values())
        if completed >= COHORT * max(most // COHORT, 1):
            return self._propose_suggestion(trial)
        return self.draw(trial)

    def _propose_neighbour(self, trial: int) -> dict[str, Value] | None:
        """Return one of the best configurations, changed as its curve says or a little."""
        space, tried = self.space, self.read_tried()
        completed = self._list_completed()
        best = [dict(trial.hyperparameters.values) for trial in completed[:_BEST]]
        follow_ups = (  # steps are from 0
            find_follow_up(values, trial.best_step + 1, self.most_epochs, space)
            for values, trial in zip(best, completed, strict=False)
            if not trial.message  # a time limit ended it
        )
        follow_up = next((each for each in follow_ups if each and each not in tried), None)
        if follow_up is not None and self.allows(follow_up):
            return follow_up
        if len(completed) >= _NEIGHBOURS:
            return self._propose_suggestion(trial)
        if not best:
            return self.draw(trial)
        rng = self.make_generator(trial)
        drawn = self._select_allowed(draw_neighbours(best, space, rng))
        return self._find_untried(space, drawn, tried, rng)

    def _select_allowed(self, draws: Iterator[dict[str, Value]]) -> Iterator[dict[str, Value]]:
        """Yield what of some draws is allowed, narrower or shorter if need be.

        It gives up after ten of which nothing is. Further draws would be what takes least time, not
        what is like the best: of a deep network the neighbour without hidden layers.
        """
        missed = 0
        for values in draws:
            allowed = self._fit(values)
            missed += allowed is None
            if missed == _MOST_MISSED:
                return
            if allowed is not None:
                yield allowed

    def _fit(self, values: dict[str, Value]) -> dict[str, Value] | None:
        """Return a configuration, or if that is not allowed a narrower or shorter one."""
        if self.limit is None or self.limit.allows(values):
            return values
        return self.limit.narrow(values, self.space)

    def _propose_suggestion(self, trial: int) -> dict[str, Value] | None:
        """Return the model's suggestion if it is untried, else a random configuration."""
        suggested = self.suggest(trial)
        values = None if suggested is None else self._fit(suggested)
        if values is not None and values not in self.read_tried():
            return values
        return self.draw(trial)

    def _list_completed(self) -> list[Any]:
        """Return the trials that have completed, the best first."""
        completed = [trial for trial in self.trials.values() if trial.status == "COMPLETED"]
        completed.sort(key=lambda trial: trial.score, reverse=self.objective.direction == "max")
        return completed

    def must_wait(self, trial: int) -> bool:
        """Return whether a trial begins a cohort while trials of the previous one still run."""
        begins = trial % COHORT == 0 and bool(self.ongoing_trials)
        return (begins and self.time_limit is None) or super().must_wait(trial)

    @abstractmethod
    def count_random_trials(self) -> int:
        """Return how many trials must have completed before the model is used."""

    @abstractmethod
    def suggest(self, trial: int) -> dict[str, Value] | None:
        """Return the configuration that the model expects most from."""
