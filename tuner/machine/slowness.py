"""Measures how much slower this process is than where the seconds of stages were measured."""

from pathlib import Path

from tuner.libraries.light_imports import read_import_seconds

__all__ = ["measure_slowness"]

# Linux counts for each thread the time on a core, and the time in which it waited for one. This is
# the file of the main thread, in nanoseconds; nothing is known elsewhere.
_SCHEDULER = Path("/proc/self/schedstat")
_IMPORT_SECONDS = 2.4  # of a core, to import Keras where the stages were measured
_MOST_TIMES = 3.0  # slower, at most: a first import also compiles


def measure_slowness() -> float:
    """Return how many times longer the main thread takes than on that machine, which was idle.

    Two things make it slower: it waits for a core that other programs have, and a core that shares
    its caches does less. The import of Keras, work of the kind that the stages are, tells how much.
    """
    seconds = read_import_seconds()
    work = 1.0 if seconds is None else min(max(seconds / _IMPORT_SECONDS, 1.0), _MOST_TIMES)
    return work * _measure_waiting()


def _measure_waiting() -> float:
    """Return the time of the main thread, in times of what it had a core for."""
    try:
        running, waiting, _ = map(int, _SCHEDULER.read_text("ascii").split())
    except (OSError, ValueError):
        return 1.0
    return 1.0 + waiting / running if running else 1.0
