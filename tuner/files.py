"""Write a file so that no reader ever sees half of it."""

import os
import secrets
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

__all__ = ["write_whole"]


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
