"""Logs a study's exported model to its run in MLflow, and registers it under the study's name."""

import json
from pathlib import Path

from mlflow import MlflowClient
from mlflow.entities import LoggedModel, LoggedModelOutput, LoggedModelStatus
from mlflow.entities.model_registry import ModelVersion
from mlflow.exceptions import MlflowException

from tuner.study import Study

__all__ = ["ALIAS", "register_model"]

ALIAS = "champion"
"""The alias of the version that a study exported last."""


def register_model(client: MlflowClient, run_id: str, study: Study, fingerprint: str) -> None:
    """Log and register a study's exported model; leave unchanged what MLflow has already.

    A version is found by the study's id and the model's fingerprint. So this can be repeated at
    any time, also after a failure between any two of its steps.

    Args:
        client: MLflow.
        run_id: The study's run.
        study: The study.
        fingerprint: The fingerprint of the model that was exported and checked. If the study's
            folder now has another model or none, nothing is registered.
    """
    if _read_fingerprint(study.model_folder) != fingerprint:
        return
    name, tags = study.record.name, {"tuner.id": study.record.id, "tuner.fingerprint": fingerprint}
    _ensure_registered_model(client, name)
    version = _find_version(client, name, tags)
    if version is None:
        model = _log_model(client, run_id, study, tags)
        version = client.create_model_version(
            name,
            model.artifact_location,  # MLflow looks `models:/ID` up in the process's default store
            run_id,
            tags=tags,
            model_id=model.model_id,
            await_creation_for=0,
        )
    if client.get_registered_model(name).aliases.get(ALIAS) != str(version.version):
        client.set_registered_model_alias(name, ALIAS, str(version.version))


def _read_fingerprint(folder: Path) -> str | None:
    """Return the fingerprint of an exported model; None if the folder has no model."""
    path = folder / "model.json"
    if not path.exists():
        return None
    fingerprint: str = json.loads(path.read_text(encoding="utf-8"))["fingerprint"]
    return fingerprint


def _ensure_registered_model(client: MlflowClient, name: str) -> None:
    try:
        client.create_registered_model(name)
    except MlflowException as error:
        if error.error_code != "RESOURCE_ALREADY_EXISTS":
            raise


def _find_version(client: MlflowClient, name: str, tags: dict[str, str]) -> ModelVersion | None:
    versions = client.search_model_versions(f"name = '{name}'")
    return next((version for version in versions if tags.items() <= version.tags.items()), None)


def _log_model(
    client: MlflowClient, run_id: str, study: Study, tags: dict[str, str]
) -> LoggedModel:
    """Log the model and its files as an output of the study's run, and return it."""
    run = client.get_run(run_id)
    experiment = run.info.experiment_id
    query = " AND ".join(f"tags.`{tag}` = '{value}'" for tag, value in tags.items())
    existing = client.search_logged_models([experiment], query)
    model = (
        existing[0] if existing else client.create_logged_model(experiment, "model", run_id, tags)
    )
    if model.status != LoggedModelStatus.READY:
        client.log_model_artifacts(model.model_id, str(study.model_folder / "mlflow_model"))
        client.finalize_logged_model(model.model_id, LoggedModelStatus.READY)
    outputs = run.outputs.model_outputs if run.outputs else []
    if model.model_id not in {output.model_id for output in outputs}:
        client.log_outputs(run_id, [LoggedModelOutput(model.model_id, 0)])
    return model
