"""The journal of a study: append-only, one JSON object a line, flushed to the disk each time."""

import json
import os
import time
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Any, BinaryIO

from tuner.errors import RESUME_STUDY, StudyError, make_write_error

__all__ = ["EventKind", "Journal", "JournalReader"]


class EventKind(StrEnum):
    """The kinds of events in a journal, by the word that the file has for each.

    Attributes:
        BEGUN: A search of the study begins or resumes; with its limits.
        PROPOSED: The oracle proposed a trial, which is about to be trained.
        TRIAL: A trial ended.
        ANSWERED: The picks are made; with the answer to the space's question in one sentence.
        TESTED: The networks to export are trained, and scored on the held-out rows.
        EXPORTED: The model is written and checked.
        NOT_EXPORTED: The model could not be written or failed its check.
        STAGE: A stage of the run is done; with its name and what its result depends on.
        ENDED: The run is over; with its status and summary.
    """

    BEGUN = "begun"
    PROPOSED = "proposed"
    TRIAL = "trial"
    ANSWERED = "answered"
    TESTED = "tested"
    EXPORTED = "exported"
    NOT_EXPORTED = "not exported"
    STAGE = "stage"
    ENDED = "ended"


class Journal:
    """The complete record of a study: every event, in the order in which it happened.

    Args:
        path: The file; it is created with its first line.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def append(self, event: EventKind, **fields: Any) -> None:
        """Write an event and its time. The event is on the disk when this returns.

        Args:
            event: The kind of the event.
            **fields: JSON values; NaN is refused, since JSON has none.

        Raises:
            StudyError: The file cannot be written. Earlier events stay readable.
        """
        stamped = {"event": event, "time": int(time.time() * 1000), **fields}
        line = json.dumps(stamped, allow_nan=False, ensure_ascii=False)
        try:
            with self.path.open("a+b") as file:
                _drop_torn_line(file)
                file.write(line.encode() + b"\n")
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise make_write_error(
                f"journal {self.path}", error, RESUME_STUDY, StudyError
            ) from error

    def read(self, kind: EventKind | None = None) -> Iterator[dict[str, Any]]:
        """Yield the events of a kind, or all of them, oldest first.

        A last line without its end does not count: a process died while it wrote the line.

        Raises:
            StudyError: A line is not a JSON object.
        """
        for event in JournalReader(self).read_new():
            if kind is None or event["event"] == kind:
                yield event

    @property
    def torn(self) -> bool:
        """Whether a process died while it wrote the last line."""
        if not self.path.exists() or not self.path.stat().st_size:
            return False
        with self.path.open("rb") as file:
            return _read_byte(file, file.seek(0, os.SEEK_END) - 1) != b"\n"


class JournalReader:
    """Reads a journal while a search writes it: each event once, after its line is complete.

    Args:
        journal: The journal to follow.
    """

    def __init__(self, journal: Journal) -> None:
        self._path = journal.path
        self._offset = 0
        self._lines = 0

    def read_new(self) -> Iterator[dict[str, Any]]:
        """Yield the events that were written since the last call.

        Raises:
            StudyError: A line is not a JSON object.
        """
        if not self._path.exists():
            return
        with self._path.open("rb") as file:
            file.seek(self._offset)
            for line in file:
                if not line.endswith(b"\n"):
                    return
                event = self._parse(line)
                self._offset += len(line)
                self._lines += 1
                yield event

    def _parse(self, line: bytes) -> dict[str, Any]:
        where = f"journal {self._path}, line {self._lines + 1}"
        try:
            event = json.loads(line)
        except ValueError as error:  # no JSON, or no UTF-8
            raise StudyError(
                f"{where}: is not JSON ({getattr(error, 'msg', error)}); the line is damaged, "
                "restore the file from a copy"
            ) from error
        if not isinstance(event, dict) or "event" not in event:
            raise StudyError(
                f'{where}: expected an object with an "event"; the line is damaged, restore the '
                "file from a copy"
            )
        return event


def _drop_torn_line(file: BinaryIO) -> None:
    """Cut off a last line that an earlier process did not write to its end."""
    size = file.seek(0, os.SEEK_END)
    if size and _read_byte(file, size - 1) != b"\n":
        file.seek(0)
        file.truncate(file.read().rfind(b"\n") + 1)


def _read_byte(file: BinaryIO, place: int) -> bytes:
    file.seek(place)
    return file.read(1)
