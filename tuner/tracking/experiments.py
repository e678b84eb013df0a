"""Finds a study's experiment and runs in MLflow."""

from collections.abc import Iterator
from pathlib import Path

from mlflow import MlflowClient
from mlflow.entities import Run

__all__ = ["ensure_experiment", "find_runs"]

_PAGE = 1000  # runs that MLflow returns in one call


def ensure_experiment(client: MlflowClient, name: str, root: Path) -> str:
    """Return the id of an experiment; create it if there is none.

    Args:
        client: MLflow.
        name: The experiment's name.
        root: The folder of all studies; a local store's artifacts go there.
    """
    existing = client.get_experiment_by_name(name)
    if existing is not None:
        if existing.lifecycle_stage == "deleted":  # by a user, in MLflow's pages
            client.restore_experiment(existing.experiment_id)
        return str(existing.experiment_id)
    artifacts = root.absolute() / "artifacts" / name
    is_local = client.tracking_uri.startswith("sqlite:")
    location = artifacts.as_uri() if is_local else None
    return str(client.create_experiment(name, artifact_location=location))


def find_runs(client: MlflowClient, experiment_id: str, study_id: str) -> Iterator[Run]:
    """Yield all runs of a study, its own and those of its trials."""
    token, query = None, f"tags.`tuner.id` = '{study_id}'"
    while True:
        page = client.search_runs([experiment_id], query, max_results=_PAGE, page_token=token)
        yield from page
        token = page.token
        if not token:
            return
