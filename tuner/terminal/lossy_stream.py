"""A standard error that ends no command: what cannot be written there is lost."""

import io
from typing import Any, TextIO

__all__ = ["make_lossy"]


class _LossyFile(io.FileIO):
    """A file whose disk may be full, or whose reader may have gone.

    Args:
        stream: An open stream, which stays open as long as this is in use.
    """

    def __init__(self, stream: TextIO) -> None:
        super().__init__(stream.fileno(), "w", closefd=False)
        self._stream = stream

    def write(self, data: Any) -> int:
        try:
            return super().write(data)
        except OSError:  # nobody can be told, and a search of hours does not end for a message
            return memoryview(data).nbytes


def make_lossy(stream: TextIO) -> TextIO:
    """Return a stream that writes where another one does, and raises nothing if it cannot.

    Args:
        stream: Standard error; one without a file is returned as it is.
    """
    try:
        file = io.BufferedWriter(_LossyFile(stream))
    except (OSError, ValueError):
        return stream
    return io.TextIOWrapper(file, stream.encoding, stream.errors, line_buffering=True)
