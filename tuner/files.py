"""Write a file so that no reader ever sees half of it."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

__all__ = ["write_whole"]


def write_whole(path: Path, write: Callable[[BinaryIO], object]) -> None:
    """Write a file that is whole on the disk when it has its name.

    The content goes to a temporary file in the same folder, is flushed to the disk, and takes the
    place of `path` in one step. If anything fails, an earlier file of that name stays as it was.

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
    temporary = path.with_name(f".{path.name}.tmp")
    try:
        with temporary.open("wb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
