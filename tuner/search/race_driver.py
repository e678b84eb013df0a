"""The search's side of the race: the one place that recalls and settles trials."""

import keras_tuner

from tuner.search.oracles import SearchOracle
from tuner.space import find_space, plans_schedules
from tuner.study import SearchSettings
from tuner.training import TrialResult
from tuner.training.race import Leads, Race, Settled

__all__ = ["RaceDriver"]


class RaceDriver:
    """Drives the race of a search; without a race, each trial is settled as it ends.

    Trainers get `race` in their plan, report rungs to it, and ask it whether to go on.

    Args:
        settings: Say whether trials race, for how many epochs, and towards which objective.
        oracle: The search's oracle; its trials may not be meant to race.
        hypermodel: If its space names a hyperparameter to compare, trials do not race: a
            comparison rests on what trials come to in the end, the worse ones included. Nor do
            networks with planned schedules: they gain most at the end, whatever their curve says
            before. Nor do trials towards a metric of its own, which has no values of
            rows to compare.

    Attributes:
        race: The race; None if trials do not race.
    """

    def __init__(
        self, settings: SearchSettings, oracle: SearchOracle, hypermodel: keras_tuner.HyperModel
    ) -> None:
        self.race: Race | None = None
        space = find_space(hypermodel)
        to_end = space is not None and (space.compare is not None or plans_schedules(space))
        objective = settings.plan.objective
        if settings.racing and oracle.races and not to_end and not objective.own:
            self.race = Race(settings.epochs, objective)

    def recall(self, trial: int, leads: Leads) -> None:
        """Restore a trial that was settled before the search was interrupted."""
        if self.race:
            self.race.recall(trial, leads)

    def settle(self, result: TrialResult) -> list[Settled]:
        """Report the end of a trial, and return the trials whose outcome is final now."""
        return self.race.settle(result) if self.race else [Settled(result, {})]

    def close(self) -> list[Settled]:
        """Return the trials that ended and wait for trials that will never come."""
        return self.race.close() if self.race else []
