"""The process that writes a study to MLflow while it is searched.

A search does not wait for MLflow, which takes seconds to import and to create a database. Instead
`tuner.tracking.mirror` starts this process, as `python -m tuner.tracking.mlflow_process PARENT`. It
reads MLflow's URI and the study's name from standard input, follows the study's journal, and writes
what is left when standard input is closed. It reports on standard output. Both have one JSON object
per line.

It never outlives the search for long: if that was killed, for less than five seconds; if it has
ended, until the report's pictures are written, and for half a minute at most.
"""

import contextlib
import json
import math
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from tuner.files.temporary_folders import ScratchFolder, use_scratch
from tuner.machine.processes import watch_parent

if TYPE_CHECKING:
    from mlflow import MlflowClient

    from tuner.tracking.runs import StudyRuns

__all__ = ["JournalFollower"]

_PAUSE = 0.25  # seconds between two reads of the journal
_MAX_PAUSE = 5.0  # seconds, while MLflow cannot be reached
_NICENESS = 10  # so that training comes first
_LAST_SECONDS = 2.0  # without the search
_LAST_SECONDS_OF_WORK = 30.0  # without a search that has ended by itself


class JournalFollower:
    """Follows a study's journal and writes it to MLflow, through any outage of MLflow.

    Attributes:
        uri: The tracking URI of MLflow; empty until it is read.
        root: The folder of all studies.
        scratch: The folder of this process's temporary files; None until it is made.
    """

    def __init__(self) -> None:
        self.uri = ""
        self.root = Path()
        self.scratch: ScratchFolder | None = None
        self._runs: StudyRuns | None = None
        self._study_name = ""
        self._fault = ""
        self._is_known = threading.Event()  # where MLflow is
        self._search_ended = threading.Event()
        self._ended_regularly = False
        self._ended_at = math.inf  # in seconds of a monotonic clock
        self._locks = contextlib.ExitStack()

    def read_input(self) -> None:
        """Read what the search says, until it ends. Runs in a thread of its own."""
        try:
            for line in sys.stdin:
                self._take_in(json.loads(line))
        finally:
            self._ended_at = time.monotonic()
            self._search_ended.set()
            self._is_known.set()

    def _take_in(self, message: dict[str, Any]) -> None:
        self._study_name = message.get("study", self._study_name)
        self._ended_regularly = message.get("ended", False)
        if "uri" in message:
            self.uri, self.root = message["uri"], Path(message["root"])
            self._is_known.set()

    def end_soon(self) -> NoReturn:
        """End this process, whatever it does, since the search has ended."""
        time.sleep(_LAST_SECONDS)
        if self._ended_regularly:
            time.sleep(_LAST_SECONDS_OF_WORK - _LAST_SECONDS)
        self.remove_scratch()
        os._exit(1)

    def remove_scratch(self) -> None:
        """Remove the temporary files."""
        if self.scratch is not None:
            self.scratch.remove()

    def run(self) -> None:
        """Write until the search ends, and once more then."""
        self._is_known.wait()
        if not self.uri:
            return  # the search ended before it began
        self._attempt(self._connect)
        pause = _PAUSE
        while not self._search_ended.wait(pause):
            if self._study_name:
                written = self._attempt(self._update)
                pause = _PAUSE if written else min(2 * pause, _MAX_PAUSE)
        written = not self._study_name or self._attempt(self._update)
        if written and self._runs is not None:
            written = self._attempt(self._runs.close)
        if written:
            report(done=True)
        if written and self._runs is not None:  # the search does not wait for the pictures
            self._end_in_time()
            self._attempt(self._runs.draw)

    def _end_in_time(self) -> None:
        """Let the system end this process, since no thread runs while a picture is drawn."""
        if hasattr(signal, "setitimer"):  # not on Windows
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
            last = _LAST_SECONDS_OF_WORK if self._ended_regularly else _LAST_SECONDS
            left = self._ended_at + last - time.monotonic()
            signal.setitimer(signal.ITIMER_REAL, max(left, 0.01))

    def close(self) -> None:
        """Release the study's lock, also for other hosts."""
        self._locks.close()

    def _update(self) -> None:
        """Write what MLflow lacks; only this ends a fault, since a store may take nothing."""
        from tuner.study import Study
        from tuner.tracking.runs import StudyRuns

        if self._runs is None:
            client, study = self._connect(), Study.open(self._study_name, self.root)
            # the process of a search that was killed ends soon and releases the lock
            self._locks.enter_context(study.lock_mlflow(_MAX_PAUSE))
            self._runs = StudyRuns(client, study, self.root)
        is_new = not self._runs.run_id
        self._runs.update()
        if is_new:
            report(experiment_id=self._runs.experiment_id, run_id=self._runs.run_id)

    def _connect(self) -> "MlflowClient":
        from tuner.tracking.store import connect  # imports MLflow, which takes seconds

        return connect(self.uri, self.root, lambda note: report(note=note))

    def _attempt(self, write: Callable[[], object]) -> bool:
        """Return whether `write` succeeded; report when a fault begins, changes or ends."""
        try:
            write()
        except Exception as error:  # each store raises its own errors: SQL, HTTP, a missing driver
            from tuner.tracking.faults import describe_fault

            fault = describe_fault(error)
            if fault != self._fault:
                self._fault = fault
                report(fault=fault)
            return False
        if self._fault:
            report(fault="")
        self._fault = ""
        return True


def report(**message: Any) -> None:
    """Write a message to the search, which may have ended."""
    with contextlib.suppress(BrokenPipeError):
        print(json.dumps(message), file=sys.__stdout__, flush=True)


def main() -> None:
    """Follow a study."""
    follower = JournalFollower()
    watch_parent(int(sys.argv[1]), follower.end_soon)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # what is in the journal must still be written
    if hasattr(os, "nice"):  # not on Windows
        os.nice(_NICENESS)
    # give up on a server that does not answer after seconds, not minutes, and try again later
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "1")
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_TIMEOUT", "10")
    os.environ.setdefault("MLFLOW_HTTP_RESPECT_RETRY_AFTER_HEADER", "false")  # it may be an hour
    os.environ.setdefault("PGCONNECT_TIMEOUT", "10")
    # for which MLflow would ask a server for each run once more
    os.environ.setdefault("MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT", "true")
    sys.stdout = sys.stderr  # MLflow prints there, with a server the address of each run
    threading.Thread(target=follower.read_input, daemon=True).start()
    follower.scratch = use_scratch()
    follower.run()
    follower.close()
    follower.remove_scratch()
    os._exit(0)  # all is reported, and a regular end of the interpreter takes half a second


if __name__ == "__main__":
    main()
