"""Where the seconds of a study went, by its journal."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from tuner.study import EventKind, TrialRecord

__all__ = ["TimeSpent", "spent"]

# What the time before an event went into, and what begins after it: by the event's kind, or by
# the name of a stage that is done. A resumed run skips the stages that were done.
_UNTIL = {
    EventKind.PROPOSED: "searching",
    EventKind.TRIAL: "searching",
    "searching": "searching",
    "picking": "final_training",
    EventKind.TESTED: "final_training",
    EventKind.EXPORTED: "export",
    EventKind.NOT_EXPORTED: "export",
    "prediction times": "report",
    "baselines": "report",
    "report": "report",
}
_AFTER = {
    "searching": "final_training",
    EventKind.TESTED: "export",
    EventKind.EXPORTED: "report",
    EventKind.NOT_EXPORTED: "report",
    "prediction times": "report",
    "baselines": "report",
    "report": "report",
    EventKind.ENDED: "",
}


@dataclass(frozen=True, slots=True)
class TimeSpent:
    """Seconds of wall time over all searches of a study; breaks between them do not count.

    Attributes:
        searching: From a search's beginning to its last trial.
        final_training: Of picking, and of training what was picked on all training rows.
        export: Of writing the model, and of checking it.
        report: Of all that follows: prediction times, baselines and the report. While the report
            is written, nobody knows yet.
        training: Of trials by status. Trials train side by side, so that these may add up to more
            than the wall time.
        searches: How often the study was begun, or gone on with.
    """

    searching: float
    final_training: float
    export: float
    report: float
    training: dict[str, float]
    searches: int


def spent(events: Iterable[Mapping[str, Any]], records: Sequence[TrialRecord]) -> TimeSpent:
    """Return where the seconds went.

    Args:
        events: Those of the journal, oldest first.
        records: The trials.
    """
    seconds = {field.name: 0.0 for field in fields(TimeSpent) if field.type is float}
    searches, last, stage = 0, 0, "searching"
    for event in events:
        kind = event["event"]
        if kind == EventKind.BEGUN:
            searches, stage = searches + 1, "searching"
        elif stage:
            name = event["stage"] if kind == EventKind.STAGE else kind
            seconds[_UNTIL.get(name, stage)] += (event["time"] - last) / 1000
            stage = _AFTER.get(name, stage)
        last = event["time"]
    training: dict[str, float] = {}
    for record in records:
        status = record.result.status
        training[status] = training.get(status, 0.0) + record.result.seconds
    return TimeSpent(**seconds, training=training, searches=searches)
