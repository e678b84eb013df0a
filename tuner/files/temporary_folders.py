"""Temporary folders: those of a killed process are removed by the next one."""

import os
import re
import shutil
import stat
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from tuner.files.leftovers import take_lock

__all__ = ["ScratchFolder", "remove_old_scratch", "use_scratch"]

_PREFIX = "tuner-scratch-"
_NAME = re.compile(re.escape(_PREFIX) + r"[a-z0-9_]{8}")
_FRESH = 5.0  # seconds in which a process takes the lock of a folder that it has made


class ScratchFolder:
    """A temporary folder with a lock, which the system releases when this process ends.

    Attributes:
        path: The folder.

    Raises:
        OSError: It cannot be made.
    """

    def __init__(self) -> None:
        self.path = Path(tempfile.mkdtemp(prefix=_PREFIX))
        self._handle = take_lock(self.path)

    def remove(self) -> None:
        """Remove the folder and all that is in it."""
        shutil.rmtree(self.path, ignore_errors=True)
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None


def use_scratch() -> ScratchFolder | None:
    """Let Python put all temporary files of this process into one folder, to be removed at its end.

    What killed processes have left is removed first.

    Returns:
        The folder. None if none can be made: temporary files go where they always go.
    """
    remove_old_scratch()
    try:
        folder = ScratchFolder()
    except OSError:
        return None
    tempfile.tempdir = str(folder.path)
    return folder


def remove_old_scratch() -> None:
    """Remove the folders whose processes have ended, if they are this user's."""
    if not hasattr(os, "getuid"):  # on Windows, which has no such locks either
        return
    with suppress(OSError):  # what cannot be removed does no harm
        for path in Path(tempfile.gettempdir()).iterdir():
            if _NAME.fullmatch(path.name) and _is_old(path):
                handle = take_lock(path)
                if handle is not None:
                    shutil.rmtree(path, ignore_errors=True)
                    os.close(handle)


def _is_old(path: Path) -> bool:
    """Return whether a path is a folder of this user that was not made just now."""
    try:
        found = path.lstat()
    except OSError:
        return False
    mine = stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid()
    return mine and time.time() - found.st_mtime > _FRESH
