"""A study's exported model in MLflow: logged on its run, and registered under its name."""

import json
from pathlib import Path

from mlflow import MlflowClient
from mlflow.entities import LoggedModel, LoggedModelOutput, LoggedModelStatus
from mlflow.entities.model_registry import ModelVersion
from mlflow.exceptions import MlflowException

from tuner.study import Study

__all__ = ["ALIAS", "register_model"]

ALIAS = "champion"
"""What points to the version that a study exported last."""


def register_model(client: MlflowClient, run_id: str, study: Study, fingerprint: str) -> None:
    """Log and register what a study exported; what is there already stays as it is.

    A model is known by its study and its fingerprint, so that this can be done again at any time,
    after a break between any two of its steps too.

    Args:
        client: MLflow.
        run_id: The study's run.
        study: The study.
        fingerprint: Of the model that was exported and checked; where the study's folder has
            another one by now, or none, nothing is done.
    """
    if _exported(study.model_folder) != fingerprint:
        return
    name, tags = study.record.name, {"tuner.id": study.record.id, "tuner.fingerprint": fingerprint}
    _ensure_registered(client, name)
    version = _version(client, name, tags)
    if version is None:
        model = _logged(client, run_id, study, tags)
        version = client.create_model_version(
            name,
            model.artifact_location,  # `models:/ID` is looked up in the process's own default store
            run_id,
            tags=tags,
            model_id=model.model_id,
            await_creation_for=0,
        )
    if client.get_registered_model(name).aliases.get(ALIAS) != str(version.version):
        client.set_registered_model_alias(name, ALIAS, str(version.version))


def _exported(folder: Path) -> str | None:
    """Return the fingerprint of the model in a folder."""
    path = folder / "model.json"
    if not path.exists():
        return None
    found: str = json.loads(path.read_text(encoding="utf-8"))["fingerprint"]
    return found


def _ensure_registered(client: MlflowClient, name: str) -> None:
    try:
        client.create_registered_model(name)
    except MlflowException as error:
        if error.error_code != "RESOURCE_ALREADY_EXISTS":
            raise


def _version(client: MlflowClient, name: str, tags: dict[str, str]) -> ModelVersion | None:
    versions = client.search_model_versions(f"name = '{name}'")
    return next((each for each in versions if tags.items() <= each.tags.items()), None)


def _logged(client: MlflowClient, run_id: str, study: Study, tags: dict[str, str]) -> LoggedModel:
    """Return the model as an output of the study's run, with its files."""
    run = client.get_run(run_id)
    experiment = run.info.experiment_id
    wanted = " AND ".join(f"tags.`{tag}` = '{value}'" for tag, value in tags.items())
    found = client.search_logged_models([experiment], wanted)
    model = found[0] if found else client.create_logged_model(experiment, "model", run_id, tags)
    if model.status != LoggedModelStatus.READY:
        client.log_model_artifacts(model.model_id, str(study.model_folder / "mlflow_model"))
        client.finalize_logged_model(model.model_id, LoggedModelStatus.READY)
    outputs = run.outputs.model_outputs if run.outputs else []
    if model.model_id not in {each.model_id for each in outputs}:
        client.log_outputs(run_id, [LoggedModelOutput(model.model_id, 0)])
    return model
