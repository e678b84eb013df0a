"""`tuner sync`: writes to MLflow all of a study that it lacks."""

from pathlib import Path

from tuner.api.sync import write_to_mlflow
from tuner.study import Study
from tuner.terminal.messages import Messages, print_result
from tuner.terminal.mlflow_page import describe_page
from tuner.tracking import choose_tracking_uri

__all__ = ["sync_study"]


def sync_study(name: str, tracking_uri: str | None, root: Path) -> None:
    """Bring a study's runs in MLflow up to date with its journal, and print where they are.

    Raises:
        StudyError: There is no such study, or another process writes it to MLflow.
        TrackingError: MLflow cannot be written.
    """
    study = Study.open(name, root)
    uri = choose_tracking_uri(tracking_uri, root)
    runs = write_to_mlflow(study, uri, root, Messages())
    verb = "was" if runs.written == 1 else "were"
    written = (
        f"{runs.written} of its runs {verb} written" if runs.written else "nothing was missing"
    )
    print_result(f"study {name} is in MLflow, experiment {runs.experiment_id}: {written}")
    for line in describe_page(study, uri, runs.experiment_id):
        print_result(line)
