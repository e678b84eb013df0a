"""Write a file or a folder so that no reader, and no power cut, ever finds half of it.

What a process writes has a temporary name until it is whole, and a lock, as
`tuner.files.leftovers` says.
"""

import errno
import hashlib
import os
import secrets
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from io import BufferedReader
from pathlib import Path
from typing import BinaryIO

from tuner.files.checksums import digest_file
from tuner.files.leftovers import hold_folder, remove_leftovers, show_work

__all__ = [
    "FolderDraft",
    "find_cache_folder",
    "flush_folder",
    "make_folder",
    "open_file",
    "read_file",
    "replace_folder",
    "write_once",
    "write_whole",
]


def open_file(path: Path) -> BufferedReader:
    """Open a file to read its bytes; refuse a FIFO or a device, which may never end.

    Raises:
        OSError: It cannot be opened, or is no regular file.
    """
    waits_not = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)  # for a FIFO's writer
    handle = os.open(path, os.O_RDONLY | waits_not)
    mode = os.fstat(handle).st_mode
    if not stat.S_ISREG(mode):
        os.close(handle)
        if stat.S_ISDIR(mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
        raise OSError(errno.EINVAL, "it is no regular file", str(path))
    return os.fdopen(handle, "rb")


def read_file(path: Path) -> bytes:
    """Return the content of a file; raises as `open_file` does."""
    with open_file(path) as file:
        return file.read()


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
    temporary = _name_temporary(path)
    try:
        with temporary.open("xb") as file:
            show_work(file.fileno())
            write(file)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    flush_folder(path.parent)


def write_once(folder: Path, ending: str, write: Callable[[BinaryIO], object]) -> Path:
    """Write a file whose name is the SHA-256 of its content, unless it is there and whole.

    Args:
        folder: The folder; it is made if it does not exist.
        ending: The end of the name, such as ".npz".
        write: Writes the content to an open binary file; the same content gives the same bytes.

    Returns:
        The file.

    Raises:
        OSError: The file cannot be written. Errors of `write` are passed on, too.
    """
    make_folder(folder)
    remove_leftovers(folder)
    temporary = _name_temporary(folder / f"new{ending}")
    try:
        with temporary.open("x+b") as file:
            show_work(file.fileno())
            write(file)
            file.seek(0)  # Windows' file servers let only this handle read a locked file
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            path = folder / f"{digest}{ending}"
            if path.is_file() and digest_file(path) == digest:
                return path
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    flush_folder(folder)
    return path


def _name_temporary(path: Path) -> Path:
    return path.with_name(f".{path.name[:50]}-{secrets.token_hex(8)}.tmp")


def make_folder(folder: Path) -> None:
    """Make a folder and those above it, unless they exist; their names are on the disk then.

    Raises:
        OSError: A folder cannot be made, or is a file.
    """
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    for path in reversed(missing):
        flush_folder(path.parent)


def flush_folder(folder: Path) -> None:
    """Flush the names in a folder to the disk, where the system can."""
    if os.name == "nt":
        return  # Windows opens no folder
    with suppress(OSError):  # some file systems flush no folder
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


class FolderDraft:
    """An empty folder that takes the place of another one, with all that is written into it.

    Its owner discards it in the end, whether it was committed or not. What a killed process left of
    its own draft of the other one is removed.

    Args:
        folder: The folder that it becomes.

    Attributes:
        path: The empty folder.

    Raises:
        OSError: A folder cannot be created, or `folder` is a file.
    """

    def __init__(self, folder: Path) -> None:
        self._target = folder.resolve()
        above, name = self._target.parent, self._target.name
        if self._target.exists() and not self._target.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(self._target))
        make_folder(above)
        remove_leftovers(above, f".{name[:50]}-")
        self._scratch = Path(tempfile.mkdtemp(dir=above, prefix=f".{name[:50]}-"))
        self.path, self._old = self._scratch / "new", self._scratch / "old"
        self._held = ExitStack()
        self._held.enter_context(hold_folder(self._scratch))
        try:
            (self._scratch / "name").write_text(name, encoding="utf-8")
            self.path.mkdir()  # with the permissions of the umask; only the owner can read the rest
        except BaseException:
            self.discard()
            raise

    def commit(self) -> None:
        """Flush all files to the disk, and put the folder in its place.

        An earlier one is moved aside first, and back if the new one cannot take its place.

        Raises:
            OSError: A file cannot be flushed, or a folder cannot be moved.
        """
        _flush_tree(self.path)
        _swap_folders(self.path, self._target, self._old)
        flush_folder(self._target.parent)

    def discard(self) -> None:
        """Remove what is left: the draft, unless it has taken its place, or the earlier folder."""
        if self._target.exists() or not self._old.exists():  # otherwise `old` is the only copy
            shutil.rmtree(self._scratch, ignore_errors=True)
        self._held.close()


@contextmanager
def replace_folder(folder: Path) -> Iterator[Path]:
    """Yield an empty folder, which becomes `folder` if the block ends without an error.

    Raises:
        OSError: As of `FolderDraft`.
    """
    draft = FolderDraft(folder)
    try:
        yield draft.path
        draft.commit()
    finally:
        draft.discard()


def _swap_folders(new: Path, target: Path, old: Path) -> None:
    try:
        if target.exists():
            target.rename(old)
        new.rename(target)
    finally:
        if old.exists() and not target.exists():
            old.rename(target)


def _flush_tree(folder: Path) -> None:
    """Flush all files in a folder to the disk, and their names."""
    for above, _, names in os.walk(folder):
        for name in names:
            with Path(above, name).open("rb+") as file:  # Windows flushes what can be written
                os.fsync(file.fileno())
        flush_folder(Path(above))


def find_cache_folder() -> Path:
    """Return this package's folder in the user's cache folder. It may not exist.

    For a user without a home folder it is none that can be made.
    """
    cache_folder = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA")
    try:
        return Path(cache_folder or Path.home() / ".cache") / "tuner"
    except RuntimeError:  # as of a container's user, whom the system does not know
        return Path(os.devnull, "tuner")
