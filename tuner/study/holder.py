"""Which process holds a lock, in a file beside the lock, so that other hosts can know it too.

A lock of the operating system may end at its host: some network file systems keep locks to
themselves. So a process that holds one gives a sign of life every few seconds in `<name>.holder`,
and a process of another host that finds this file waits to see whether another sign follows. None
follows in a file that was copied, or that a killed process has left.

Hosts compare no clocks: the age of a sign is taken from the file system that has it.
"""

import json
import math
import os
import secrets
import socket
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from tuner.errors import StudyError
from tuner.files.whole_files import read_file, write_whole

__all__ = ["SILENCE", "Holder", "OnWait", "describe_holder", "wait_for_silence"]

OnWait = Callable[[str], object] | None
"""Is called with a sentence before waiting for another process; None not to wait."""

_BEAT = 5.0  # seconds between two signs of life
SILENCE = 60.0
"""Seconds without a sign of life, after which a process of another host counts as ended."""
_PAUSE = 0.5  # seconds between two looks at another process's file
_BOOT = Path("/proc/sys/kernel/random/boot_id")


class Holder:
    """This process as the holder of a lock, until `end`.

    Args:
        path: The file, `<name>.holder`; an earlier one is replaced.
        purpose: What the process does, for the error: `"searched"`.

    Raises:
        OSError: The file cannot be written.
    """

    def __init__(self, path: Path, purpose: str) -> None:
        self._path = path
        self._purpose = purpose
        self._fields = {
            "process": os.getpid(),
            **_identify_host(),
            "id": secrets.token_hex(8),
        }
        self._signs = 0
        self._ended = threading.Event()
        write_whole(path, lambda file: file.write(self._make_text()))
        threading.Thread(target=self._give_signs, daemon=True).start()

    def check(self) -> None:
        """Check that no process of another host has taken the lock in the meantime.

        Raises:
            StudyError: One has taken it, or the file was deleted, so that one may.
        """
        if not self._is_mine():
            name = self._path.parent.name
            raise StudyError(
                f"study {name} is no longer {self._purpose} by this process: {self._path} was "
                f"deleted, or replaced by {describe_holder(self._path)} after {SILENCE:.0f} s "
                "without a sign of life; resume the study when no other process uses it"
            )

    def end(self) -> None:
        """Remove the file, unless another process has taken the lock."""
        self._ended.set()
        if self._is_mine():
            with suppress(OSError):  # it is read at this moment, or its folder is gone
                self._path.unlink()

    def _give_signs(self) -> None:
        while not self._ended.wait(_BEAT) and self._is_mine():
            self._signs += 1
            # written in place: a file that another process has put there by now stays as it is
            with suppress(OSError), self._path.open("r+b", buffering=0) as file:  # tried again
                file.write(self._make_text())

    def _make_text(self) -> bytes:
        """Return the file's content, of the same length each time."""
        return json.dumps({**self._fields, "sign": f"{self._signs:012}"}).encode()

    def _is_mine(self) -> bool:
        try:
            text = read_file(self._path).decode(errors="replace")
        except FileNotFoundError:
            return False
        except OSError:  # the network is away, and the next one to ask decides
            return True
        return _parse(text).get("id") == self._fields["id"]


def wait_for_silence(path: Path, on_wait: OnWait) -> bool:
    """Return whether no process of another host holds a lock any more.

    Processes of this host count as ended: the caller has the lock of the operating system.

    Args:
        path: The file `<name>.holder`.
        on_wait: Called with a sentence before this waits for another sign of life, for at most
            `SILENCE`. None not to wait: then a process counts as alive that long.

    Raises:
        OSError: The folder cannot be written.
    """
    if not _is_foreign(_read_text(path)):
        return True
    # a new file refreshes what this host knows of the folder, and has the file system's time
    with tempfile.TemporaryFile(dir=path.parent) as probe:
        now = os.fstat(probe.fileno()).st_mtime
    found, left = _read_text(path), SILENCE
    with suppress(FileNotFoundError):  # its process has ended
        left -= max(0.0, now - path.stat().st_mtime)
    if left > 0 and on_wait is None:
        return not _is_foreign(found)
    if left > 0 and on_wait is not None:
        process = describe_holder(path)
        on_wait(f"waiting {math.ceil(left)} s at most to see whether {process} has ended …")
    end = time.monotonic() + left
    while _is_foreign(current := _read_text(path)) and time.monotonic() < end:
        if current != found:
            return False
        time.sleep(_PAUSE)
    return True


def describe_holder(path: Path) -> str:
    """Return which process a file names, and its host if it is another one."""
    text = _read_text(path)
    fields = _parse(text)
    if not fields:
        return text if text.startswith("process ") else "another process"  # as 0.2.0 wrote it
    host = f" on host {fields.get('host')}" if _is_foreign(text) else ""
    return f"process {fields.get('process')}{host}"


def _is_foreign(text: str) -> bool:
    """Return whether a file names a process of another host; versions to 0.2.0 named no host."""
    fields = _parse(text)
    return (
        bool(fields) and {name: fields.get(name) for name in ("host", "boot")} != _identify_host()
    )


def _identify_host() -> dict[str, str]:
    """Return what no other host has: its name, and what it drew when it was started."""
    try:
        boot = _BOOT.read_text().strip()
    except OSError:  # not on Linux
        boot = ""
    return {"host": socket.gethostname(), "boot": boot}


def _read_text(path: Path) -> str:
    """Return the content of a file; "" if there is none, or it cannot be read."""
    try:
        return read_file(path).decode(errors="replace")
    except OSError:
        return ""


def _parse(text: str) -> dict[str, Any]:
    """Return the fields of a file's text; none of one that is damaged."""
    try:
        fields = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return fields if isinstance(fields, dict) else {}
