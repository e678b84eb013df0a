"""How much memory this machine has, and how much of it a process may have."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tuner.errors import UserError

try:
    import resource
except ImportError:  # Windows
    resource = None  # type: ignore[assignment]

__all__ = [
    "Memory",
    "bound_memory",
    "check_address_space",
    "count_cores",
    "read_address_limit",
    "read_memory",
    "warn_about_address_limit",
]

_MEMINFO = Path("/proc/meminfo")  # Linux only
_STATM = Path("/proc/self/statm")
_CONTAINERS = (  # Linux's control groups, of version 2 and 1, as a container sees its own
    (Path("/sys/fs/cgroup"), "memory.max", "memory.current", "inactive_file"),
    (
        Path("/sys/fs/cgroup/memory"),
        "memory.limit_in_bytes",
        "memory.usage_in_bytes",
        "total_inactive_file",
    ),
)
_BYTES_OF_CORE = 0.04e9  # of addresses, for the stacks and heaps of two threads
_SHARE = 0.8  # of the free memory, that data may take


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
    """Return the machine's memory, or the container's; None if the system does not say."""
    try:
        page = os.sysconf("SC_PAGE_SIZE")
        pages = os.sysconf("SC_AVPHYS_PAGES"), os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):  # macOS and Windows do not say what is free
        return None
    unused, total = (count * page for count in pages)
    available = _read_available()
    free = unused if available is None else available
    for free_here, total_here in _read_containers():
        free, total = min(free, free_here), min(total, total_here)
    return Memory(free, total)


def _read_containers() -> Iterator[tuple[int, int]]:
    """Yield the bytes that each limit of Linux leaves, those of cached files too, and the limit."""
    for folder, limit, used, cache in _CONTAINERS:
        try:
            most, taken = (int((folder / name).read_text("ascii")) for name in (limit, used))
            lines = (folder / "memory.stat").read_text("ascii").splitlines()
        except (OSError, ValueError):  # no such files, or no limit
            continue
        cached = sum(int(line.split()[1]) for line in lines if line.startswith(f"{cache} "))
        yield max(most - taken + cached, 0), most


def _read_available() -> int | None:
    """Return the bytes that Linux can give to processes, its cache of files among them."""
    try:
        lines = _MEMINFO.read_text(encoding="utf-8").splitlines()
    except OSError:  # another system
        return None
    counts = [line.split()[1] for line in lines if line.startswith("MemAvailable:")]
    return int(counts[0]) * 1024 if counts else None


def read_address_limit() -> int | None:
    """Return the most bytes that this process may have, as `ulimit -v` and `ulimit -d` set them.

    Returns:
        None without a limit.
    """
    if resource is None:
        return None
    limits = [resource.getrlimit(kind)[0] for kind in (resource.RLIMIT_AS, resource.RLIMIT_DATA)]
    return min((limit for limit in limits if limit != resource.RLIM_INFINITY), default=None)


def check_address_space(needed: float) -> None:
    """Refuse to work under a limit with which libraries crash or hang instead of raising an error.

    Args:
        needed: Bytes on two cores. Libraries start threads for each more, which reserve addresses.

    Raises:
        UserError: The limit is smaller.
    """
    limit = read_address_limit()
    needed += _BYTES_OF_CORE * max(count_cores() - 2, 0)
    if limit is not None and limit < needed:
        raise UserError(
            f"this process may have {limit / 1e9:.1f} GB of memory, and this command needs "
            f"{needed / 1e9:.1f} GB, of which it uses a part; raise the limit, which `ulimit -v` "
            "or `ulimit -d` shows in kB"
        )


def warn_about_address_limit() -> tuple[str, ...]:
    """Return a warning if this process may have less memory than the machine has.

    Libraries in C++ may abort the process at the limit, and then nobody can say why it ended.
    """
    limit, memory = read_address_limit(), read_memory()
    if limit is None or (memory is not None and limit >= memory.total):
        return ()
    return (
        f"this process may have {limit / 1e9:.1f} GB of memory, as `ulimit -v` or `ulimit -d` set "
        "it; a library that needs more may end it without a sentence: then raise the limit and "
        "resume the study",
    )


def count_cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):  # not on macOS and Windows
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@contextmanager
def bound_memory() -> Iterator[None]:
    """Let this process take most of the memory that is free now, and raise a MemoryError beyond.

    Otherwise the system would give it more than there is, slow down all programs, and kill one.
    """
    memory = read_memory()
    if memory is None or resource is None or not _STATM.exists():
        yield
        return
    used = int(_STATM.read_text("ascii").split()[0]) * os.sysconf("SC_PAGE_SIZE")
    most = int(used + _SHARE * memory.free)
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    limits = [limit for limit in (soft, hard) if limit != resource.RLIM_INFINITY]
    resource.setrlimit(resource.RLIMIT_AS, (min([most, *limits]), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
