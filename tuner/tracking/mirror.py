"""Shows a study in MLflow while it is searched."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal

from tuner.machine.processes import describe_end, make_environment
from tuner.study import Listener, Study

__all__ = ["MlflowMirror"]

_PATIENCE = 10.0  # seconds to wait at a study's end for the process to finish writing


class MlflowMirror(Listener):
    """A listener that starts the process which writes a study to MLflow.

    The journal is the truth, and MLflow has a copy for people to look at. The process
    (`tuner.tracking.mlflow_process`) reads the journal and writes MLflow. It starts with this
    object, so that it is ready when the search is. While MLflow cannot be reached, the process
    tries again until the study ends. `tuner sync` writes what is missing then.

    Args:
        uri: The tracking URI of MLflow.
        root: The folder of all studies; a local store's artifacts go there.
        on_fault: Called with the reason when MLflow cannot be written, and with "" when it can be
            written again.
        on_damage: Called with a sentence about what was done to the store, if it was damaged.

    Attributes:
        fault: Why MLflow cannot be written; empty while it can be.
        experiment_id: MLflow's id of the experiment; empty until the process reports it.
        run_id: MLflow's id of the study's run; empty until the process reports it.
        complete: Whether everything was written when the study ended.
    """

    def __init__(
        self,
        uri: str,
        root: Path,
        on_fault: Callable[[str], None] = lambda fault: None,
        on_damage: Callable[[str], None] = lambda note: None,
    ) -> None:
        self.uri = uri
        self.root = root
        self._on_fault = on_fault
        self._on_damage = on_damage
        self.fault = ""
        self.experiment_id = ""
        self.run_id = ""
        self.complete = False
        self._finished = threading.Event()  # set when all but the pictures is written, or at death
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tuner.tracking.mlflow_process", str(os.getpid())],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # log lines of MLflow and its database; faults are reported
            text=True,
            env={"MLFLOW_DISABLE_TELEMETRY": "true", **make_environment()},
            # An interrupt from the keyboard ends the search alone. The session is the same, since
            # Linux shares the cores among sessions, and a low priority counts within one.
            process_group=0,
        )
        self._reader = threading.Thread(target=self._read_messages, daemon=True)
        self._reader.start()
        # not as arguments, which everyone on the machine can read, and the URI may hold a password
        self._send(uri=uri, root=str(root.absolute()))

    def on_study_begin(self, study: Study) -> None:
        """Send the study's name to the process."""
        self._send(study=study.record.name)

    def on_study_end(
        self, status: Literal["finished", "failed", "interrupted"], summary: Mapping[str, Any]
    ) -> None:
        """Wait a few seconds until all is written; the process then continues alone."""
        self._send(ended=True)
        self._close()
        self._finished.wait(_PATIENCE)

    def _send(self, **message: Any) -> None:
        assert self._process.stdin is not None  # it is a pipe
        try:
            self._process.stdin.write(json.dumps(message) + "\n")
            self._process.stdin.flush()
        except OSError:  # the process died, which `_read_messages` reports
            return

    def _close(self) -> None:
        assert self._process.stdin is not None  # it is a pipe
        try:
            self._process.stdin.close()
        except OSError:  # the process died, which `_read_messages` reports
            return

    def _read_messages(self) -> None:
        """Read what the process reports, until it ends. Runs in a thread of its own."""
        assert self._process.stdout is not None  # it is a pipe
        with self._process.stdout as messages:
            for line in messages:
                message = json.loads(line)
                self.experiment_id = message.get("experiment_id", self.experiment_id)
                self.run_id = message.get("run_id", self.run_id)
                if message.get("done"):
                    self.complete = True
                    self._finished.set()
                if "note" in message:
                    self._on_damage(message["note"])
                if "fault" in message:
                    self._set_fault(message["fault"])
        code = self._process.wait()
        if code:
            self._set_fault(f"the process that writes it {describe_end(code)}")
        self._finished.set()

    def _set_fault(self, fault: str) -> None:
        changed = bool(fault) != bool(self.fault)
        self.fault = fault
        if changed:  # another reason for the same outage is not reported
            self._on_fault(fault)

    def fall_silent(self) -> None:
        """Report no fault any more: nobody follows the search, and the process may go on."""
        self._on_fault = lambda fault: None
