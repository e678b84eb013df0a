"""Locks of a study: one process at a time searches it, and one writes it to MLflow."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tuner.errors import StudyError

__all__ = ["locked"]

_PAUSE = 0.1  # seconds between two attempts


@contextmanager
def locked(path: Path, purpose: str, *, patience: float = 0.0) -> Iterator[None]:
    """Hold a lock. The system lets go of it when this process ends, however it does.

    Args:
        path: The lock's file; made where it is missing, and never deleted.
        purpose: What the process that holds it does, for the error: `"searched"`.
        patience: Seconds to wait for another process.

    Raises:
        StudyError: Another process holds it.
    """
    last = time.monotonic() + patience
    with path.open("a+") as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() < last:
                    time.sleep(_PAUSE)
                    continue
                file.seek(0)
                holder = file.read().strip() or "another process"
                raise StudyError(
                    f"study {path.parent.name} is being {purpose} by {holder}; wait until it has "
                    "ended, or stop it"
                ) from None
        file.truncate(0)
        file.write(f"process {os.getpid()}")
        file.flush()
        yield
