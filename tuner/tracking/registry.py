"""Logs a study's exported model to its run in MLflow, and registers it under the study's name."""

from collections.abc import Iterable, Mapping
from typing import Any

from mlflow import MlflowClient
from mlflow.entities import LoggedModel, LoggedModelOutput, LoggedModelStatus, Metric
from mlflow.entities.model_registry import ModelVersion
from mlflow.exceptions import MlflowException

from tuner.study import Study
from tuner.tracking.exported_model import describe_model, load_exported_model
from tuner.tracking.metrics import make_model_metrics

__all__ = ["ALIAS", "register_model"]

ALIAS = "champion"
"""The alias of the version that a study exported last."""

_SHOWN = ("score", "standard_error", "val_accuracy", "test_score", "test_accuracy", "parameters")


def register_model(
    client: MlflowClient, run_id: str, study: Study, export: Mapping[str, Any]
) -> None:
    """Log and register a study's exported model; leave unchanged what MLflow has already.

    A version is found by the study's id and the model's fingerprint. So this can be repeated at
    any time, also after a failure between any two of its steps.

    Args:
        client: MLflow.
        run_id: The study's run.
        study: The study.
        export: The journal's event of a model that was exported and checked. If the study's folder
            now has another model or none, nothing is registered.
    """
    exported = load_exported_model(study, export["fingerprint"])
    if exported is None:
        return
    name = study.record.name
    tags = {"tuner.id": study.record.id, "tuner.fingerprint": export["fingerprint"]}
    _ensure_registered_model(client, name, study.record.title)
    version = _find_version(client, name, tags)
    model = _log_model(client, run_id, study, tags)
    scores = make_model_metrics(
        exported, study.record.objective.name, export["time"], model.model_id
    )
    if scores:
        client.log_batch(run_id, metrics=scores)
    if version is None:
        version = client.create_model_version(
            name,
            model.artifact_location,  # MLflow looks `models:/ID` up in the process's default store
            run_id,
            tags={**tags, **_make_score_tags(scores)},
            description=describe_model(exported, study),
            model_id=model.model_id,
            await_creation_for=0,
        )
    if client.get_registered_model(name).aliases.get(ALIAS) != str(version.version):
        client.set_registered_model_alias(name, ALIAS, str(version.version))


def _make_score_tags(scores: Iterable[Metric]) -> dict[str, str]:
    """Return the main scores as tags, which the list of a model's versions shows."""
    return {score.key: f"{score.value:.6g}" for score in scores if score.key in _SHOWN}


def _ensure_registered_model(client: MlflowClient, name: str, description: str) -> None:
    try:
        client.create_registered_model(name, description=description)
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
