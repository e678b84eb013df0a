"""The process that writes a study to MLflow while it is searched.

It is one of its own, so that a search does not wait for MLflow: importing it and making a database
take seconds, which pass while TensorFlow is imported. It is told of a study by a line on its
standard input, follows the study's journal, and ends when that input does, all written or not. On
its standard output is a JSON object a line for `tuner.tracking.mirror`.
"""

import contextlib
import json
import os
import signal
import sys
import threading
from pathlib import Path
from typing import Any

from mlflow import MlflowClient

from tuner.errors import one_line
from tuner.study import Study
from tuner.tracking.runs import StudyRuns

__all__ = ["JournalFollower"]

_PAUSE = 0.25  # seconds between two looks at the journal
_LONGEST_PAUSE = 5.0  # where MLflow is away
_NICENESS = 10  # the trainer comes first


class JournalFollower:
    """Follows a study's journal, whether MLflow is there or not.

    Args:
        uri: MLflow's tracking URI.
        root: The folder that holds all that searches write.
    """

    def __init__(self, uri: str, root: Path) -> None:
        self.uri = uri
        self.root = root
        self._runs: StudyRuns | None = None
        self._name = ""
        self._fault = ""
        self._over = threading.Event()
        self._locks = contextlib.ExitStack()

    def listen(self) -> None:
        """Take in which study it is, and when the search is over; in a thread of its own."""
        try:
            for line in sys.stdin:
                self._name = line.strip()
        finally:
            self._over.set()

    def run(self) -> None:
        """Write until the search is over, and once more then."""
        self._attempt(self._connect)
        pause = _PAUSE
        while not self._over.wait(pause):
            written = self._attempt(self._update)
            pause = _PAUSE if written else min(2 * pause, _LONGEST_PAUSE)
        written = self._attempt(self._update)
        if written and self._runs is not None:
            written = self._attempt(self._runs.close)
        if written:
            tell(done=True)
        if written and self._runs is not None:  # nobody waits for pictures
            self._attempt(self._runs.draw)

    def _connect(self) -> MlflowClient:
        """Open MLflow; a database is made now, while there is nothing else to do."""
        client = MlflowClient(tracking_uri=self.uri)
        client.search_experiments(max_results=1)
        return client

    def _update(self) -> None:
        if not self._name:
            return
        if self._runs is None:
            client, study = self._connect(), Study.open(self._name, self.root)
            # a recorder whose search was killed ends soon
            self._locks.enter_context(study.lock_mlflow(_LONGEST_PAUSE))
            self._runs = StudyRuns(client, study, self.root)
        known = self._runs.run_id
        self._runs.update()
        if not known:
            tell(experiment_id=self._runs.experiment_id, run_id=self._runs.run_id)

    def _attempt(self, write: Any) -> bool:
        """Write something; tell why it cannot be written, and when it can be again."""
        try:
            write()
        except Exception as error:  # a store may fail in its own ways: SQL, HTTP, a missing driver
            if one_line(error) != self._fault:
                self._fault = one_line(error)
                tell(fault=self._fault)
            return False
        if self._fault:
            tell(fault="")
        self._fault = ""
        return True


def tell(**message: Any) -> None:
    """Tell the search something; it may be gone."""
    with contextlib.suppress(BrokenPipeError):
        print(json.dumps(message), file=sys.__stdout__, flush=True)


def main() -> None:
    """Run a recorder: `python -m tuner.tracking.mlflow_process URI ROOT`."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # what was found before is still to be written
    if hasattr(os, "nice"):  # not on Windows
        os.nice(_NICENESS)
    # a server that does not answer is given up on after seconds, not minutes, and tried again
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "1")
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_TIMEOUT", "10")
    sys.stdout = sys.stderr  # MLflow prints there, with a server the address of each run
    uri, root = sys.argv[1:]
    follower = JournalFollower(uri, Path(root))
    threading.Thread(target=follower.listen, daemon=True).start()
    follower.run()
    os._exit(0)  # all is told; to end MLflow's interpreter in order takes half a second


if __name__ == "__main__":
    main()
