"""`tuner sync`: writes to MLflow all of a study that it lacks."""

from pathlib import Path

from tuner.errors import TrackingError
from tuner.study import Study
from tuner.terminal.messages import Messages, print_result
from tuner.terminal.mlflow_page import describe_page
from tuner.tracking import choose_tracking_uri
from tuner.tracking.faults import describe_fault
from tuner.tracking.mlflow_copy import remember_copy

__all__ = ["sync_study"]

_PATIENCE = 30.0  # seconds to wait for another process that writes the study to MLflow


def sync_study(name: str, tracking_uri: str | None, root: Path) -> None:
    """Bring a study's runs in MLflow up to date with its journal.

    Raises:
        StudyError: There is no such study, or another process writes it to MLflow.
        TrackingError: MLflow cannot be written.
    """
    study = Study.open(name, root)
    uri = choose_tracking_uri(tracking_uri, root)
    with study.lock_mlflow(_PATIENCE):
        from tuner.tracking.runs import StudyRuns
        from tuner.tracking.store import connect

        def print_note(note: str) -> None:
            Messages().warn(f"note: {note}")

        try:
            runs = StudyRuns(connect(uri, root, print_note), study, root)
            runs.update()
            runs.close()
            runs.draw()
        except Exception as error:  # a store may fail in its own ways: SQL, HTTP
            raise TrackingError(
                f"MLflow at {uri} cannot be written ({describe_fault(error)}); fix that, or give "
                "--tracking-uri another store"
            ) from error
    remember_copy(study, uri, runs.experiment_id)
    written = f"{runs.written} of its runs were written" if runs.written else "nothing was missing"
    print_result(f"study {name} is in MLflow, experiment {runs.experiment_id}: {written}")
    print_result(f"compare  {describe_page(study, uri, runs.experiment_id)}")
