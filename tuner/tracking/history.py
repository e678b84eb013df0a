"""The history of a study, gathered from the events of its journal."""

from collections.abc import Collection, Mapping
from typing import Any

from tuner.study import EventKind

__all__ = ["History"]

_OF_A_SEARCH = (
    EventKind.BEGUN,
    EventKind.SCREENED,
    EventKind.PROPOSED,
    EventKind.TRIAL,
    EventKind.DROPPED,
)


class History:
    """What MLflow's runs need to know about the events so far.

    Attributes:
        ending: The event that ended the last search. None if one has begun since then; an export
            or a report is none.
        export: The event of the last model that was exported and checked. None if there is none.
        worked: Milliseconds for which commands worked on the study, without the time between them.
    """

    def __init__(self) -> None:
        self.ending: Mapping[str, Any] | None = None
        self.export: Mapping[str, Any] | None = None
        self.worked = 0
        self._values: dict[str, set[Any]] = {}  # of each hyperparameter, over the trials
        self._last_time: int | None = None  # of a command that still works

    def add(self, event: Mapping[str, Any]) -> None:
        """Take an event in, in the journal's order."""
        kind, time = event["event"], event["time"]
        if kind in (EventKind.BEGUN, EventKind.DROPPED):  # the second comes first, of a resumed one
            self._last_time = time
        elif self._last_time is not None:
            self.worked += max(time - self._last_time, 0)  # a clock may have been set back
            self._last_time = None if kind == EventKind.ENDED else time
        if kind == EventKind.EXPORTED:
            self.export = event
            return
        if kind == EventKind.ENDED:
            self.ending = event
        elif kind in _OF_A_SEARCH:
            self.ending = None
        if kind == EventKind.TRIAL:
            for name, value in {**event["hyperparameters"], **event["derived"]}.items():
                self._values.setdefault(name, set()).add(value)

    def list_varied(self, fixed: Collection[str]) -> list[str]:
        """Return the hyperparameters that differ between trials, except those of `fixed`."""
        return [
            name for name, values in self._values.items() if name not in fixed and len(values) > 1
        ]
