"""The journal of a study: append-only, one JSON object a line, flushed to the disk each time.

Each line ends with a checksum of its text and of the checksum before it. So a line that was
changed, added or moved, or is missing, is found when the journal is read. Lines of version 0.2.0
and older have none.
"""

import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Any, BinaryIO

from tuner.errors import RESUME_STUDY, StudyError, make_write_error
from tuner.files.checksums import seal, split_seal
from tuner.files.whole_files import flush_folder, open_file
from tuner.study.holder import Holder, OnWait
from tuner.study.lock import hold_file, hold_lock

__all__ = ["EventKind", "Journal", "JournalReader"]


class EventKind(StrEnum):
    """The kinds of events in a journal, by the word that the file has for each.

    Attributes:
        BEGUN: A search of the study begins or resumes; with its limits.
        SCREENED: A first trial of the space was tried on one fold; with its score, if it has one.
        PROPOSED: The oracle proposed a trial, which is about to be trained.
        TRIAL: A trial ended.
        DROPPED: A trial that ended is to be trained again, because its arrays are damaged.
        ANSWERED: The picks are made; with the answer to the space's question in one sentence.
        TESTED: The networks to export are trained, and scored on the held-out rows.
        EXPORTED: The model is written and checked.
        NOT_EXPORTED: The model could not be written or failed its check.
        STAGE: A stage of the run is done; with its name and what its result depends on.
        ENDED: The run is over; with its status and summary.
    """

    BEGUN = "begun"
    SCREENED = "screened"
    PROPOSED = "proposed"
    TRIAL = "trial"
    DROPPED = "dropped"
    ANSWERED = "answered"
    TESTED = "tested"
    EXPORTED = "exported"
    NOT_EXPORTED = "not exported"
    STAGE = "stage"
    ENDED = "ended"


# What is expected of a line without a checksum, by its kind, beside the time.
_FIELDS: dict[str, dict[str, type]] = {
    EventKind.BEGUN: {"max_trials": int},
    EventKind.SCREENED: {"hyperparameters": dict, "epoch": int},
    EventKind.PROPOSED: {"trial": int, "hyperparameters": dict},
    EventKind.DROPPED: {"trial": int},
    EventKind.ANSWERED: {"answer": str},
    EventKind.TESTED: {"networks": dict, "test": dict},
    EventKind.EXPORTED: {"pick": str, "fingerprint": str},
    EventKind.STAGE: {"stage": str, "basis": dict},
    EventKind.ENDED: {"status": str, "summary": dict},
}
_REMEDY = (
    "restore the file from a copy, or delete this line and all after it: what they tell is then "
    "done again"
)
_PATIENCE = 60.0  # seconds to wait for another process that writes a line
_TAIL = 64  # bytes at a line's end that hold its checksum


class Journal:
    """The complete record of a study: every event, in the order in which it happened.

    Args:
        path: The file; it is created with its first line.
        owner: The study's id, which the first checksum covers too.
    """

    def __init__(self, path: Path, owner: str = "") -> None:
        self.path = path
        self.owner = owner
        self._holder: Holder | None = None  # this process, while it searches the study
        self._stamped: tuple[float, float] | None = None  # the last event, by both clocks

    def append(self, event: EventKind, **fields: Any) -> None:
        """Write an event and its time. The event is on the disk when this returns.

        Args:
            event: The kind of the event.
            **fields: JSON values; NaN is refused, since JSON has none.

        Raises:
            StudyError: The file cannot be written, or another host has taken the study. Earlier
                events stay readable.
        """
        if self._holder is not None:
            self._holder.check()
        stamped = {"event": event, "time": self._read_clock(), **fields}
        line = json.dumps(stamped, allow_nan=False, ensure_ascii=False)
        try:
            with (
                hold_file(self.path.with_suffix(".lock"), _PATIENCE),
                self.path.open("a+b") as file,
            ):
                _drop_torn_line(file)
                line = seal(line, _read_last_checksum(file) or self.owner)
                is_first = not file.seek(0, os.SEEK_END)
                file.write(line.encode() + b"\n")
                file.flush()
                os.fsync(file.fileno())
            if is_first:
                flush_folder(self.path.parent)
        except (OSError, NotImplementedError) as error:
            raise make_write_error(
                f"journal {self.path}", error, RESUME_STUDY, StudyError
            ) from error

    def _read_clock(self) -> int:
        """Return the time in milliseconds since 1970.

        Durations follow from it, so a system clock that is set back meanwhile is not followed.
        """
        now, clock = time.time(), time.monotonic()
        if self._stamped is not None:
            last_time, last_clock = self._stamped
            now = max(now, last_time + clock - last_clock)
        self._stamped = now, clock
        return int(now * 1000)

    @contextmanager
    def lock_search(self, on_wait: OnWait) -> Iterator[None]:
        """Hold the lock of a search: nothing is written once another host has taken it.

        Args:
            on_wait: As of `wait_for_silence`.

        Raises:
            StudyError: On entering, if another process searches the study.
        """
        path = self.path.with_name("search.lock")
        with hold_lock(path, "searched", on_wait=on_wait) as holder:
            self._holder = holder
            try:
                yield
            finally:
                self._holder = None

    def read(self, kind: EventKind | None = None) -> Iterator[dict[str, Any]]:
        """Yield the events of a kind, or all of them, oldest first.

        A last line without its end does not count: a process died while it wrote the line.

        Raises:
            StudyError: The file cannot be read, or a line is not as it was written.
        """
        for event in JournalReader(self).read_new():
            if kind is None or event["event"] == kind:
                yield event

    @property
    def is_empty(self) -> bool:
        """Whether nothing was written yet."""
        with open_journal(self.path) as file:
            return file is None or not file.seek(0, os.SEEK_END)

    @property
    def torn(self) -> bool:
        """Whether a process died while it wrote the last line."""
        with open_journal(self.path) as file:
            size = file.seek(0, os.SEEK_END) if file else 0
            return bool(file and size and _read_byte(file, size - 1) != b"\n")


class JournalReader:
    """Reads a journal while a search writes it: each event once, after its line is complete.

    Args:
        journal: The journal to follow.
    """

    def __init__(self, journal: Journal) -> None:
        self._path = journal.path
        self._owner = journal.owner
        self._offset = 0
        self._lines = 0
        self._checksum = ""  # of the last line

    def read_new(self) -> Iterator[dict[str, Any]]:
        """Yield the events that were written since the last call.

        Raises:
            StudyError: The file cannot be read, or a line is not as it was written.
        """
        with open_journal(self._path) as file:
            if file is None:
                return
            file.seek(self._offset)
            for line in file:
                if not line.endswith(b"\n"):
                    return
                event = self._parse(line)
                self._offset += len(line)
                self._lines += 1
                yield event

    @property
    def share(self) -> float:
        """How much of the file was read, from 0.0 to 1.0."""
        size = self._path.stat().st_size if self._path.exists() else 0
        return self._offset / size if size else 0.0

    def _parse(self, line: bytes) -> dict[str, Any]:
        try:
            text = line.decode()
            event = json.loads(text)
        except (ValueError, RecursionError) as error:  # no JSON, or no UTF-8
            fault = f"is not JSON ({getattr(error, 'msg', error)})"
            raise self._make_error(f"{fault}; the line is damaged, {_REMEDY}") from error
        if not isinstance(event, dict) or "event" not in event:
            raise self._make_error(
                f'expected an object with an "event"; the line is damaged, {_REMEDY}'
            )
        self._check(event, text)
        return event

    def _check(self, event: dict[str, Any], text: str) -> None:
        """Check a line's checksum, and take it out; without one, check the line's fields."""
        checksum, is_right = split_seal(text, self._checksum or self._owner)
        if checksum and not is_right:
            other = "a line before it is missing" if self._lines else "it is another study's"
            raise self._make_error(f"the line is not as it was written, or {other}; {_REMEDY}")
        if not checksum and (self._checksum or "checksum" in event):
            raise self._make_error(f"the checksum is missing; the line is damaged, {_REMEDY}")
        if not checksum and (fault := _find_fault(event)):
            raise self._make_error(f"{fault}; the line is damaged, {_REMEDY}")
        event.pop("checksum", None)
        self._checksum = checksum

    def _make_error(self, fault: str) -> StudyError:
        return StudyError(f"journal {self._path}, line {self._lines + 1}: {fault}")


def _find_fault(event: dict[str, Any]) -> str:
    """Return what an event without a checksum lacks; "" if it lacks nothing."""
    for name, kind in ({"time": int} | _FIELDS.get(event["event"], {})).items():
        if not isinstance(event.get(name), kind):
            return f'expected "{name}" of type {kind.__name__}'
    return ""


@contextmanager
def open_journal(path: Path) -> Iterator[BinaryIO | None]:
    """Open a journal to read it; None if it was not begun.

    Raises:
        StudyError: It cannot be read.
    """
    try:
        with open_file(path) as file:
            yield file
    except FileNotFoundError:
        yield None
    except OSError as error:
        raise StudyError(f"journal {path} cannot be read ({error.strerror}); fix that") from error


def _drop_torn_line(file: BinaryIO) -> None:
    """Cut off a last line that an earlier process did not write to its end."""
    size = file.seek(0, os.SEEK_END)
    if size and _read_byte(file, size - 1) != b"\n":
        file.seek(0)
        file.truncate(file.read().rfind(b"\n") + 1)


def _read_last_checksum(file: BinaryIO) -> str:
    """Return the checksum of the last line; "" if there is none."""
    file.seek(max(file.seek(0, os.SEEK_END) - _TAIL, 0))
    return split_seal(file.read().decode(errors="replace"))[0]


def _read_byte(file: BinaryIO, place: int) -> bytes:
    file.seek(place)
    return file.read(1)
