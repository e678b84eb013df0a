"""Writes a study to MLflow: a parent run a study, a child run a trial, curves by epoch."""

import json
import os
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import Any, Literal

from mlflow import MlflowClient
from mlflow.entities import Dataset, DatasetInput, InputTag, Metric, Param

from tuner.space import Value
from tuner.study import Listener, Study, StudyRecord, TrialRecord

__all__ = ["MlflowMirror", "default_tracking_uri"]

_BATCH = 1000  # metrics and params that MLflow takes in one call
# Those by which folds are compared; the journal has all. MLflow takes 0.1 ms a number, which for
# all of them is a tenth of the search of a small network.
_FOLD_CURVES = ("loss", "val_loss")
_STATUS = {"finished": "FINISHED", "failed": "FAILED", "interrupted": "KILLED"}


def default_tracking_uri(root: Path) -> str:
    """Return where MLflow records unless told otherwise: `MLFLOW_TRACKING_URI`, else a database.

    Args:
        root: The folder that holds all that searches write; the database lies in it.
    """
    return os.environ.get("MLFLOW_TRACKING_URI") or f"sqlite:///{root.absolute()}/mlflow.db"


class MlflowMirror(Listener):
    """Shows a study in MLflow. The journal is the truth; this is a copy for people to look at.

    It is written in a thread of its own, so that the search does not wait for it; the end of the
    study does.

    Args:
        uri: MLflow's tracking URI.
        root: The folder that holds all that searches write; artifacts of a local store go there.
        on_fault: Is told, once, why MLflow is no longer written to.

    Attributes:
        fault: Why MLflow is no longer written to; empty while it is.
        experiment_id: MLflow's id of the experiment; empty before the study begins.
        run_id: MLflow's id of the study's run; empty before the study begins.
    """

    def __init__(
        self, uri: str, root: Path, on_fault: Callable[[str], None] = lambda fault: None
    ) -> None:
        self.uri = uri
        self.on_fault = on_fault
        self.root = root
        self.fault = ""
        self.experiment_id = ""
        self.run_id = ""
        self._begun: dict[int, int] = {}  # trial to the millisecond at which it began
        self._study: Study | None = None
        self._client: MlflowClient | None = None
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="mlflow")

    def _later(self, write: Callable[[MlflowClient, Study], None]) -> None:
        """Write something after all that was to be written before."""
        self._writer.submit(self._attempt, write)

    def flush(self) -> None:
        """Wait until all is written."""
        self._writer.submit(lambda: None).result()

    def _attempt(self, write: Callable[[MlflowClient, Study], None]) -> None:
        """Write something; a fault of MLflow ends the mirror, never the search."""
        if self.fault or self._study is None:
            return
        try:
            if self._client is None:
                self._client = MlflowClient(tracking_uri=self.uri)
            write(self._client, self._study)
        except Exception as error:  # a store may fail in its own ways: SQL, HTTP, a missing driver
            first_line = str(error).strip().partition("\n")[0]
            self.fault = f"{type(error).__name__}: {first_line}"
            self.on_fault(self.fault)

    def on_study_begin(self, study: Study) -> None:
        """Make the study's run, with its settings, data set and folds."""
        self._study = study
        self._later(self._write_study)

    def on_trial_begin(self, trial: int, hyperparameters: dict[str, Value]) -> None:
        """Note when a trial began; its run is written when it has ended."""
        self._begun[trial] = _now()

    def on_trial_end(self, record: TrialRecord) -> None:
        """Write a trial's run: hyperparameters, curves and scores."""
        times = self._begun.pop(record.trial, _now()), _now()
        self._later(lambda client, study: self._write_trial(client, study.record, record, times))

    def on_study_end(
        self, status: Literal["finished", "failed", "interrupted"], summary: Mapping[str, Any]
    ) -> None:
        """End the study's run, and wait until all is written.

        The summary becomes `summary.json`, its numbers metrics.
        """
        self._later(lambda client, study: self._write_end(client, _STATUS[status], summary))
        self._writer.shutdown()

    def _write_study(self, client: MlflowClient, study: Study) -> None:
        record = study.record
        self.experiment_id = self._experiment(client, record)
        tags = {
            "mlflow.runName": record.name,
            "mlflow.note.content": record.title,
            "tuner.kind": "study",
            "tuner.study": record.name,
        }
        run = client.create_run(self.experiment_id, start_time=_now(), tags=tags)
        self.run_id = run.info.run_id
        params = {"space": record.space, "data": record.data["name"]}
        params |= {name: v for name, v in asdict(record.settings).items() if v is not None}
        client.log_batch(self.run_id, params=_params(params))
        client.log_inputs(self.run_id, [_dataset(record)])
        client.log_dict(self.run_id, record.split.to_dict(), "folds.json")
        client.log_dict(self.run_id, record.definition, "space.json")

    def _experiment(self, client: MlflowClient, record: StudyRecord) -> str:
        name = f"{record.data['name']}/{record.space}"
        existing = client.get_experiment_by_name(name)
        if existing is not None:
            if existing.lifecycle_stage == "deleted":  # somebody did so in the UI
                client.restore_experiment(existing.experiment_id)
            return str(existing.experiment_id)
        artifacts = self.root.absolute() / "artifacts" / name
        location = artifacts.as_uri() if self.uri.startswith("sqlite:") else None
        return str(client.create_experiment(name, artifact_location=location))

    def _write_trial(
        self, client: MlflowClient, study: StudyRecord, record: TrialRecord, times: tuple[int, int]
    ) -> None:
        begun, ended = times
        tags = {
            "mlflow.runName": f"trial {record.trial}: {_searched(record, study)}",
            "mlflow.parentRunId": self.run_id,
            "tuner.kind": "trial",
            "tuner.study": study.name,
            "tuner.trial": str(record.trial),
            "tuner.status": record.result.status,
        }
        if record.result.reason:
            tags["tuner.reason"] = record.result.reason[:5000]
        run = client.create_run(self.experiment_id, start_time=begun, tags=tags)
        run_id = run.info.run_id
        params = _params({**record.hyperparameters, **record.derived})
        metrics = _metrics(record, study, ended)
        while batch := list(islice(metrics, _BATCH - len(params))):
            client.log_batch(run_id, metrics=batch, params=params)
            params = []
        status = "FINISHED" if record.completed else "FAILED"
        client.set_terminated(run_id, status=status, end_time=ended)

    def _write_end(self, client: MlflowClient, status: str, summary: Mapping[str, Any]) -> None:
        if summary:
            client.log_dict(self.run_id, dict(summary), "summary.json")
            metrics = [Metric(name, value, _now(), 0) for name, value in _headline(summary)]
            client.log_batch(self.run_id, metrics=metrics)
        client.set_terminated(self.run_id, status=status, end_time=_now())


def _now() -> int:
    return int(time.time() * 1000)


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
    if not record.completed:
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
    for name in _FOLD_CURVES:
        for fold, curve in enumerate(result.curves[name]):
            yield from _curve(f"fold_{fold}/{name}", curve, now)


def _curve(name: str, values: list[float], now: int) -> Iterator[Metric]:
    return (Metric(name, value, now, step) for step, value in enumerate(values, start=1))


def _headline(summary: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    """Yield the numbers of the best network, under the names that the trials have, and the rest."""
    for name in ("score", "standard_error", "corrected_score", "parameters"):
        yield name, float(summary["best"][name])
    for name in ("trials", "failed", "seconds", "test_score"):
        if summary[name] is not None:
            yield name, float(summary[name])


def _searched(record: TrialRecord, study: StudyRecord) -> str:
    """Return what tells a trial from its neighbours, for the legends of MLflow's charts."""
    values = {**record.hyperparameters, **record.derived}
    return ", ".join(
        f"{name} {value:.3g}" if isinstance(value, float) else f"{name} {value}"
        for name, value in values.items()
        if name not in study.fixed
    )
