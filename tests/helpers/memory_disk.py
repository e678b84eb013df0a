"""Temporary files of the tests in memory, where to flush a file takes no time.

Studies and databases are flushed again and again, so that no power cut loses them. On a disk a
process of tests would spend a tenth of its time waiting for that.
"""

import os
import shutil
import tempfile
from pathlib import Path

__all__ = ["use_memory_disk"]

_MEMORY = Path("/dev/shm")
_ROOM = 4 * 2**30  # bytes; a run takes a tenth of them


def use_memory_disk() -> None:
    """Let the processes of tests, and those that they start, have temporary files in memory.

    They stay where they always are if a person chose a folder, if memory has little room, or if
    programs in it may not be run.
    """
    if "TMPDIR" in os.environ or not os.access(_MEMORY, os.W_OK):
        return
    may_run = not os.statvfs(_MEMORY).f_flag & os.ST_NOEXEC
    if may_run and shutil.disk_usage(_MEMORY).free > _ROOM:
        os.environ["TMPDIR"] = str(_MEMORY)
        tempfile.tempdir = None  # it is looked for again
