"""Locks of a study: one process at a time searches it, and one writes it to MLflow."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from tuner.errors import StudyError

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
        StudyError: Another process holds the lock.
    """
    # A file beside the lock names the holder: Windows lets no other process read a locked file.
    holder = path.with_suffix(".holder")
    lock = FileLock(path, thread_local=False)
    try:
        lock.acquire(timeout=patience, poll_interval=_PAUSE)
    except Timeout:
        name = holder.read_text("utf-8") if holder.exists() else "another process"
        raise StudyError(
            f"study {path.parent.name} is being {purpose} by {name}; wait until it has ended, or "
            "stop it"
        ) from None
    try:
        holder.write_text(f"process {os.getpid()}", "utf-8")
        yield
    finally:
        lock.release()
