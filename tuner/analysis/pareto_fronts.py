"""The Pareto fronts of score against cost: the trials that no other beats in both."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tuner.study import PredictionTimes, Study, TrialRecord

__all__ = ["Fronts", "find_front", "find_fronts"]


@dataclass(frozen=True, slots=True)
class Fronts:
    """The Pareto fronts of a study.

    Attributes:
        parameters: The front of score against parameters, the smallest trial first.
        time: The front of score against the seconds to predict a batch of rows, the fastest trial
            first. Only trials whose seconds were measured can be on it.
        times: The measured prediction times.
    """

    parameters: tuple[TrialRecord, ...]
    time: tuple[TrialRecord, ...]
    times: PredictionTimes

    @property
    def trials(self) -> tuple[TrialRecord, ...]:
        """The trials on either front, the smallest first."""
        by_number = {record.trial: record for record in (*self.parameters, *self.time)}
        order = sorted(by_number.values(), key=lambda r: (r.result.parameters, r.trial))
        return tuple(order)

    def holds(self, trial: int) -> dict[str, bool | None]:
        """Return whether each front holds a trial; None if its time was not measured."""
        return {
            "parameters": any(record.trial == trial for record in self.parameters),
            "prediction_time": (
                any(record.trial == trial for record in self.time)
                if trial in self.times.trials
                else None
            ),
        }


def find_fronts(study: Study, records: Sequence[TrialRecord]) -> Fronts:
    """Return the fronts of a study, from its prediction times as far as they were measured.

    Args:
        study: The study.
        records: The study's trials. Only completed ones can be on a front.
    """
    times, maximise = study.read_prediction_times(), study.record.objective.maximise
    measured = [record for record in records if record.trial in times.trials]

    def get_seconds(record: TrialRecord) -> float:
        return times.trials[record.trial].batch

    return Fronts(
        find_front(records, maximise=maximise),
        find_front(measured, maximise=maximise, get_cost=get_seconds),
        times,
    )


def _get_parameters(record: TrialRecord) -> float:
    return record.result.parameters


def find_front(
    records: Sequence[TrialRecord],
    *,
    maximise: bool,
    get_cost: Callable[[TrialRecord], float] = _get_parameters,
) -> tuple[TrialRecord, ...]:
    """Return the Pareto front of score against cost.

    A trial is on the front if every trial that costs no more has a worse score. Of trials with
    equal score and cost, only the first by number is on it.

    Args:
        records: The study's trials. Only completed ones can be on the front.
        maximise: Whether a higher score is better.
        get_cost: Returns the cost of a trial. Defaults to its parameters.

    Returns:
        The front, the cheapest trial first, which is also the one with the worst score.
    """
    sign = -1 if maximise else 1
    order = sorted(
        (record for record in records if record.completed),
        key=lambda record: (get_cost(record), sign * record.result.score, record.trial),
    )
    front: list[TrialRecord] = []
    for record in order:
        if not front or sign * record.result.score < sign * front[-1].result.score:
            front.append(record)
    return tuple(front)
