"""Studies in MLflow: write them, and list what MLflow has."""

import json
from typing import Any

from mlflow import MlflowClient

from tuner.study import EventKind, Study, TrialRecord
from tuner.tracking import choose_tracking_uri
from tuner.tracking.runs import StudyRuns

BEST = {
    "score": 0.5,
    "standard_error": 0.1,
    "corrected_score": 0.6,
    "corrected_interval": [0.3, 0.9],
    "parameters": 15,
}
ENSEMBLE = {
    **BEST,
    "score": 0.4,
    "parameters": 30,
    "members": [{"trial": 0, "networks": 1}, {"trial": 1, "networks": 1}],
    "scores": {"cross_entropy": 0.4, "accuracy": 0.9},
    "standard_errors": {"cross_entropy": 0.1, "accuracy": 0.01},
}
SUMMARY = {
    "answer": "Yes. It is so.",
    "best": BEST,
    "ensemble": ENSEMBLE,
    "exported": "ensemble",
    "trials": 3,
    "completed": 2,
    "pruned": 0,
    "failed": 1,
    "seconds": 2.5,
    "test": {
        "cross_entropy": {"score": 0.7, "standard_error": 0.2},
        "accuracy": {"score": 0.8, "standard_error": 0.1},
    },
}


def append_trials(study: Study, *records: TrialRecord) -> None:
    """Write trials to the journal, as a search does."""
    for record in records:
        study.journal.append(
            EventKind.PROPOSED, trial=record.trial, hyperparameters=record.hyperparameters
        )
        study.write_trial(record, {})


def leave_export(
    study: Study, fingerprint: str, *, passed: bool = True, **description: Any
) -> None:
    """Leave what an export leaves: files and, if the model passed its check, a journal event."""
    folder = study.model_folder / "mlflow_model"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "MLmodel").write_text(f"flavors: {{}}\nmodel_uuid: {fingerprint}\n")
    content = json.dumps({"fingerprint": fingerprint, **description})
    (study.model_folder / "model.json").write_text(content)
    if passed:
        study.journal.append(EventKind.EXPORTED, pick="best", fingerprint=fingerprint)


def write_runs(study: Study, client: MlflowClient | None = None) -> StudyRuns:
    """Bring a study's runs up to date, as `tuner sync` does, but for the pictures."""
    root = study.root
    client = client or MlflowClient(tracking_uri=choose_tracking_uri(None, root))
    runs = StudyRuns(client, study, root)
    runs.update()
    runs.close()
    return runs


def list_contents(runs: StudyRuns) -> list[str]:
    """Return all that MLflow shows of a study, without the ids that MLflow gives."""
    client = runs.client
    return sorted(
        json.dumps(
            [
                run.info.run_name,
                run.info.status,
                run.info.end_time,
                sorted(run.data.params.items()),
                sorted(run.data.metrics.items()),
                [
                    sorted((metric.step, metric.timestamp, metric.value) for metric in history)
                    for history in (
                        client.get_metric_history(run.info.run_id, name)
                        for name in sorted(run.data.metrics)
                    )
                ],
                sorted(file.path for file in client.list_artifacts(run.info.run_id)),
            ]
        )
        for run in client.search_runs([runs.experiment_id])
    )
