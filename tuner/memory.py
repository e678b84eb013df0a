"""How much memory this machine has."""

import os
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Memory", "read_memory"]

_MEMINFO = Path("/proc/meminfo")  # Linux only


@dataclass(frozen=True, slots=True)
class Memory:
    """A machine's memory.

    Attributes:
        free: Bytes that a process can have: unused ones, and on Linux those that cache files.
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
    unused, total = (count * page for count in pages)
    available = _read_available()
    return Memory(unused if available is None else available, total)


def _read_available() -> int | None:
    """Return the bytes that Linux can give to processes, its cache of files among them."""
    try:
        lines = _MEMINFO.read_text(encoding="utf-8").splitlines()
    except OSError:  # another system
        return None
    counts = [line.split()[1] for line in lines if line.startswith("MemAvailable:")]
    return int(counts[0]) * 1024 if counts else None
