"""A disk that loses power: what was not flushed to it is forgotten."""

import os
from pathlib import Path

import pytest

__all__ = ["Disk"]


class Disk:
    """Remembers what `os.fsync` has flushed to the disk, below a folder.

    Files are known by their inodes, so that a rename counts only once its folder is flushed.

    Args:
        folder: The folder; it is on the disk already.
        monkeypatch: Puts the memory in the place of `os.fsync`.
    """

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self._contents: dict[int, bytes] = {}  # flushed, by inode
        self._names: dict[int, dict[str, int]] = {}  # the inodes of a flushed folder, by name
        self._fsync = os.fsync
        monkeypatch.setattr(os, "fsync", self._remember)

    def _remember(self, handle: int) -> None:
        self._fsync(handle)
        path = Path(os.readlink(f"/proc/self/fd/{handle}"))
        inode = os.fstat(handle).st_ino
        if path.is_dir():
            self._names[inode] = {entry.name: entry.inode() for entry in os.scandir(path)}
        else:
            self._contents[inode] = Path(f"/proc/self/fd/{handle}").read_bytes()

    def cut(self, to: Path, *, names_kept: bool) -> None:
        """Write what is left after a power cut to another folder.

        Args:
            to: The folder to write.
            names_kept: Whether the disk has all names, and lost only contents that were not
                flushed, as some file systems do; else it also lost names that were not flushed.
        """
        self._write(self.folder, self.folder.stat().st_ino, to, names_kept)

    def _write(self, source: Path, inode: int, to: Path, names_kept: bool) -> None:
        to.mkdir()
        now = {entry.name: entry.inode() for entry in os.scandir(source)}
        for name, child in (now if names_kept else self._names.get(inode, {})).items():
            if (source / name).is_dir() or child in self._names:
                self._write(source / name, child, to / name, names_kept)
            else:
                (to / name).write_bytes(self._contents.get(child, b""))
