"""What runs beside a search and the stages after it, in processes of their own.

| process | begins | its work | needed by |
|---|---|---|---|
| `tuner.tracking.mlflow_process` | with the command | writes the journal to MLflow | the end |
| `tuner.run.companion` | with the command | bundles Vega, trains the baselines | the report |
| `tuner.serving.fresh_process` | with the trials | imports what a check needs | the export |

The command line starts the first one, since a run does not know MLflow. All have a lower priority
than the search. Whatever a companion could not do, the run itself does later. No wait is without a
limit, since beside other programs a low priority may get hardly any time.
"""

import os
import signal
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from tuner.machine.memory import read_memory
from tuner.machine.processes import make_environment
from tuner.run.baselines import has_baselines
from tuner.run.run import Run

if TYPE_CHECKING:
    from tuner.serving.fresh_process import FreshProcess

__all__ = ["SideProcesses"]

_PROCESS_BYTES = 2**30  # free memory that a process needs before it starts early
_COPIES = 6  # of the features, while baselines are trained on two folds


class SideProcesses:
    """The processes that work for a run beside it. Use it as a context manager.

    Args:
        root: The folder of all studies.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._companion: subprocess.Popen[str] | None = None
        self._trains_baselines = False
        self._checker: FreshProcess | None = None

    def __enter__(self) -> "SideProcesses":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """End the processes that still run."""
        self._end_companion()
        if self._checker is not None:
            self._checker.__exit__(kind, error, traceback)

    def start_companion(self) -> None:
        """Start the companion, unless it runs or memory is short."""
        with suppress(OSError):  # `begin` tries again
            self._start_companion()

    def _start_companion(self) -> None:
        if self._companion is None and _is_free(_PROCESS_BYTES):
            self._companion = subprocess.Popen(
                [sys.executable, "-m", "tuner.run.companion", str(self._root.absolute())],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,  # what fails there is done, or fails, in this process
                text=True,
                # this process removes the temporary folder
                env={**make_environment(), "TMPDIR": tempfile.gettempdir()},
                process_group=0,  # with the processes that it starts, to end all of them
            )

    def begin(self, run: Run) -> None:
        """Begin what can be done before the trials are known: call it when the trials begin.

        The baselines are trained if the time limit allows them.
        """
        setup, estimates = run.setup, run.estimates
        if _is_free(_PROCESS_BYTES):
            self.start_checker(run)
        after = estimates.baselines + estimates.prediction_times + estimates.report
        room = _is_free(_PROCESS_BYTES + _COPIES * setup.dataset.x.nbytes)
        if has_baselines(run.study) or run.seconds_left < after or not room:
            self._end_companion()
            return
        try:
            self._start_companion()
        except OSError as error:  # too many processes, or too little memory
            run.note(
                f"no process for simple classifiers can be started ({error.strerror}); they are "
                "trained after the search"
            )
        self._trains_baselines = True
        if self._companion is not None and self._companion.stdin is not None:
            with suppress(OSError):  # it died; the run trains the baselines itself
                self._companion.stdin.write(run.study.record.name + "\n")
                self._companion.stdin.flush()

    def start_checker(self, run: Run) -> "FreshProcess":
        """Return the process that checks the run's model; start it if it does not run."""
        from tuner.serving.fresh_process import FreshProcess

        if self._checker is None:
            self._checker = FreshProcess(run.note)
        else:
            self._checker.ensure_runs()
        return self._checker

    @property
    def trains_baselines(self) -> bool:
        """Whether the companion was asked to train the baselines, and nobody waited for it yet."""
        return self._trains_baselines and self._companion is not None

    def wait_for_baselines(self, seconds: float) -> bool:
        """Wait until the companion has trained the baselines, or failed, or the time is up.

        Args:
            seconds: The most seconds to wait.

        Returns:
            Whether the companion had to be ended.
        """
        ended = False
        if self._companion is not None and self._trains_baselines:
            try:
                self._companion.wait(max(seconds, 0.0))
            except subprocess.TimeoutExpired:
                ended = True
        self._end_companion()
        return ended

    def _end_companion(self) -> None:
        """End the companion and the processes that it has started."""
        if self._companion is not None:
            if hasattr(os, "killpg"):  # not on Windows
                with suppress(ProcessLookupError):
                    # the processes that remove joblib's shared memory ignore this signal, and end
                    # when all others have
                    os.killpg(self._companion.pid, signal.SIGTERM)
            self._companion.kill()  # it may be stopped
            self._companion.communicate()
            self._companion = None


def _is_free(size: int) -> bool:
    """Return whether the machine has this much free memory, in bytes, as far as it says."""
    memory = read_memory()
    return memory is None or memory.free >= size
