"""The process that writes a study to MLflow while it is searched.

A search does not wait for MLflow, which takes seconds to import and to create a database. Instead
`tuner.tracking.mirror` starts this process. It reads the study's name from standard input, follows
the study's journal, and ends when standard input is closed. It reports on standard output, one
JSON object per line.
"""

import contextlib
import json
import os
import signal
import sys
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from tuner.study import Study
from tuner.tracking.faults import describe_fault
from tuner.tracking.runs import StudyRuns
from tuner.tracking.store import connect

__all__ = ["JournalFollower"]

_PAUSE = 0.25  # seconds between two reads of the journal
_MAX_PAUSE = 5.0  # seconds, while MLflow cannot be reached
_NICENESS = 10  # so that training comes first


class JournalFollower:
    """Follows a study's journal and writes it to MLflow, through any outage of MLflow.

    Args:
        uri: The tracking URI of MLflow.
        root: The folder of all studies.
    """

    def __init__(self, uri: str, root: Path) -> None:
        self.uri = uri
        self.root = root
        self._runs: StudyRuns | None = None
        self._study_name = ""
        self._fault = ""
        self._search_ended = threading.Event()
        self._locks = contextlib.ExitStack()

    def read_input(self) -> None:
        """Read the study's name, and notice the end of the search. Runs in a thread of its own."""
        try:
            for line in sys.stdin:
                self._study_name = line.strip()
        finally:
            self._search_ended.set()

    def run(self) -> None:
        """Write until the search ends, and once more then."""
        self._attempt(partial(connect, self.uri))
        pause = _PAUSE
        while not self._search_ended.wait(pause):
            written = self._attempt(self._update)
            pause = _PAUSE if written else min(2 * pause, _MAX_PAUSE)
        written = self._attempt(self._update)
        if written and self._runs is not None:
            written = self._attempt(self._runs.close)
        if written:
            report(done=True)
        if written and self._runs is not None:  # the search does not wait for the pictures
            self._attempt(self._runs.draw)

    def _update(self) -> None:
        if not self._study_name:
            return
        if self._runs is None:
            client, study = connect(self.uri), Study.open(self._study_name, self.root)
            # the process of a search that was killed ends soon and releases the lock
            self._locks.enter_context(study.lock_mlflow(_MAX_PAUSE))
            self._runs = StudyRuns(client, study, self.root)
        is_new = not self._runs.run_id
        self._runs.update()
        if is_new:
            report(experiment_id=self._runs.experiment_id, run_id=self._runs.run_id)

    def _attempt(self, write: Callable[[], object]) -> bool:
        """Return whether `write` succeeded; report when a fault begins, changes or ends."""
        try:
            write()
        except Exception as error:  # each store raises its own errors: SQL, HTTP, a missing driver
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
    """Follow a study: `python -m tuner.tracking.mlflow_process URI ROOT`."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # what is in the journal must still be written
    if hasattr(os, "nice"):  # not on Windows
        os.nice(_NICENESS)
    # give up on a server that does not answer after seconds, not minutes, and try again later
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "1")
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_TIMEOUT", "10")
    sys.stdout = sys.stderr  # MLflow prints there, with a server the address of each run
    uri, root = sys.argv[1:]
    follower = JournalFollower(uri, Path(root))
    threading.Thread(target=follower.read_input, daemon=True).start()
    follower.run()
    os._exit(0)  # all is reported, and a regular end of the interpreter takes half a second


if __name__ == "__main__":
    main()
