"""The time limit of a search."""

import math
import time
from collections.abc import Callable

from tuner.machine.slowness import measure_slowness
from tuner.scoring import Objective
from tuner.search.final_seconds import FinalSeconds
from tuner.training import TrialResult

__all__ = ["Clock"]

_FIRST_COHORT = 4  # trials from which the clock learns the pace
_EXPORT_SHARE = 0.4  # of a limit, at most, is reserved for the export, or nothing is searched


class Clock:
    """A time limit that reserves time for the final training and the export.

    When the time is up, it stays up, even if a better network turns up that trains faster.

    Args:
        limit: The time limit in seconds; None for no limit.
        started: When the time began, by `time.monotonic`.
        export_seconds: Seconds that the steps after the final training take on a machine that does
            nothing else.
        final: The final training.
        objective: The objective that decides which networks are trained in the end.
    """

    def __init__(
        self,
        limit: float | None,
        *,
        started: float,
        export_seconds: float,
        final: FinalSeconds,
        objective: Objective,
    ) -> None:
        self._started = started
        self._limit = limit
        self._export_seconds = export_seconds
        self._final = final
        self._objective = objective
        self._trains_on_all_rows: bool | None = None  # not known before a trial is completed
        self._best: list[TrialResult] = []  # as many as final networks
        self._ended = 0  # in this run
        self._is_up = False
        self._is_short = False

    @property
    def has_limit(self) -> bool:
        """Whether there is a time limit."""
        return self._limit is not None

    def add(self, result: TrialResult, count_running: Callable[[], float] = lambda: 0.0) -> None:
        """Add the result of a trial that has ended.

        Args:
            result: The result.
            count_running: Returns the seconds in which the trials that train now are to end.
                Networks on all rows that the best trials become quick enough for do not take these.
        """
        self._ended += 1
        if result.status == "completed":
            self._rank(result)
            self._choose_final_networks(count_running)

    def recall(self, result: TrialResult) -> None:
        """Learn the result of a trial of an earlier run, which may be among the best."""
        if result.status != "completed":
            return
        self._rank(result)
        if self._final.fold_networks:
            # those of folds may be lost, and take the time
            self._trains_on_all_rows = False
            self._choose_final_networks(lambda: 0.0)

    def _rank(self, result: TrialResult) -> None:
        """Put a completed trial among the best if it is one of them."""
        to_loss = self._objective.to_loss
        best = sorted([*self._best, result], key=lambda each: to_loss(each.score))
        self._best = best[: self._final.networks]

    @property
    def adds_networks_on_all_rows(self) -> bool | None:
        """Whether networks on all rows come to those of folds.

        None if no others are exported, or no trial has ended in this run, which then exports no
        others than the last one.
        """
        decides = self._final.fold_networks and self.has_ended_any
        return self._trains_on_all_rows if decides else None

    def _choose_final_networks(self, count_running: Callable[[], float]) -> None:
        """Decide by the best trials so far whether networks are trained on all rows."""
        chosen = self._trains_on_all_rows
        self._trains_on_all_rows = self._final.decide_all_rows(self._best)
        if self._trains_on_all_rows and chosen is False:  # the clock did not reserve time for them
            self._trains_on_all_rows = self.count_left() >= count_running()

    @property
    def has_ended_any(self) -> bool:
        """Whether a trial has ended in this run."""
        return self._ended > 0

    def is_up(self) -> bool:
        """Return whether the search must end; can be called from any thread."""
        self._is_up = self._is_up or self.count_left() <= 0
        return self._is_up

    def has_time_for(self, seconds: float | None) -> bool:
        """Return whether what takes some seconds can end in time; can be called from any thread.

        Args:
            seconds: None if they are not known; then it has time.
        """
        return seconds is None or seconds <= self.count_left()

    def give_up(self) -> None:
        """Note that no further trial can end in time; those that train may still end."""
        self._is_short = True

    def is_over(self) -> bool:
        """Return whether no further trial can be proposed; those that train may still end."""
        return self._is_short or self.is_up()

    def limit_cohort(self, most: int) -> int:
        """Return how many trials to train at once: at most `most`, and fewer near the end."""
        if self._limit is None:
            return most
        if not self._ended:
            return min(most, _FIRST_COHORT)
        pace = (time.monotonic() - self._started) / self._ended
        return max(1, min(most, int(self.count_left() / pace)))

    def count_left(self) -> float:
        """Return the seconds that are left for trials; infinity without a limit."""
        if self._limit is None:
            return math.inf
        return self._started + self._limit - self.count_kept() - time.monotonic()

    def count_kept(self) -> float:
        """Return the seconds of the limit that are kept for the stages after the trials."""
        if self._limit is None:
            return 0.0
        slowness = measure_slowness()
        export = min(self._export_seconds * slowness, self._limit * _EXPORT_SHARE)
        return export + self._final.estimate_seconds(
            self._best,
            time.monotonic() - self._started,
            trains_on_all_rows=self._trains_on_all_rows,
            slowness=slowness,
        )
