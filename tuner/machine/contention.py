"""Measures how much other programs slow this one down."""

from pathlib import Path

__all__ = ["measure_contention"]

# Linux counts for each thread the time on a core, and the time in which it waited for one. This is
# the file of the main thread, in nanoseconds; nothing is known elsewhere.
_SCHEDULER = Path("/proc/self/schedstat")


def measure_contention() -> float:
    """Return how many times longer the main thread takes than on a machine of its own."""
    try:
        running, waiting, _ = map(int, _SCHEDULER.read_text("ascii").split())
    except (OSError, ValueError):
        return 1.0
    return 1.0 + waiting / running if running else 1.0
