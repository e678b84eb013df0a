"""How much memory this machine has."""

import os
from dataclasses import dataclass

__all__ = ["Memory", "read_memory"]


@dataclass(frozen=True, slots=True)
class Memory:
    """A machine's memory.

    Attributes:
        free: Bytes that no process uses.
        total: Bytes in all.
    """

    free: int
    total: int


def read_memory() -> Memory | None:
    """Return the machine's memory; None if the system does not say."""
    try:
        page = os.sysconf("SC_PAGE_SIZE")
        pages = os.sysconf("SC_AVPHYS_PAGES"), os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):  # macOS and Windows do not say what is free
        return None
    return Memory(*(count * page for count in pages))
