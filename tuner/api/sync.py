"""Writes to MLflow all of a study that it lacks."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from tuner.errors import TrackingError
from tuner.study import Study
from tuner.tracking.faults import describe_fault
from tuner.tracking.mlflow_copy import remember_copy
from tuner.words import mask_passwords

if TYPE_CHECKING:
    from tuner.tracking.runs import StudyRuns

__all__ = ["write_to_mlflow"]

_PATIENCE = 30.0  # seconds to wait for another process that writes the study to MLflow


def write_to_mlflow(
    study: Study, uri: str, root: Path, on_note: Callable[[str], None]
) -> "StudyRuns":
    """Bring a study's runs in MLflow up to date with its journal, and return them.

    Args:
        study: The study.
        uri: MLflow's tracking URI.
        root: The folder that holds all that searches write.
        on_note: Receives what a person should know about the store.

    Raises:
        StudyError: Another process writes the study to MLflow.
        TrackingError: MLflow cannot be written.
    """
    with study.lock_mlflow(_PATIENCE):
        from tuner.tracking.runs import StudyRuns
        from tuner.tracking.store import connect

        try:
            runs = StudyRuns(connect(uri, root, on_note), study, root)
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
