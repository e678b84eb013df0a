"""Refuses what would take more memory than is free, before memory is taken for it."""

from tuner.errors import DataError
from tuner.machine.memory import read_memory

__all__ = ["require_few_columns", "require_room"]

_MOST_COLUMNS = 100_000  # each takes one or two milliseconds to look at


def require_room(label: str, what: str, size: int) -> None:
    """Check that something fits into the memory that is free.

    A small file may hold, or claim to hold, far more than its own bytes.

    Args:
        label: The source's name in messages.
        what: What it holds, with a verb: "its x takes".
        size: The bytes that it takes in memory.

    Raises:
        DataError: It does not fit.
    """
    memory = read_memory()
    if memory is not None and size > memory.free:
        raise DataError(
            f"{label}: {what} {size / 1e9:,.1f} GB, and {memory.free / 1e9:.1f} GB of memory are "
            "free; give fewer rows or columns"
        )


def require_few_columns(label: str, count: int) -> None:
    """Check that a table has no more columns than can be looked at in some minutes.

    Args:
        label: The source's name in messages.
        count: Its columns.

    Raises:
        DataError: It has more.
    """
    if count > _MOST_COLUMNS:
        raise DataError(
            f"{label}: it has {count:,} columns, and {_MOST_COLUMNS:,} are the most; leave some "
            "out of the file"
        )
