"""The time limit of a search."""

import math
import time
from collections.abc import Callable, Sequence

from tuner.contention import measure_contention
from tuner.scoring import Objective
from tuner.study import estimate_network_seconds
from tuner.training import TrialResult

__all__ = ["Clock"]

_FIRST_COHORT = 4  # trials from which the clock learns the pace
_PREPARING_SECONDS = 0.5  # to prepare the training on all rows
_TRACE_SECONDS = 0.5  # to trace each network, if each has another architecture
_AVERAGING_SECONDS = 1.0  # to average the networks of folds
_EXPORT_SHARE = 0.4  # of a limit, at most, is reserved for the export, or nothing is searched


class Clock:
    """A time limit that reserves time for the final training and the export.

    When the time is up, it stays up, even if a better network turns up that trains faster.

    Args:
        limit: The time limit in seconds; None for no limit.
        started: When the time began, by `time.monotonic`.
        export_seconds: Seconds that the steps after the final training take on a machine that does
            nothing else.
        final_rounds: Returns the duration of the final training, in units of the time of a fold
            with as many rows and epochs. It is called each time, because the trainer of the final
            networks may change during a search.
        share: The number of all training rows, as a share of the rows on which a trial trains over
            all its folds.
        objective: The objective that decides which networks are trained in the end.

    Attributes:
        networks: How many networks the final training trains. It can be set.
        are_trained_again: Returns whether networks are trained on all rows, by the best trials;
            those of the folds alone are exported otherwise, which the search has. It can be set.
        averages_folds: Whether networks of folds are exported. It can be set.
        count_running: Returns the seconds in which the trials that train now are to end. Networks
            on all rows that the best trials become quick enough for do not take these. It can be
            set.
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
        self._limit = limit
        self._export_seconds = export_seconds
        self._final_rounds = final_rounds
        self._share = share
        self._objective = objective
        self.networks = 1
        self.are_trained_again: Callable[[Sequence[TrialResult]], bool] = lambda best: True
        self.averages_folds = False
        self.count_running: Callable[[], float] = lambda: 0.0
        self._trains_again: bool | None = None  # not known before a trial is completed
        self._best: list[TrialResult] = []  # as many as final networks
        self._ended = 0
        self._is_up = False
        self._is_short = False

    def add(self, result: TrialResult) -> None:
        """Add the result of a trial that has ended."""
        self._ended += 1
        if result.status == "completed":
            sign = -1.0 if self._objective.direction == "max" else 1.0
            best = sorted([*self._best, result], key=lambda each: sign * each.score)
            self._best = best[: self.networks]
            self._choose_final_networks()

    @property
    def adds_networks_on_all_rows(self) -> bool | None:
        """Whether networks on all rows come to those of folds. None if no others are exported."""
        return self._trains_again if self.averages_folds else None

    def _choose_final_networks(self) -> None:
        """Decide by the best trials so far whether networks are trained on all rows."""
        chosen, self._trains_again = self._trains_again, self.are_trained_again(self._best)
        if self._trains_again and chosen is False:  # the clock did not reserve time for them
            self._trains_again = self.count_left() >= self.count_running()

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
        after = self._export_seconds * measure_contention()
        after = min(after, self._limit * _EXPORT_SHARE) + self._estimate_final_seconds()
        return self._started + self._limit - after - time.monotonic()

    def _estimate_final_seconds(self) -> float:
        """Estimate how long it takes to train the best networks so far on all rows."""
        elapsed = time.monotonic() - self._started
        # before a trial has ended, the best network may be one that trains since the start
        best = self._best or [TrialResult(0, "completed", epoch=1, seconds=elapsed)]
        trains_again = self._trains_again
        if trains_again is None:
            trains_again = self.are_trained_again(best)
        averaging = _AVERAGING_SECONDS if self.averages_folds else 0.0
        if not trains_again:
            return averaging
        if not self._best:
            return averaging + elapsed * self._share
        network_seconds = estimate_network_seconds(best, self._share)
        tracing = _PREPARING_SECONDS + _TRACE_SECONDS * self.networks
        return averaging + tracing + self._final_rounds() * network_seconds
