"""Locks of a study: one process at a time searches it, and one writes it to MLflow."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from tuner.errors import StudyError, one_line
from tuner.files import read_file, write_whole

__all__ = ["hold_file", "hold_lock"]

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
    with ExitStack() as stack:
        try:
            stack.enter_context(hold_file(path, patience))
            write_whole(holder, lambda file: file.write(b"process %d" % os.getpid()))
        except Timeout:
            raise StudyError(
                f"study {path.parent.name} is being {purpose} by {_read_holder(holder)}; wait "
                "until it has ended, or stop it"
            ) from None
        except (NotImplementedError, OSError) as error:
            raise StudyError(
                f"study {path.parent.name} cannot be locked ({one_line(error)}); move it to a "
                "folder that you may write to, on a disk with file locks"
            ) from error
        yield


def _read_holder(path: Path) -> str:
    try:
        return read_file(path).decode()
    except (OSError, ValueError):  # it was not written yet, or it is damaged
        return "another process"


@contextmanager
def hold_file(path: Path, patience: float) -> Iterator[None]:
    """Hold a lock; the arguments are those of `hold_lock`.

    Raises:
        filelock.Timeout: Another process holds the lock; an OSError.
        OSError: The file cannot be written.
        NotImplementedError: The file system has no locks.
    """
    # Without `flock`, newer versions would fall back to a file that outlives a killed process.
    # Older ones raise NotImplementedError, and ignore the argument.
    lock = FileLock(path, thread_local=False, fallback_to_soft=False)
    lock.acquire(timeout=patience, poll_interval=_PAUSE)
    try:
        yield
    finally:
        lock.release()
