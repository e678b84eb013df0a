"""How fast the trials of a search end, and how long those take that are left."""

import threading
import time
from bisect import bisect_left
from collections.abc import Callable
from typing import NamedTuple

__all__ = ["Pace"]

_LEAST_SHARE = 0.35  # of all trials, which must be trained before anything is said
_ENOUGH = 25  # trials that are enough of any number
# The most times by which the recent pace may differ from that of the whole run.
_SLOWER, _FASTER = 1.5, 2.0
_MOST_PROGRESS = 0.9  # of a trial, while it trains


class _Mark(NamedTuple):
    """How many trials the run had trained at a time, with the parts of those that train."""

    trials: float
    seconds: float


class Pace:
    """Follows the trials that train. Any thread can call any method.

    A number of seconds is given only if it can be trusted: some trials were trained, and the second
    half of the work took as long as the first, about.

    Args:
        trials: How many trials are left to the run at its beginning.
        epochs: The most epochs of a trial, which are expected until the first one was trained.
        clock: Returns the time in seconds.
    """

    def __init__(
        self, trials: int, epochs: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._trials = trials
        self._epochs = epochs
        self._clock = clock
        self._lock = threading.Lock()
        self._running: dict[int, int] = {}  # epochs of each trial that trains
        self._trained: list[int] = []  # epochs of each trial whose training ended
        self._started: float | None = None  # when the first epoch of the run was over
        self._marks: list[_Mark] = []

    def add_epoch(self, trial: int, epoch: int) -> None:
        """Add an epoch of a trial."""
        with self._lock:
            if self._started is None:
                self._started = self._clock()
            self._running[trial] = epoch

    def add_trained(self, trial: int) -> None:
        """Add the end of a trial's training."""
        with self._lock:
            self._trained.append(self._running.pop(trial, 0))

    def list_running(self) -> list[int]:
        """Return the numbers of the trials that train now, ascending."""
        with self._lock:
            return sorted(self._running)

    def estimate_seconds(self) -> float | None:
        """Return about how many seconds the remaining trials take; None if it is not known."""
        with self._lock:
            if self._started is None:
                return None
            trials = self._count_trials()
            if self._marks:  # a longer trial than all before makes the parts of others smaller
                trials = max(trials, self._marks[-1].trials)
            now = _Mark(trials, self._clock() - self._started)
            self._marks.append(now)
            least = min(_LEAST_SHARE * self._trials, _ENOUGH)
            if len(self._trained) < least or now.seconds <= 0:
                return None
            half = self._marks[bisect_left(self._marks, (now.trials / 2,))]
            if now.trials <= half.trials or now.seconds <= half.seconds:
                return None
            pace = (now.trials - half.trials) / (now.seconds - half.seconds)
            if not 1 / _SLOWER < pace / (now.trials / now.seconds) < _FASTER:
                return None
            return max(self._trials - now.trials, 0.0) / pace

    def _count_trials(self) -> float:
        """Return the trials that were trained, and the parts of those that train."""
        lengths = [epochs for epochs in self._trained if epochs]  # without those that raised
        expected = sum(lengths) / len(lengths) if lengths else self._epochs
        parts = (min(epochs / expected, _MOST_PROGRESS) for epochs in self._running.values())
        return len(self._trained) + sum(parts)
