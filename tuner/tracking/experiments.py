"""Finds a study's experiment and runs in MLflow."""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from mlflow import MlflowClient
from mlflow.entities import Run, ViewType
from mlflow.exceptions import MlflowException

from tuner.errors import TrackingError
from tuner.tracking.databases import is_shared_database

__all__ = ["ensure_experiment", "find_runs", "restore_study_run"]

_PAGE = 1000  # runs that MLflow returns in one call
# Of an address; a run adds 43 characters, and its column takes 200. SQLite takes more.
_MAX_LOCATION = 157


def ensure_experiment(client: MlflowClient, name: str, root: Path) -> str:
    """Return the id of an experiment; create it if there is none.

    Args:
        client: MLflow.
        name: The experiment's name.
        root: The folder of all studies; the artifacts of a store without a server go there.

    Raises:
        TrackingError: A server of MLflow keeps the experiment's artifacts, and `client` writes to
            the database behind it.
    """
    existing = client.get_experiment_by_name(name)
    if existing is None:
        try:
            return str(client.create_experiment(name, _locate_artifacts(client, name, root)))
        except MlflowException:
            existing = client.get_experiment_by_name(name)  # another search may have been quicker
            if existing is None:
                raise
    if existing.lifecycle_stage == "deleted":  # by a user, in MLflow's pages
        client.restore_experiment(existing.experiment_id)
    is_of_server = existing.artifact_location.startswith("mlflow-artifacts:")
    if is_of_server and not client.tracking_uri.startswith(("http:", "https:")):
        raise TrackingError(
            f"a server of MLflow keeps the artifacts of the experiment {name}, which the database "
            "behind it cannot take; give the server's address as --tracking-uri"
        )
    return str(existing.experiment_id)


def _locate_artifacts(client: MlflowClient, name: str, root: Path) -> str | None:
    """Return where an experiment's artifacts go; None if MLflow's server decides.

    Raises:
        TrackingError: The place has a longer name than a database takes.
    """
    uri, folder = client.tracking_uri, (root.absolute() / "artifacts").as_uri()
    encoded = os.fsencode(name)
    if uri.startswith("sqlite:"):
        return f"{folder}/{quote(encoded)}"
    if not is_shared_database(uri):
        return None
    folder = os.environ.get("MLFLOW_DEFAULT_ARTIFACT_ROOT", folder).rstrip("/")
    for end in (quote(encoded), hashlib.sha256(encoded).hexdigest()[:16]):
        if len(f"{folder}/{end}") <= _MAX_LOCATION:
            return f"{folder}/{end}"
    raise TrackingError(
        f"the database takes no artifacts in {folder}, whose address is too long; name a shorter "
        "one in MLFLOW_DEFAULT_ARTIFACT_ROOT, or give another --root"
    )


def restore_study_run(client: MlflowClient, experiment_id: str, study_id: str) -> Run | None:
    """Restore a study's own run, which a user deleted; None if there is none.

    The runs of its trials name it as their parent.
    """
    query = f"tags.`tuner.id` = '{study_id}' AND tags.`tuner.kind` = 'study'"
    for run in client.search_runs([experiment_id], query, ViewType.DELETED_ONLY, max_results=1):
        client.restore_run(run.info.run_id)
        return run
    return None


def find_runs(
    client: MlflowClient, experiment_id: str, study_id: str, trial: int | None = None
) -> Iterator[Run]:
    """Yield all runs of a study, its own and those of its trials; or those of one trial."""
    token, query = None, f"tags.`tuner.id` = '{study_id}'"
    if trial is not None:
        query += f" AND tags.`tuner.trial` = '{trial}'"
    while True:
        page = client.search_runs([experiment_id], query, max_results=_PAGE, page_token=token)
        yield from page
        token = page.token
        if not token:
            return
