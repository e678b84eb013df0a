"""A study's runs in MLflow, written from its journal: a parent run a study, a child run a trial."""

import json
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import Any

from mlflow import MlflowClient
from mlflow.entities import Dataset, DatasetInput, InputTag, Metric, Param, Run

from tuner.space import Value
from tuner.study import EventKind, JournalReader, Study, StudyRecord, TrialRecord
from tuner.tracking.artifacts import log_figures, log_report
from tuner.tracking.registry import register_model

__all__ = ["StudyRuns"]

_BATCH = 1000  # metrics and params that MLflow takes in one call
_PAGE = 1000  # runs that MLflow gives in one call
# The one by which folds are compared; the journal has all. MLflow takes 0.1 ms a number, which for
# all of them is a tenth of the search of a small network.
_FOLD_CURVE = "val_loss"
_STATUS = {"finished": "FINISHED", "failed": "FAILED", "interrupted": "KILLED"}
_TRIAL_STATUS = {"completed": "FINISHED", "failed": "FAILED", "pruned": "KILLED"}


class StudyRuns:
    """Brings a study's runs in MLflow up to date with its journal.

    What is there already is found by the study's id and left as it is. A run that was being
    written when MLflow went away, or the process died, is written again: each number has the time
    at which it was journalled, and MLflow keeps a number of one name, step and time once.

    Args:
        client: MLflow.
        study: The study on the disk.
        root: The folder that holds all that searches write; artifacts of a local store go there.

    Attributes:
        experiment_id: MLflow's id of the experiment; empty until it is known.
        run_id: MLflow's id of the study's run; empty until it is known.
        written: How many runs were written.
    """

    def __init__(self, client: MlflowClient, study: Study, root: Path) -> None:
        self.client = client
        self.study = study
        self.root = root
        self.experiment_id = ""
        self.run_id = ""
        self.written = 0
        self._events = JournalReader(study.journal)
        self._waiting: deque[dict[str, Any]] = deque()
        self._trials: dict[int, Run] = {}  # what MLflow has
        self._begun: dict[int, int] = {}  # trial to the millisecond at which it began
        self._ending: dict[str, Any] | None = None  # the last event, if it ended the study
        self._exported = ""  # fingerprint of the model that is to be registered
        self._found = False

    def update(self) -> None:
        """Write what the journal has and MLflow lacks.

        After an error it can be called again, and goes on where it was.
        """
        self._waiting.extend(self._events.new())
        if not self._found:
            self._find()
        while self._waiting:
            try:
                self._write(self._waiting[0])
            except Exception:
                self._found = False  # what was half written is found again the next time
                raise
            self._waiting.popleft()
        if self._exported:
            register_model(self.client, self.run_id, self.study, self._exported)
            self._exported = ""

    def close(self) -> None:
        """End the study's run, as the journal does; as killed, where the journal does not."""
        log_report(self.client, self.run_id, self.study)
        ending = self._ending
        if ending is None:
            self.client.set_terminated(self.run_id, status=_STATUS["interrupted"])
            return
        summary, now = ending["summary"], ending["time"]
        if summary:
            self.client.log_dict(self.run_id, summary, "summary.json")
            numbers = [Metric(name, value, now, 0) for name, value in _headline(summary)]
            self.client.log_batch(self.run_id, metrics=numbers)
        self.client.set_terminated(self.run_id, status=_STATUS[ending["status"]], end_time=now)

    def draw(self) -> None:
        """Write the pictures of the report's charts."""
        log_figures(self.client, self.run_id, self.study)

    def _write(self, event: dict[str, Any]) -> None:
        if event["event"] == EventKind.EXPORTED:  # perhaps after the study ended: it stays ended
            self._exported = event["fingerprint"]
            return
        self._ending = event if event["event"] == EventKind.ENDED else None
        if event["event"] == EventKind.PROPOSED:
            self._begun[event["trial"]] = event["time"]
        if event["event"] == EventKind.TRIAL:
            self._write_trial(TrialRecord.from_dict(event), event["time"])

    def _find(self) -> None:
        """Look up, or make, the experiment and the study's run; look up the trials' runs."""
        record = self.study.record
        self.experiment_id = self._experiment(record)
        runs = list(self._runs())
        self._trials = {
            int(run.data.tags["tuner.trial"]): run for run in runs if "tuner.trial" in run.data.tags
        }
        parents = [run for run in runs if run.data.tags.get("tuner.kind") == "study"]
        parent = parents[0] if parents else self._create_study()
        self.run_id = parent.info.run_id
        if parent.info.status != "RUNNING":
            self.client.update_run(self.run_id, status="RUNNING")
        if "space" not in parent.data.params:
            self._describe(record)
        self._found = True

    def _runs(self) -> Iterator[Run]:
        """Yield all runs of the study."""
        page, wanted = None, f"tags.`tuner.id` = '{self.study.record.id}'"
        while True:
            found = self.client.search_runs(
                [self.experiment_id], wanted, max_results=_PAGE, page_token=page
            )
            yield from found
            page = found.token
            if not page:
                return

    def _experiment(self, record: StudyRecord) -> str:
        name = f"{record.data['name']}/{record.space}"
        existing = self.client.get_experiment_by_name(name)
        if existing is not None:
            if existing.lifecycle_stage == "deleted":  # somebody did so in the UI
                self.client.restore_experiment(existing.experiment_id)
            return str(existing.experiment_id)
        artifacts = self.root.absolute() / "artifacts" / name
        local = self.client.tracking_uri.startswith("sqlite:")
        location = artifacts.as_uri() if local else None
        return str(self.client.create_experiment(name, artifact_location=location))

    def _create_study(self) -> Run:
        record = self.study.record
        tags = {
            "mlflow.runName": record.name,
            "mlflow.note.content": record.title,
            "tuner.kind": "study",
            "tuner.study": record.name,
            "tuner.id": record.id,
        }
        begun = self._waiting[0]["time"] if self._waiting else None  # not when it is synced later
        return self.client.create_run(self.experiment_id, start_time=begun, tags=tags)

    def _describe(self, record: StudyRecord) -> None:
        """Write a study's settings, data set and folds; the params last, as a sign that all is."""
        self.client.log_dict(self.run_id, record.split.to_dict(), "folds.json")
        self.client.log_dict(self.run_id, record.definition, "space.json")
        self.client.log_inputs(self.run_id, [_dataset(record)])
        params = {"space": record.space, "data": record.data["name"]}
        # earlier versions knew of neither
        relations = {name: record.data.get(name) for name in ("groups", "order")}
        given = {**asdict(record.settings), **relations}
        params |= {name: value for name, value in given.items() if value is not None}
        self.client.log_batch(self.run_id, params=_params(params))
        self.written += 1

    def _write_trial(self, record: TrialRecord, ended: int) -> None:
        run = self._trials.get(record.trial)
        if run is not None and run.info.status != "RUNNING":
            return
        if run is None:
            run = self._create_trial(record, self._begun.get(record.trial, ended))
        run_id = run.info.run_id
        params = _params({**record.hyperparameters, **record.derived})
        metrics = _metrics(record, self.study.record, ended)
        while batch := list(islice(metrics, _BATCH - len(params))):
            self.client.log_batch(run_id, metrics=batch, params=params)
            params = []
        status = _TRIAL_STATUS[record.result.status]
        self.client.set_terminated(run_id, status=status, end_time=ended)
        self.written += 1

    def _create_trial(self, record: TrialRecord, begun: int) -> Run:
        study = self.study.record
        tags = {
            "mlflow.runName": f"trial {record.trial}: {_searched(record, study)}",
            "mlflow.parentRunId": self.run_id,
            "tuner.kind": "trial",
            "tuner.study": study.name,
            "tuner.id": study.id,
            "tuner.trial": str(record.trial),
            "tuner.status": record.result.status,
        }
        if record.result.reason:
            tags["tuner.reason"] = record.result.reason[:5000]
        return self.client.create_run(self.experiment_id, start_time=begun, tags=tags)


def _params(values: Mapping[str, Any]) -> list[Param]:
    return [Param(name, str(value)) for name, value in values.items()]


def _dataset(record: StudyRecord) -> DatasetInput:
    data = record.data
    profile = json.dumps({"num_rows": data["rows"], "classes": len(data["classes"])})
    dataset = Dataset(
        name=data["name"],
        digest=str(data.get("fingerprint", ""))[:32] or "unknown",
        source_type="local",
        source=json.dumps({"source": data.get("source", data["name"])}),
        profile=profile,
    )
    return DatasetInput(dataset, [InputTag("mlflow.data.context", "training")])


def _metrics(record: TrialRecord, study: StudyRecord, now: int) -> Iterator[Metric]:
    """Yield scores without a step, mean curves and each fold's curves by epoch, counted from 1."""
    result = record.result
    yield Metric("seconds", result.seconds, now, 0)
    if result.status == "failed":
        return
    yield Metric("score", result.score, now, 0)
    yield Metric("standard_error", result.standard_error, now, 0)
    yield Metric("parameters", result.parameters, now, 0)
    yield Metric("best_epoch", result.epoch, now, 0)
    for name, value in result.scores.items():
        yield Metric(f"cv_{name}", value, now, 0)
    for name, curve in record.mean_curves(study.split).items():
        if not any(curve):
            continue
        yield from _curve(name, curve, now)
    for fold, curve in enumerate(result.curves[_FOLD_CURVE]):
        yield from _curve(f"fold_{fold}/{_FOLD_CURVE}", curve, now)


def _curve(name: str, values: list[float], now: int) -> Iterator[Metric]:
    return (Metric(name, value, now, step) for step, value in enumerate(values, start=1))


def _headline(summary: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    """Yield the numbers of the best network, under the names that the trials have, and the rest."""
    best = summary["best"]
    for name in ("score", "standard_error", "corrected_score", "parameters"):
        yield name, float(best[name])
    ends = ("corrected_score_low", "corrected_score_high")
    for name, end in zip(ends, best["corrected_interval"], strict=True):
        yield name, float(end)
    for name in ("trials", "completed", "pruned", "failed", "seconds", "test_score"):
        if summary[name] is not None:
            yield name, float(summary[name])


def _searched(record: TrialRecord, study: StudyRecord) -> str:
    """Return what tells a trial from its neighbours, for the legends of MLflow's charts."""
    values: dict[str, Value] = {**record.hyperparameters, **record.derived}
    return ", ".join(
        f"{name} {value:.3g}" if isinstance(value, float) else f"{name} {value}"
        for name, value in values.items()
        if name not in study.fixed
    )
