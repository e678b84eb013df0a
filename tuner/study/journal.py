"""The journal of a study: append-only, one JSON object a line, flushed to the disk each time."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from tuner.errors import StudyError

__all__ = ["Journal"]


class Journal:
    """The truth about a study: every event, in the order in which it happened.

    Args:
        path: The file; made with its first line.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def append(self, event: str, **fields: Any) -> None:
        """Write an event; it is on the disk when this returns.

        Args:
            event: Its kind.
            **fields: JSON values; NaN is refused, since JSON has none.
        """
        line = json.dumps({"event": event, **fields}, allow_nan=False, ensure_ascii=False)
        with self.path.open("a+b") as file:
            _drop_torn_line(file)
            file.write(line.encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())

    def events(self, kind: str | None = None) -> Iterator[dict[str, Any]]:
        """Yield the events of a kind, or all of them, oldest first.

        A last line without its end was being written when the process died; it never counted.

        Raises:
            StudyError: A line is not a JSON object.
        """
        if not self.path.exists():
            return
        with self.path.open(encoding="utf-8") as file:
            for number, line in enumerate(file, start=1):
                if not line.endswith("\n"):
                    return
                event = self._parse(line, number)
                if kind is None or event["event"] == kind:
                    yield event

    def _parse(self, line: str, number: int) -> dict[str, Any]:
        try:
            event = json.loads(line)
        except json.JSONDecodeError as error:
            raise StudyError(
                f"journal {self.path}, line {number}: is not JSON ({error.msg}); the line is "
                "damaged, restore the file from a copy"
            ) from error
        if not isinstance(event, dict) or "event" not in event:
            raise StudyError(
                f'journal {self.path}, line {number}: expected an object with an "event"; '
                "the line is damaged, restore the file from a copy"
            )
        return event


def _drop_torn_line(file: BinaryIO) -> None:
    """Cut off a last line that was being written when an earlier process died."""
    size = file.seek(0, os.SEEK_END)
    if size and _byte_at(file, size - 1) != b"\n":
        file.seek(0)
        file.truncate(file.read().rfind(b"\n") + 1)


def _byte_at(file: BinaryIO, place: int) -> bytes:
    file.seek(place)
    return file.read(1)
