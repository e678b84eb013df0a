"""Write a file or a folder so that no reader ever sees half of it; where to keep a cache."""

import errno
import os
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

__all__ = ["find_cache_folder", "replace_folder", "write_whole"]


def write_whole(path: Path, write: Callable[[BinaryIO], object]) -> None:
    """Write a file that is whole on the disk when it has its name.

    The content goes to a temporary file in the same folder, is flushed to the disk, and takes the
    place of `path` in one step. If anything fails, an earlier file of that name stays as it was.
    If several processes write the same file, it has the whole content of the last one.

    Args:
        path: The file to write.
        write: Writes the content to an open binary file.

    Raises:
        OSError: The file cannot be written. Errors of `write` are passed on, too.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder) / "answer.txt"
    ...     write_whole(path, lambda file: file.write(b"42"))
    ...     path.read_bytes()
    b'42'
    """
    temporary = path.with_name(f".{path.name[:50]}-{secrets.token_hex(8)}.tmp")
    try:
        with temporary.open("xb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    _flush_folder(path.parent)


def _flush_folder(folder: Path) -> None:
    """Flush the names in a folder to the disk, where the system can."""
    if os.name == "nt":
        return  # Windows opens no folder
    with suppress(OSError):  # some file systems flush no folder
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


@contextmanager
def replace_folder(folder: Path) -> Iterator[Path]:
    """Yield an empty folder, which becomes `folder` if the block ends without an error.

    An earlier `folder` is moved aside first, and back if the new one cannot take its place.
    Nothing else is left behind.

    Raises:
        OSError: A folder cannot be created or moved, or `folder` is a file.
    """
    target = folder.resolve()
    if target.exists() and not target.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(target))
    target.parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name[:50]}-"))
    new, old = scratch / "new", scratch / "old"
    try:
        new.mkdir()  # with the permissions of the umask; only the owner can read `scratch`
        yield new
        _swap_folders(new, target, old)
    finally:
        if target.exists() or not old.exists():  # otherwise `old` is the only copy
            shutil.rmtree(scratch, ignore_errors=True)


def _swap_folders(new: Path, target: Path, old: Path) -> None:
    try:
        if target.exists():
            target.rename(old)
        new.rename(target)
    finally:
        if old.exists() and not target.exists():
            old.rename(target)


def find_cache_folder() -> Path:
    """Return this package's folder in the user's cache folder. It may not exist."""
    cache_folder = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA")
    return Path(cache_folder or Path.home() / ".cache") / "tuner"
