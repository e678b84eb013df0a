"""Logs a study's exported model to its run in MLflow, and registers it under the study's name."""

from collections.abc import Mapping
from typing import Any

from mlflow import MlflowClient
from mlflow.entities import LoggedModel, LoggedModelOutput, LoggedModelStatus
from mlflow.entities.model_registry import ModelVersion
from mlflow.exceptions import MlflowException

from tuner.study import Study
from tuner.tracking.metrics import make_model_metrics
from tuner.tracking.scored_model import describe_scored_model, load_scored_model

__all__ = ["ALIAS", "register_model"]

ALIAS = "champion"
"""The alias of the version that a study exported last."""

# the scores that are tags of a version, which the list of a model's versions shows
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
            now has another model or none, or none for MLflow, nothing is registered.
    """
    exported = load_scored_model(study, export["fingerprint"])
    if exported is None or not (study.model_folder / "mlflow_model").is_dir():
        return  # a person may have exported other formats
    name = study.record.name
    tags = {"tuner.id": study.record.id, "tuner.fingerprint": export["fingerprint"]}
    _ensure_registered_model(client, name, study.record.title)
    model = _log_model(client, run_id, study, tags)
    objective = study.record.objective.name
    scores = make_model_metrics(exported, objective, export["time"], model.model_id)
    if scores:
        client.log_batch(run_id, metrics=scores)
    shown = {score.key: f"{score.value:.6g}" for score in scores if score.key in _SHOWN}
    version = _ensure_version(client, name, model, tags)
    if not version.description:  # of 0.2.0 or older, or created just now
        _describe_version(client, version, shown, describe_scored_model(exported, study))
    if client.get_registered_model(name).aliases.get(ALIAS) != str(version.version):
        client.set_registered_model_alias(name, ALIAS, str(version.version))


def _describe_version(
    client: MlflowClient, version: ModelVersion, tags: Mapping[str, str], description: str
) -> None:
    """Add scores and a description; the description last, because its presence shows both."""
    for tag, value in tags.items():
        client.set_model_version_tag(version.name, version.version, tag, value)
    client.update_model_version(version.name, version.version, description)


def _ensure_registered_model(client: MlflowClient, name: str, description: str) -> None:
    try:
        client.create_registered_model(name, description=description)
    except MlflowException as error:
        if error.error_code != "RESOURCE_ALREADY_EXISTS":
            raise


def _ensure_version(
    client: MlflowClient, name: str, model: LoggedModel, tags: dict[str, str]
) -> ModelVersion:
    """Return the version with these tags; create it from a model if there is none."""
    for version in client.search_model_versions(f"name = '{name}'"):
        if tags.items() <= version.tags.items():
            return version
    return client.create_model_version(
        name,
        model.artifact_location,  # MLflow looks `models:/ID` up in the process's default store
        model.source_run_id,
        tags=tags,
        model_id=model.model_id,
        await_creation_for=0,
    )


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
