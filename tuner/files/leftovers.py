"""Removes what killed processes have left of the files and folders that they were writing.

What a process writes has a temporary name until it is whole, and a lock until the process ends. So
the next process knows what a killed one has left behind. On a network a lock may end at its host,
and folders have none: there what is left behind is known by its age, which is a day.
"""

import os
import re
import shutil
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tuner.files.network_disks import find_network

try:
    import fcntl
except ImportError:  # Windows, which removes no open file anyway
    fcntl = None  # type: ignore[assignment]

__all__ = [
    "TEMPORARY_FILE",
    "TEMPORARY_FOLDER",
    "hold_folder",
    "remove_leftovers",
    "show_work",
    "take_lock",
]

TEMPORARY_FILE = r"\.[^/]+-[0-9a-f]{16}\.tmp"
"""The pattern of the names of temporary files."""
TEMPORARY_FOLDER = r"\.[^/]+-[a-z0-9_]{8}"
"""The pattern of the names of temporary folders, which is no proof: they hold nothing but `name`,
the name of the folder to be, `new` and `old`."""

_PRIVATE = 0o700  # the permissions of a temporary folder
_FRESH = 1.0  # seconds in which a process that has made a temporary name takes its lock
_SURELY_LEFT = 86_400.0  # seconds after which a process of another host has surely ended


def remove_leftovers(folder: Path, prefix: str = ".") -> None:
    """Remove the temporary files and folders that killed processes have left in a folder.

    An earlier folder that such a process had moved aside is moved back, if nothing has its name.

    Args:
        folder: The folder; what is below it stays.
        prefix: The begin of the temporary names.
    """
    with suppress(OSError):  # what cannot be removed does no harm
        paths = [path for path in folder.iterdir() if path.name.startswith(prefix)]
        shared = bool(paths) and bool(find_network(folder))
        for path in paths:
            _remove_leftover(path, shared=shared)


def _remove_leftover(path: Path, *, shared: bool) -> None:
    with suppress(OSError, ValueError):  # another process was quicker, or it is not ours
        found = path.lstat()
        is_folder = stat.S_ISDIR(found.st_mode)
        pattern = TEMPORARY_FOLDER if is_folder else TEMPORARY_FILE
        if not (is_folder or stat.S_ISREG(found.st_mode)) or not re.fullmatch(pattern, path.name):
            return
        age = time.time() - found.st_mtime
        if age < (_SURELY_LEFT if shared else _FRESH) or (not shared and _is_held(path)):
            return
        if is_folder:
            _remove_draft(path)
        else:
            path.unlink()


def _remove_draft(path: Path) -> None:
    """Remove a temporary folder of `replace_folder`; leave a folder that holds anything else."""
    names = {file.name for file in path.iterdir()}
    if names <= {"name", "new", "old"} and (path / "name").is_file():
        target = path.with_name((path / "name").read_text(encoding="utf-8"))
        if not path.name.startswith(f".{target.name[:50]}-"):
            return
        if "old" in names and not target.exists():
            (path / "old").rename(target)
        shutil.rmtree(path)
    elif stat.S_IMODE(path.stat().st_mode) == _PRIVATE:
        path.rmdir()  # which fails unless it is empty


@contextmanager
def hold_folder(folder: Path) -> Iterator[None]:
    """Hold the lock of a temporary folder, if the system has locks."""
    handle = take_lock(folder)
    try:
        yield
    finally:
        if handle is not None:
            os.close(handle)


def take_lock(path: Path) -> int | None:
    """Take the lock of a file or folder. The system releases it when this process ends.

    Returns:
        A handle, which holds the lock until it is closed. None if another process has the lock, or
        the system has none.
    """
    if fcntl is None:
        return None
    handle = None
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        if handle is not None:
            os.close(handle)
        return None
    return handle


def show_work(handle: int) -> None:
    """Show other processes, by a lock, that this one is at work on a file or folder."""
    if fcntl is not None:
        with suppress(OSError):  # some file systems have no locks
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _is_held(path: Path) -> bool:
    """Return whether a process may be at work on a temporary file or folder."""
    if fcntl is None:
        return path.is_dir()
    handle = take_lock(path)
    if handle is not None:
        os.close(handle)
    return handle is None
