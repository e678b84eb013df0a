"""Where the seconds of a study went, by its journal."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tuner.study import TrialRecord

__all__ = ["Spent", "spent"]


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds.

    Attributes:
        searching: Wall time from a search's beginning to its last trial, over all searches of the
            study; breaks between them do not count.
        afterwards: Wall time of what followed: picking, the final training and the export.
        training: Of trials by status. Trials train side by side, so that these may add up to more
            than the wall time.
        searches: How often the study was begun, or gone on with.
    """

    searching: float
    afterwards: float
    training: dict[str, float]
    searches: int


def spent(events: Iterable[Mapping[str, Any]], records: Sequence[TrialRecord]) -> Spent:
    """Return where the seconds went.

    Args:
        events: Those of the journal, oldest first.
        records: The trials.
    """
    searching = afterwards = 0.0
    searches, begun, last_trial, last = 0, 0, 0, 0
    for event in events:
        if event["event"] == "begun":
            searching, afterwards = _add(searching, afterwards, (begun, last_trial, last))
            searches, begun = searches + 1, event["time"]
            last_trial = last = begun
        last = event["time"]
        if event["event"] in ("proposed", "trial"):
            last_trial = last
    searching, afterwards = _add(searching, afterwards, (begun, last_trial, last))
    training: dict[str, float] = {}
    for record in records:
        status = record.result.status
        training[status] = training.get(status, 0.0) + record.result.seconds
    return Spent(searching, afterwards, training, searches)


def _add(searching: float, afterwards: float, times: tuple[int, int, int]) -> tuple[float, float]:
    begun, last_trial, last = times
    return searching + (last_trial - begun) / 1000, afterwards + (last - last_trial) / 1000
