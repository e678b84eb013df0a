"""Locks of a study: one process at a time searches it, and one writes it to MLflow."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from tuner.errors import StudyError, one_line
from tuner.study.holder import SILENCE, Holder, OnWait, describe_holder, wait_for_silence

__all__ = ["hold_file", "hold_lock"]

_PAUSE = 0.1  # seconds between two attempts


# Over 40 lines: half of them describe the arguments and the errors.
@contextmanager
def hold_lock(
    path: Path,
    purpose: str,
    *,
    patience: float = 0.0,
    on_wait: OnWait = None,
) -> Iterator[Holder]:
    """Hold a lock, which no other process of this host or another one holds.

    The operating system releases it when this process ends, even if it is killed; other hosts know
    of that by its signs of life, which `tuner.study.holder` describes.

    Args:
        path: The lock's file, `<name>.lock`; it is created if it is missing, and never deleted.
        purpose: What the process that holds the lock does, for the error: `"searched"`.
        patience: Seconds to wait for another process of this host.
        on_wait: As of `wait_for_silence`.

    Yields:
        What can be asked whether another host has taken the lock.

    Raises:
        StudyError: Another process holds the lock, or the file system has no locks.
    """
    # A file beside the lock names the holder: Windows lets no other process read a locked file.
    place = path.with_suffix(".holder")
    with ExitStack() as stack:
        try:
            stack.enter_context(hold_file(path, patience))
            holder = Holder(place, purpose) if wait_for_silence(place, on_wait) else None
        except Timeout:
            holder = None
        except (NotImplementedError, OSError) as error:
            raise StudyError(
                f"study {path.parent.name} cannot be locked ({one_line(error)}); move it to a "
                "folder that you may write to, on a disk with file locks"
            ) from error
        if holder is None:
            name = describe_holder(place)
            late = f" ({SILENCE:.0f} s, if it was killed)" if " on host " in name else ""
            raise StudyError(
                f"study {path.parent.name} is being {purpose} by {name}; wait until it has "
                f"ended{late}, or stop it"
            )
        stack.callback(holder.end)
        yield holder


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
