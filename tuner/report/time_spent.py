"""How many seconds each part of a study took, computed from its journal."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from tuner.study import EventKind, Stage, TrialRecord

__all__ = ["TimeSpent", "measure_time_spent"]

# The part of the time that ends with an event, and the part that begins with it: by the event's
# kind, or by the stage that is done. Every stage is in both, because a resumed run skips stages
# that were done before.
_PART_BEFORE = {
    EventKind.PROPOSED: "searching",
    EventKind.TRIAL: "searching",
    Stage.SEARCHING: "searching",
    Stage.PICKING: "final_training",
    Stage.FINAL_TRAINING: "final_training",
    EventKind.TESTED: "final_training",
    Stage.WRITING: "export",
    EventKind.EXPORTED: "export",
    EventKind.NOT_EXPORTED: "export",
    Stage.EXPORTING: "export",
    Stage.PREDICTION_TIMES: "report",
    Stage.BASELINES: "report",
    Stage.REPORT: "report",
}
_PART_AFTER = {
    Stage.SEARCHING: "final_training",
    Stage.PICKING: "final_training",
    Stage.FINAL_TRAINING: "final_training",
    EventKind.TESTED: "export",
    Stage.WRITING: "report",
    EventKind.EXPORTED: "report",
    EventKind.NOT_EXPORTED: "report",
    Stage.EXPORTING: "report",
    Stage.PREDICTION_TIMES: "report",
    Stage.BASELINES: "report",
    Stage.REPORT: "report",
    EventKind.ENDED: "",
}


@dataclass(frozen=True, slots=True)
class TimeSpent:
    """Seconds of wall time of all searches of a study; breaks between them do not count.

    Attributes:
        searching: Seconds from the beginning of each search to its last trial.
        final_training: Seconds to pick the networks, and to train them on all training rows.
        export: Seconds to write the model, and to wait for its check after prediction times.
        report: Seconds for prediction times, baselines and the report.
        training: Seconds of training by status of the trials. Trials train at the same time, so
            the sum may exceed the wall time.
        searches: How many searches the study has had: the first one, and each that resumed it.
    """

    searching: float
    final_training: float
    export: float
    report: float
    training: dict[str, float]
    searches: int


def measure_time_spent(
    events: Iterable[Mapping[str, Any]], records: Sequence[TrialRecord]
) -> TimeSpent:
    """Return how many seconds each part of the study took.

    Args:
        events: The journal's events, the oldest first.
        records: The study's trials.
    """
    seconds = {field.name: 0.0 for field in fields(TimeSpent) if field.type is float}
    searches, last_time, part = 0, 0, "searching"
    for event in events:
        kind = event["event"]
        if kind == EventKind.BEGUN:
            searches, part = searches + 1, "searching"
        elif part and kind != EventKind.DROPPED:  # which comes before a search that resumes
            name = event["stage"] if kind == EventKind.STAGE else kind
            # no time passes where another process found its clock set back
            seconds[_PART_BEFORE.get(name, part)] += max(event["time"] - last_time, 0) / 1000
            part = _PART_AFTER.get(name, part)
        last_time = event["time"]
    training: dict[str, float] = {}
    for record in records:
        status = record.result.status
        training[status] = training.get(status, 0.0) + record.result.seconds
    return TimeSpent(**seconds, training=training, searches=searches)
