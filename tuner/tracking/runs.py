"""Writes a study's runs to MLflow from its journal: a parent run for the study, a child per trial.

A run is found by tags that hold the study's id and the trial's number, so that writing can stop at
any point and be repeated. A trial's run lasts as long as its training, and the study's run as long
as commands worked on it.
"""

import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import Any

from mlflow import MlflowClient
from mlflow.entities import DatasetInput, Run
from mlflow.exceptions import MlflowException

from tuner.errors import TrackingError
from tuner.study import EventKind, JournalReader, Study, StudyRecord, TrialRecord
from tuner.tracking.artifacts import log_figures, log_report
from tuner.tracking.entities import make_dataset_input, make_params, name_trial
from tuner.tracking.experiments import ensure_experiment, find_runs, restore_study_run
from tuner.tracking.faults import describe_fault
from tuner.tracking.history import History
from tuner.tracking.metrics import (
    list_unknown_metrics,
    make_model_metrics,
    make_study_metrics,
    make_trial_metrics,
)
from tuner.tracking.notes import describe_study, write_note
from tuner.tracking.registry import register_model
from tuner.tracking.saved_view import make_view
from tuner.tracking.scored_model import ScoredModel, load_scored_model
from tuner.tracking.valid_names import MAX_PARAMS, make_experiment_name
from tuner.words import list_counts

__all__ = ["StudyRuns"]

_BATCH = 1000  # metrics and params together that MLflow takes in one call
_MAX_TAG = 5000  # characters that MLflow takes in a tag
_STUDY_STATUS = {"finished": "FINISHED", "failed": "FAILED", "interrupted": "KILLED"}
# The version of what a trial's run holds. A run without it, of 0.2.0 or older, is completed.
_LAYOUT = ("tuner.layout", "2")
_TRIAL_STATUS = {"completed": "FINISHED", "failed": "FAILED", "pruned": "KILLED"}


class StudyRuns:
    """Brings a study's runs in MLflow up to date with its journal.

    A run that MLflow has is left unchanged. A run that was being written when MLflow became
    unreachable, or when the process died, is written again. That adds nothing twice: each metric
    has the time at which it was journalled, and MLflow keeps one metric per name, step and time.

    Args:
        client: MLflow.
        study: The study on the disk.
        root: The folder of all studies; a local store's artifacts go there.

    Attributes:
        experiment_id: MLflow's id of the experiment; empty until the first update.
        run_id: MLflow's id of the study's run; empty until the first update.
        written: How many runs were written.
    """

    def __init__(self, client: MlflowClient, study: Study, root: Path) -> None:
        self.client = client
        self.study = study
        self.root = root
        self.experiment_id = ""
        self.run_id = ""
        self.written = 0
        self._reader = JournalReader(study.journal)
        self._unwritten: dict[str, Any] | None = None  # the event that was read last
        self._whole: set[int] = set()  # the numbers of trials that MLflow has
        self._partial: dict[int, Run] = {}  # runs that were begun, by the trial's number
        self._is_in_doubt = False  # whether the run of the unwritten event may be there
        self._study_start = 0  # when the study's run began, in milliseconds since 1970
        self._history = History()  # of the events that were written
        self._is_registered = True  # whether MLflow has the last exported model
        self._is_found = False  # whether the experiment and the runs were looked up

    @property
    def share(self) -> float:
        """How much of the journal MLflow has, from 0.0 to 1.0."""
        return self._reader.share

    def update(self) -> None:
        """Write what MLflow lacks. After an error, the next call resumes at the same event."""
        for event in self._read_events():
            if not self._is_found:  # with the first event's time, which `sync` may write much later
                self._find_runs(event["time"])
            try:
                self._write_event(event)
            except Exception:
                # the next call looks for the half-written run; all are looked up after two errors
                self._is_found = not self._is_in_doubt
                self._is_in_doubt = True
                raise
            self._history.add(event)
            self._unwritten, self._is_in_doubt = None, False
        if not self._is_found:
            self._find_runs(None)
        export = self._history.export
        if export is not None and not self._is_registered:
            self._register(export)
            self._is_registered = True

    def _read_events(self) -> Iterator[dict[str, Any]]:
        """Yield the event at which the last call failed, and all that the journal has since."""
        if self._unwritten is not None:
            yield self._unwritten
        for event in self._reader.read_new():
            self._unwritten = event
            yield event

    def _register(self, export: Mapping[str, Any]) -> None:
        try:
            register_model(self.client, self.run_id, self.study, export)
        except Exception as error:  # each store raises its own
            if registry := os.environ.get("MLFLOW_REGISTRY_URI"):  # else it is the same store
                fault = f"the registry {registry}, named by MLFLOW_REGISTRY_URI"
                raise TrackingError(f"{fault}: {describe_fault(error)}") from error
            raise

    def close(self) -> None:
        """Log the report, end the study's run, and write its view.

        The run is killed if the journal has no end.
        """
        log_report(self.client, self.run_id, self.study)
        record, history, ending = self.study.record, self._history, self._history.ending
        if ending is not None and ending["summary"]:
            self._write_summary(ending["summary"], ending["time"])
        self.client.set_terminated(
            self.run_id,
            status="KILLED" if ending is None else _STUDY_STATUS[ending["status"]],
            end_time=self._study_start + history.worked,
        )
        # last, since it is but how the pages look: a store that refuses it has all else
        view = make_view(record, history.list_varied(record.fixed), self._study_start)
        self.client.set_experiment_tag(self.experiment_id, *view)

    def draw(self) -> None:
        """Log the report's charts as pictures."""
        log_figures(self.client, self.run_id, self.study)

    def _write_event(self, event: dict[str, Any]) -> None:
        if event["event"] == EventKind.EXPORTED:
            self._is_registered = False
        if event["event"] == EventKind.TRIAL:
            self._write_trial(TrialRecord.from_dict(event), event["time"])

    def _write_summary(self, summary: dict[str, Any], time: int) -> None:
        """Log the summary of a run, the scores of the exported model, and a description."""
        self.client.log_dict(self.run_id, summary, "summary.json")
        metrics = make_study_metrics(summary, time)
        self.client.log_batch(self.run_id, metrics=metrics)
        model, export = ScoredModel.from_summary(summary), self._history.export
        if export is not None:  # perhaps of another pick than the summary's, by `tuner export`
            model = load_scored_model(self.study, export["fingerprint"]) or model
            time = max(time, export["time"])
        run = self.client.get_run(self.run_id)
        record = self.study.record
        scores = make_model_metrics(model, record.objective.name, time)
        known = run.data.metrics
        unknown = list_unknown_metrics(known, scores, time)
        if unknown or any(known.get(score.key) != score.value for score in scores):
            self.client.log_batch(self.run_id, metrics=[*scores, *unknown])
        write_note(self.client, run, record.title, describe_study(self.study, summary, model))

    def _find_runs(self, start_time: int | None) -> None:
        """Find the experiment, the study's run and those of its trials; create what is absent.

        Args:
            start_time: When the study's run began, if it is created, in milliseconds since 1970.
                Defaults to the present.
        """
        record = self.study.record
        name = make_experiment_name(record.data["name"], record.space_name)
        self.experiment_id = ensure_experiment(self.client, name, self.root)
        self._whole, self._partial, parent = set(), {}, None
        for run in find_runs(self.client, self.experiment_id, record.id):
            if run.data.tags.get("tuner.kind") == "study":
                parent = parent or run
            else:
                self._take_in(run)
        parent = parent or restore_study_run(self.client, self.experiment_id, record.id)
        parent = parent or self._create_study_run(start_time)
        self.run_id, self._study_start = parent.info.run_id, parent.info.start_time
        if parent.info.status != "RUNNING":
            self.client.update_run(self.run_id, status="RUNNING")
        if "space" not in parent.data.params:
            self._describe_study(record)
        self._is_found = True

    def _take_in(self, run: Run) -> None:
        """Remember a trial's run, of which there may be thousands: if it is whole, its number."""
        trial = run.data.tags.get("tuner.trial")
        if trial is None:
            return
        if run.info.status != "RUNNING" and _has_layout(run):
            self._whole.add(int(trial))
        else:
            self._partial[int(trial)] = run

    def _create_study_run(self, start_time: int | None) -> Run:
        record = self.study.record
        tags = {
            "mlflow.runName": record.name,
            "mlflow.note.content": record.title,
            "tuner.kind": "study",
            "tuner.study": record.name,
            "tuner.id": record.id,
        }
        return self.client.create_run(self.experiment_id, start_time=start_time, tags=tags)

    def _describe_study(self, record: StudyRecord) -> None:
        """Log the folds, the space, the data set and the settings.

        The params come last, because their presence shows that all of it was logged.
        """
        self.client.log_dict(self.run_id, record.split.to_dict(), "folds.json")
        self.client.log_dict(self.run_id, record.space_definition, "space.json")
        self._log_data(make_dataset_input(record))
        settings = {
            **asdict(record.settings),
            # absent in studies of earlier versions
            **{name: record.data.get(name) for name in ("groups", "order", "rare_classes")},
            **{
                name: list_counts(record.data[name])
                for name in ("left_out_classes", "pooled_classes")
                if record.data.get(name)
            },
        }
        params = {"space": record.space_name, "data": record.data["name"]}
        params |= {name: value for name, value in settings.items() if value is not None}
        self.client.log_batch(self.run_id, params=make_params(params))
        self.written += 1

    def _log_data(self, data: DatasetInput) -> None:
        try:
            self.client.log_inputs(self.run_id, [data])
        except MlflowException:  # another search of these data may have made it at the same time
            self.client.log_inputs(self.run_id, [data])

    def _write_trial(self, record: TrialRecord, time: int) -> None:
        if self._is_in_doubt:
            study = self.study.record.id
            for found in find_runs(self.client, self.experiment_id, study, record.trial):
                self._take_in(found)
        if record.trial in self._whole:
            return
        duration = round(1000 * record.result.seconds)
        run = self._partial.get(record.trial) or self._create_trial_run(record, time - duration)
        run_id = run.info.run_id
        params = make_params({**record.hyperparameters, **record.derived})
        metrics = make_trial_metrics(record, self.study.record, time)
        while batch := list(islice(metrics, _BATCH - MAX_PARAMS)):
            self.client.log_batch(run_id, metrics=batch, params=params[:MAX_PARAMS])
            params = params[MAX_PARAMS:]
        for start in range(0, len(params), MAX_PARAMS):
            self.client.log_batch(run_id, params=params[start : start + MAX_PARAMS])
        if not _has_layout(run):
            self.client.set_tag(run_id, *_LAYOUT)
        status = _TRIAL_STATUS[record.result.status]
        end_time = run.info.start_time + duration
        self.client.set_terminated(run_id, status=status, end_time=end_time)
        self.written += 1

    def _create_trial_run(self, record: TrialRecord, start_time: int) -> Run:
        study = self.study.record
        tags = {
            "mlflow.runName": name_trial(record, study),
            "mlflow.parentRunId": self.run_id,
            "tuner.kind": "trial",
            "tuner.study": study.name,
            "tuner.id": study.id,
            "tuner.trial": str(record.trial),
            "tuner.status": record.result.status,
            **dict([_LAYOUT]),
        }
        if record.result.reason:
            tags["tuner.reason"] = record.result.reason[:_MAX_TAG]
        return self.client.create_run(self.experiment_id, start_time=start_time, tags=tags)


def _has_layout(run: Run) -> bool:
    name, value = _LAYOUT
    return run.data.tags.get(name) == value
