"""A study in MLflow, against a real store in SQLite."""

import json
import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest
from mlflow import MlflowClient

from tuner.study import TrialRecord
from tuner.tracking import MlflowMirror, choose_tracking_uri
from tuner.tracking.runs import StudyRuns
from tuner.training import TrialResult

BEST = {
    "score": 0.5,
    "standard_error": 0.1,
    "corrected_score": 0.6,
    "corrected_interval": [0.3, 0.9],
    "parameters": 15,
}
SUMMARY = {
    "best": BEST,
    "trials": 3,
    "completed": 2,
    "pruned": 0,
    "failed": 1,
    "seconds": 2.5,
    "test_score": None,
}


def journal(study, *records):
    """Write trials to the journal, as a search does."""
    for record in records:
        study.journal.append("proposed", trial=record.trial, hyperparameters=record.hyperparameters)
        study.write_trial(record, {})


def written(study, client=None, *, close=True):
    """Bring a study's runs up to date."""
    root = study.folder.parents[1]
    client = client or MlflowClient(tracking_uri=choose_tracking_uri(None, root))
    runs = StudyRuns(client, study, root)
    runs.update()
    if close:
        runs.close()
    return runs


def contents(runs):
    """All that MLflow shows of a study, the ids that it gives aside."""
    found = runs.client.search_runs([runs.experiment_id])
    return sorted(
        json.dumps(
            [
                run.info.run_name,
                run.info.status,
                run.info.end_time,
                sorted(run.data.params.items()),
                sorted(run.data.metrics.items()),
                [
                    sorted((m.step, m.timestamp, m.value) for m in histories)
                    for histories in (
                        runs.client.get_metric_history(run.info.run_id, name)
                        for name in sorted(run.data.metrics)
                    )
                ],
                sorted(a.path for a in runs.client.list_artifacts(run.info.run_id)),
            ]
        )
        for run in found
    )


@pytest.fixture
def mirrored(make_study, make_record):
    """A study of two completed trials and a failed one, written to MLflow."""
    study = make_study()
    failed = TrialRecord(
        2, {"depth": 3}, {}, TrialResult.from_failure(2, "diverged", "it diverged")
    )
    journal(study, make_record(0), make_record(1), failed)
    study.journal.append("ended", status="finished", summary=SUMMARY)
    written_runs = written(study)
    client = written_runs.client
    runs = client.search_runs([written_runs.experiment_id])
    by_name = {run.info.run_name.partition(":")[0]: run for run in runs}
    assert len(by_name) == len(runs)
    return client, by_name, written_runs, study


def test_a_study_is_a_parent_run_and_each_trial_a_child(mirrored):
    client, runs, mirror, study = mirrored
    assert set(runs) == {"study", "trial 0", "trial 1", "trial 2"}
    assert client.get_experiment(mirror.experiment_id).name == "points/test"
    for name, run in runs.items():
        parent = run.data.tags.get("mlflow.parentRunId")
        assert parent == (None if name == "study" else mirror.run_id)
    assert [runs[f"trial {n}"].info.status for n in range(3)] == ["FINISHED", "FINISHED", "FAILED"]
    assert runs["study"].info.status == "FINISHED"
    assert runs["study"].info.start_time == next(iter(study.journal.read()))["time"]
    assert runs["trial 2"].data.tags["tuner.reason"] == "it diverged"
    assert "tuner.reason" not in runs["trial 0"].data.tags
    assert runs["trial 0"].info.run_name == "trial 0: depth 1, learning_rate 0.1"


def test_hyperparameters_and_settings_are_params(mirrored):
    _, runs, _, _ = mirrored
    assert runs["trial 0"].data.params == {"depth": "1", "learning_rate": "0.1"}
    assert runs["study"].data.params["folds"] == "3"
    assert runs["study"].data.params["space"] == "test"
    assert not {"groups", "order", "class_weight"} & set(runs["study"].data.params)


def test_what_relates_rows_is_a_param(make_study):
    study = make_study(repeats=2, class_weight="balanced")
    study.record.data["groups"] = "patient"
    runs = written(study)
    (run,) = runs.client.search_runs([runs.experiment_id])
    expected = {"groups": "patient", "repeats": "2", "class_weight": "balanced"}
    assert expected.items() <= run.data.params.items()


def test_curves_are_metrics_by_epoch_the_mean_and_each_fold(mirrored, make_record):
    client, runs, _, study = mirrored
    record, run_id = make_record(0), runs["trial 0"].info.run_id

    def curve(name):
        history = sorted(client.get_metric_history(run_id, name), key=lambda m: m.step)
        return [(metric.step, metric.value) for metric in history]

    for name, mean in record.average_curves(study.record.split).items():
        assert curve(name) == [(1, pytest.approx(mean[0])), (2, pytest.approx(mean[1]))]
    for fold, values in enumerate(record.result.curves["val_loss"]):
        assert curve(f"fold_{fold}/val_loss") == [(1, values[0]), (2, values[1])]


def test_scores_are_metrics_of_the_trial_and_of_the_study(mirrored, make_record):
    _, runs, _, _ = mirrored
    result, metrics = make_record(0).result, runs["trial 0"].data.metrics
    assert metrics["score"] == pytest.approx(result.score)
    assert metrics["standard_error"] == pytest.approx(result.standard_error)
    assert metrics["cv_accuracy"] == pytest.approx(result.scores["accuracy"])
    assert (metrics["parameters"], metrics["best_epoch"]) == (15, 2)
    assert runs["study"].data.metrics == {
        "score": 0.5, "standard_error": 0.1, "corrected_score": 0.6,
        "corrected_score_low": 0.3, "corrected_score_high": 0.9, "parameters": 15,
        "trials": 3, "completed": 2, "pruned": 0, "failed": 1, "seconds": 2.5,
    }  # fmt: skip


def test_folds_space_and_summary_are_artifacts_and_the_data_an_input(mirrored):
    client, runs, mirror, study = mirrored
    artifacts = {artifact.path for artifact in client.list_artifacts(mirror.run_id)}
    assert artifacts == {"folds.json", "space.json", "summary.json"}
    (folder,) = (study.folder.parents[1] / "artifacts" / "points" / "test").iterdir()
    folds = json.loads((folder / "artifacts" / "folds.json").read_text())
    assert folds == study.record.split.to_dict()
    (dataset,) = runs["study"].inputs.dataset_inputs
    assert dataset.dataset.name == "points"


def test_a_second_study_joins_the_experiment_of_the_first(mirrored, make_study):
    _, _, runs, _ = mirrored
    second = written(make_study("second"))
    assert second.experiment_id == runs.experiment_id


@pytest.mark.parametrize(("status", "in_mlflow"), [("interrupted", "KILLED"), (None, "KILLED")])
def test_a_study_that_did_not_finish_is_killed_in_mlflow_too(make_study, status, in_mlflow):
    study = make_study()
    if status:
        study.journal.append("ended", status=status, summary={})
    runs = written(study)
    assert runs.client.get_run(runs.run_id).info.status == in_mlflow


def test_what_is_there_is_not_written_twice(mirrored):
    _, _, first, study = mirrored
    before = contents(first)
    again = written(study)
    assert (again.run_id, again.written) == (first.run_id, 0)
    assert contents(again) == before


def test_a_study_that_goes_on_keeps_its_run_and_gets_the_new_trials(mirrored, make_record):
    _, _, first, study = mirrored
    journal(study, make_record(3))
    again = written(study)
    assert (again.run_id, again.written) == (first.run_id, 1)
    assert first.client.get_run(first.run_id).info.status == "KILLED"  # it has not ended again
    study.journal.append("ended", status="finished", summary=SUMMARY)
    written(study)
    assert first.client.get_run(first.run_id).info.status == "FINISHED"
    assert len(contents(first)) == 5


@pytest.mark.parametrize("calls", range(11))
def test_a_store_that_goes_away_at_any_call_ends_up_with_each_run_once(
    make_study, make_record, calls, monkeypatch
):
    """The answer to a call is lost, after MLflow did what it was asked for."""
    study = make_study()
    journal(study, make_record(0), make_record(1))
    whole = make_study("whole")
    journal(whole, make_record(0), make_record(1))
    left = [calls]

    def lossy(call):
        def called(self, *args, **values):
            answer = call(self, *args, **values)
            left[0] -= 1
            if left[0] == -1:
                raise ConnectionError("gone")
            return answer

        return called

    for name in ("create_run", "log_batch", "log_dict", "log_inputs", "set_terminated"):
        monkeypatch.setattr(MlflowClient, name, lossy(getattr(MlflowClient, name)))
    root = study.folder.parents[1]
    client = MlflowClient(tracking_uri=choose_tracking_uri(None, root))
    runs = StudyRuns(client, study, root)
    for _ in range(2):
        try:
            runs.update()
            runs.close()
        except ConnectionError:
            continue
    assert left[0] < 0
    both = contents(runs)
    assert len(both) == 3
    names = sorted(json.loads(run)[0].partition(":")[0] for run in both)
    assert names == ["study", "trial 0", "trial 1"]
    expected = written(whole, MlflowClient(tracking_uri=f"sqlite:///{root}/other.db"))

    def without_times(runs):
        return sorted(
            [json.loads(run)[n] for n in (1, 3, 4, 6)]
            + [[(step, value) for step, _, value in h] for h in json.loads(run)[5]]
            for run in contents(runs)
        )

    assert without_times(runs) == without_times(expected)


def test_an_experiment_that_was_deleted_in_the_ui_is_restored(mirrored, make_study):
    client, _, runs, _ = mirrored
    client.delete_experiment(runs.experiment_id)
    again = written(make_study("second"))
    assert again.experiment_id == runs.experiment_id
    assert client.get_experiment(runs.experiment_id).lifecycle_stage == "active"


def test_a_curve_of_zeros_is_not_drawn(make_study, make_record):
    study, record = make_study(), make_record(0)
    zeros = [[0.0, 0.0]] * 3
    result = replace(record.result, curves={**record.result.curves, "penalty": zeros})
    journal(study, replace(record, result=result))
    runs = written(study)
    (run,) = runs.client.search_runs([runs.experiment_id], "tags.`tuner.kind` = 'trial'")
    assert not [name for name in run.data.metrics if "penalty" in name]


def test_the_environments_tracking_uri_is_taken(monkeypatch, tmp_path):
    assert choose_tracking_uri(None, tmp_path) == f"sqlite:///{tmp_path}/mlflow.db"
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:5000")
    assert choose_tracking_uri(None, tmp_path) == "http://127.0.0.1:5000"


def test_a_mirror_writes_while_the_search_runs_and_to_its_end(make_study, make_record, monkeypatch):
    monkeypatch.setattr("tuner.tracking.mirror._PATIENCE", 120.0)  # the machine may be busy
    study = make_study()
    root = study.folder.parents[1]
    told = []
    mirror = MlflowMirror(choose_tracking_uri(None, root), root, on_fault=told.append)
    mirror.on_study_begin(study)
    journal(study, make_record(0), make_record(1))
    study.journal.append("ended", status="interrupted", summary={})
    mirror.on_study_end("interrupted", {})
    assert (mirror.fault, told, mirror.complete) == ("", [], True)
    client = MlflowClient(tracking_uri=mirror.uri)
    assert client.get_run(mirror.run_id).info.status == "KILLED"
    assert len(client.search_runs([mirror.experiment_id])) == 3


@pytest.mark.parametrize(
    ("uri", "fault"),
    [
        ("sqlite:///{folder}/study.json/mlflow.db", "FileExistsError: "),
        ("sqlite:///{folder}/garbage.db", "DatabaseError: (sqlite3.DatabaseError) file is not a"),
        ("nothing://there", "UnsupportedModelRegistryStoreURIException: "),
    ],
    ids=["a file in the way", "no database", "no such store"],
)
def test_a_store_that_cannot_be_written_is_told_once_and_stops_nothing(
    make_study, make_record, uri, fault
):
    study = make_study()
    (study.folder / "garbage.db").write_bytes(b"no database at all, but more than a header" * 50)
    told = []
    root = study.folder.parents[1]
    mirror = MlflowMirror(uri.format(folder=study.folder), root, on_fault=told.append)
    mirror.on_study_begin(study)
    journal(study, make_record(0))
    mirror.on_study_end("failed", {})
    assert told == [mirror.fault]
    assert fault in mirror.fault
    assert not mirror.complete


def test_a_mirror_whose_process_dies_says_so(make_study):
    study = make_study()
    root = study.folder.parents[1]
    mirror = MlflowMirror(choose_tracking_uri(None, root), root)
    mirror._recorder.kill()
    mirror.on_study_begin(study)
    mirror.on_study_end("failed", {})
    assert mirror.fault == "the process that writes it ended with -9"


def test_a_locked_database_is_waited_for(make_study, make_record):
    """Somebody else writes the database for a while: nothing is lost."""
    study = make_study()
    root = study.folder.parents[1]
    written(make_study("first"))  # makes the database
    mirror = MlflowMirror(choose_tracking_uri(None, root), root)
    with closing(sqlite3.connect(root / "mlflow.db", isolation_level=None)) as other:
        other.execute("begin immediate")
        mirror.on_study_begin(study)
        journal(study, make_record(0))
        other.execute("commit")
    mirror.on_study_end("interrupted", {})
    assert mirror.complete
