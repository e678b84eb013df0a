"""The networks that no other beats in both score and cost."""

from collections.abc import Sequence
from dataclasses import dataclass

from tuner.analysis.trial_picks import find_front
from tuner.study import PredictionTimes, Study, TrialRecord

__all__ = ["Fronts", "find_fronts"]


@dataclass(frozen=True, slots=True)
class Fronts:
    """The Pareto fronts of a study.

    Attributes:
        parameters: Of score against parameters, the smallest first.
        time: Of score against the seconds that a batch of rows takes, the quickest first, among
            the trials whose seconds were measured.
        times: These seconds.
    """

    parameters: tuple[TrialRecord, ...]
    time: tuple[TrialRecord, ...]
    times: PredictionTimes

    @property
    def trials(self) -> tuple[TrialRecord, ...]:
        """The trials on either front, the smallest first."""
        found = {record.trial: record for record in (*self.parameters, *self.time)}
        return tuple(sorted(found.values(), key=lambda r: (r.result.parameters, r.trial)))

    def holds(self, trial: int) -> dict[str, bool | None]:
        """Return whether a trial is on each front; None where its time was not measured."""
        return {
            "parameters": any(record.trial == trial for record in self.parameters),
            "prediction_time": (
                any(record.trial == trial for record in self.time)
                if trial in self.times.trials
                else None
            ),
        }


def find_fronts(study: Study, records: Sequence[TrialRecord]) -> Fronts:
    """Return the fronts of a study, by what is known of its prediction times.

    Args:
        study: The study.
        records: Its trials; those that were not completed are left out.
    """
    times, maximise = study.read_prediction_times(), study.record.objective.direction == "max"
    measured = [record for record in records if record.trial in times.trials]
    return Fronts(
        find_front(records, maximise=maximise),
        find_front(
            measured, maximise=maximise, cost=lambda record: times.trials[record.trial].batch
        ),
        times,
    )
