"""Writes to MLflow all of a study that it lacks."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tuner.errors import TrackingError
from tuner.study import Study
from tuner.terminal.messages import Messages
from tuner.tracking.faults import describe_fault
from tuner.tracking.mlflow_copy import remember_copy
from tuner.words import mask_passwords

if TYPE_CHECKING:
    from tuner.tracking.runs import StudyRuns

__all__ = ["write_to_mlflow"]

_PATIENCE = 45.0  # seconds; the process of a search that has ended may go on for 30


def write_to_mlflow(study: Study, uri: str, root: Path, messages: Messages) -> "StudyRuns":
    """Bring a study's runs in MLflow up to date with its journal, and return them.

    Args:
        study: The study.
        uri: MLflow's tracking URI.
        root: The folder that holds all that searches write.
        messages: Tell what a person should know about the store, and how far it is.

    Raises:
        StudyError: Another process writes the study to MLflow.
        TrackingError: MLflow cannot be written.
    """
    with study.lock_mlflow(_PATIENCE):
        from tuner.tracking.runs import StudyRuns
        from tuner.tracking.store import connect

        try:
            client = connect(uri, root, lambda note: messages.warn(f"note: {note}"))
            runs = StudyRuns(client, study, root)
            with _show(runs, messages):
                runs.update()
                runs.close()
                runs.draw()
        except Exception as error:  # a store may fail in its own ways: SQL, HTTP
            raise TrackingError(
                f"MLflow at {mask_passwords(uri)} cannot be written ({describe_fault(error)}); fix "
                "that, or give --tracking-uri another store, such as sqlite:///FILE"
            ) from error
    remember_copy(study, uri, runs.experiment_id)
    return runs


@contextmanager
def _show(runs: "StudyRuns", messages: Messages) -> Iterator[None]:
    """Show how much of a study is written: of thousands of trials, that takes minutes."""
    text = f"writing study {runs.study.record.name} to MLflow"

    def compose(width: int) -> str:
        return f"{text}: {100 * runs.share:.0f} % of its journal"[:width]

    with messages.say_if_slow(f"{text} …"), messages.show_live_line(compose):
        yield
