"""Locks of a study: one process at a time searches it, and one writes it to MLflow."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from tuner.errors import StudyError, one_line

__all__ = ["hold_lock"]

_PAUSE = 0.1  # seconds between two attempts


@contextmanager
def hold_lock(path: Path, purpose: str, *, patience: float = 0.0) -> Iterator[None]:
    """Hold a lock. The operating system releases it when this process ends, even if it is killed.

    Args:
        path: The lock's file, `<name>.lock`; it is created if it is missing, and never deleted.
        purpose: What the process that holds the lock does, for the error: `"searched"`.
        patience: Seconds to wait for another process.

    Raises:
        StudyError: Another process holds the lock, or the file system has no locks.
    """
    # A file beside the lock names the holder: Windows lets no other process read a locked file.
    holder = path.with_suffix(".holder")
    # Without `flock`, newer versions would fall back to a file that outlives a killed process.
    # Older ones raise NotImplementedError, and ignore the argument.
    lock = FileLock(path, thread_local=False, fallback_to_soft=False)
    try:
        lock.acquire(timeout=patience, poll_interval=_PAUSE)
    except Timeout:
        name = holder.read_text("utf-8") if holder.exists() else "another process"
        raise StudyError(
            f"study {path.parent.name} is being {purpose} by {name}; wait until it has ended, or "
            "stop it"
        ) from None
    except (NotImplementedError, OSError) as error:
        raise StudyError(
            f"study {path.parent.name} cannot be locked ({one_line(error)}); move it to a folder "
            "that you may write to, on a disk with file locks"
        ) from error
    try:
        holder.write_text(f"process {os.getpid()}", "utf-8")
        yield
    finally:
        lock.release()
