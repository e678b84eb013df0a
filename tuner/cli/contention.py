"""Measures how much other programs slow this one down."""

import time
from pathlib import Path

__all__ = ["Contention"]

_TASKS = Path("/proc/self/task")  # Linux; elsewhere nothing is known
_PAUSE = 5.0  # seconds between two measurements, each of which reads a file per thread


class Contention:
    """How many times longer this process takes than on a machine of its own.

    Linux counts for each thread the time on a core and the time in which it waited for one.
    """

    def __init__(self) -> None:
        self._measured = -_PAUSE
        self._factor = 1.0

    @property
    def factor(self) -> float:
        """The factor since the process began, measured every few seconds; at least 1."""
        now = time.monotonic()
        if now - self._measured >= _PAUSE:
            self._measured, self._factor = now, _measure()
        return self._factor


def _measure() -> float:
    running = waiting = 0
    for path in _TASKS.glob("*/schedstat"):
        try:
            on_core, in_queue, _ = map(int, path.read_text("ascii").split())
        except (OSError, ValueError):  # the thread has ended, or this kernel writes other things
            continue
        running, waiting = running + on_core, waiting + in_queue
    return 1.0 + waiting / running if running else 1.0
