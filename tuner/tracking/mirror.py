"""Shows a search in MLflow while it runs."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal

from tuner.study import Listener, Study

__all__ = ["MlflowMirror"]

_PATIENCE = 10.0  # seconds to wait at a study's end for what is still to be written


class MlflowMirror(Listener):
    """Shows a study in MLflow. The journal is the truth; this is a copy for people to look at.

    A process of its own reads the journal and writes MLflow (`tuner.tracking.mlflow_process`). It
    starts here, at once, so that it is ready when the search is. While MLflow cannot be reached, it
    tries again until the study ends; `tuner sync` writes what is missing then.

    Args:
        uri: MLflow's tracking URI.
        root: The folder that holds all that searches write; artifacts of a local store go there.
        on_fault: Is told why MLflow cannot be written; empty when it can be again.

    Attributes:
        fault: Why MLflow cannot be written; empty while it can be.
        experiment_id: MLflow's id of the experiment; empty until it is known.
        run_id: MLflow's id of the study's run; empty until it is known.
        complete: Whether all was written when the study ended.
    """

    def __init__(
        self, uri: str, root: Path, on_fault: Callable[[str], None] = lambda fault: None
    ) -> None:
        self.uri = uri
        self.root = root
        self.on_fault = on_fault
        self.fault = ""
        self.experiment_id = ""
        self.run_id = ""
        self.complete = False
        self._ended = threading.Event()  # all is written but the pictures, or nothing more will be
        self._recorder = subprocess.Popen(
            [sys.executable, "-m", "tuner.tracking.mlflow_process", uri, str(root.absolute())],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # MLflow's and its database's chatter; faults are told
            text=True,
            env={"MLFLOW_DISABLE_TELEMETRY": "true", **os.environ},
            start_new_session=True,  # an interrupt from the keyboard is for the search alone
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def on_study_begin(self, study: Study) -> None:
        """Tell the recorder which study it is."""
        self._send(study.record.name + "\n")

    def on_study_end(
        self, status: Literal["finished", "failed", "interrupted"], summary: Mapping[str, Any]
    ) -> None:
        """Wait until all is written, but not for long: the recorder goes on by itself."""
        self._close()
        self._ended.wait(_PATIENCE)

    def _send(self, text: str) -> None:
        assert self._recorder.stdin is not None  # it is a pipe
        try:
            self._recorder.stdin.write(text)
            self._recorder.stdin.flush()
        except OSError:  # it has died; its reader tells so
            return

    def _close(self) -> None:
        assert self._recorder.stdin is not None  # it is a pipe
        try:
            self._recorder.stdin.close()
        except OSError:  # as above
            return

    def _read(self) -> None:
        """Take in what the recorder tells; in a thread of its own."""
        assert self._recorder.stdout is not None  # it is a pipe
        with self._recorder.stdout as messages:
            for line in messages:
                message = json.loads(line)
                self.experiment_id = message.get("experiment_id", self.experiment_id)
                self.run_id = message.get("run_id", self.run_id)
                if message.get("done"):
                    self.complete = True
                    self._ended.set()
                if "fault" in message:
                    self._set_fault(message["fault"])
        code = self._recorder.wait()
        if code:
            self._set_fault(f"the process that writes it ended with {code}")
        self._ended.set()

    def _set_fault(self, fault: str) -> None:
        changed = bool(fault) != bool(self.fault)
        self.fault = fault
        if changed:  # how it is away is not told again
            self.on_fault(fault)
