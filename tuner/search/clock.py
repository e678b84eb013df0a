"""When a search with a time limit must end."""

import time
from collections.abc import Callable

from tuner.scoring import Objective
from tuner.training import TrialResult

__all__ = ["Clock"]

_FIRST_COHORT = 4  # trials, from which the pace is learned
_TRACE_SECONDS = 1.0  # to make ready to train a network once more
_EXPORT_SHARE = (
    0.2  # of a limit, at most, is kept for the export: of a short one, most is to search
)


class Clock:
    """A time limit, less what the final training and the export will take.

    Once it is up it stays so, though a better network that trains faster may turn up.

    Args:
        limit: Seconds; None for no limit.
        started: Since when they count, by `time.monotonic`.
        export_seconds: What follows the final training takes.
        final_rounds: Says how long the final training takes, in times of a fold of as many rows and
            epochs; it is asked again, since who trains may change.
        share: All training rows, as a share of those that a trial trains on, over all its folds.
        objective: Decides which network is trained at last.
    """

    def __init__(
        self,
        limit: float | None,
        *,
        started: float,
        export_seconds: float,
        final_rounds: Callable[[], float],
        share: float,
        objective: Objective,
    ) -> None:
        self._started = started
        self._end = None
        if limit is not None:
            self._end = started + limit - min(export_seconds, limit * _EXPORT_SHARE)
        self._final_rounds = final_rounds
        self._share = share
        self._objective = objective
        self._best: TrialResult | None = None
        self._ended = 0
        self._is_up = False

    def take(self, result: TrialResult) -> None:
        """Take in the end of a trial."""
        self._ended += 1
        if result.status == "completed" and (
            self._best is None or self._objective.better(result.score, self._best.score)
        ):
            self._best = result

    def is_up(self) -> bool:
        """Return whether it is time to end; any thread may ask."""
        if self._end is not None and not self._is_up:
            self._is_up = time.monotonic() >= self._end - self._final_seconds()
        return self._is_up

    def trials_in_time(self, most: int) -> int:
        """Return how many trials to train at once: fewer where the end is near."""
        if self._end is None:
            return most
        if not self._ended:
            return min(most, _FIRST_COHORT)
        now = time.monotonic()
        left = self._end - self._final_seconds() - now
        return max(1, min(most, int(left / (now - self._started) * self._ended)))

    def _final_seconds(self) -> float:
        """Estimate how long it takes to train the best network so far on all rows."""
        if self._best is None:  # it may be one that is training
            return (time.monotonic() - self._started) * self._share
        epochs = len(self._best.curves["loss"][0])
        a_network = self._best.seconds * self._share * self._best.epoch / epochs
        return _TRACE_SECONDS + self._final_rounds() * a_network
