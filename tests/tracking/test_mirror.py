"""The MLflow mirror, against a real store in SQLite."""

import json
import threading
from dataclasses import replace

import pytest
from mlflow import MlflowClient

from tuner.study import TrialRecord
from tuner.tracking import MlflowMirror, default_tracking_uri
from tuner.training import TrialResult


@pytest.fixture
def mirrored(make_study, make_record):
    """A study of two completed trials and a failed one, mirrored."""
    study = make_study()
    root = study.folder.parents[1]
    mirror = MlflowMirror(default_tracking_uri(root), root)
    mirror.on_study_begin(study)
    failed = TrialRecord(2, {"depth": 3}, {}, TrialResult(2, "failed", "it diverged"))
    for record in (make_record(0), make_record(1), failed):
        mirror.on_trial_begin(record.trial, record.hyperparameters)
        mirror.on_trial_end(record)
    best = {"score": 0.5, "standard_error": 0.1, "corrected_score": 0.6, "parameters": 15}
    summary = {"best": best, "trials": 3, "failed": 1, "seconds": 2.5, "test_score": None}
    mirror.on_study_end("finished", summary)
    assert mirror.fault == ""
    client = MlflowClient(tracking_uri=mirror.uri)
    runs = client.search_runs([mirror.experiment_id])
    by_name = {run.info.run_name.partition(":")[0]: run for run in runs}
    assert len(by_name) == len(runs)
    return client, by_name, mirror, study


def test_a_study_is_a_parent_run_and_each_trial_a_child(mirrored):
    client, runs, mirror, _ = mirrored
    assert set(runs) == {"study", "trial 0", "trial 1", "trial 2"}
    assert client.get_experiment(mirror.experiment_id).name == "points/test"
    for name, run in runs.items():
        parent = run.data.tags.get("mlflow.parentRunId")
        assert parent == (None if name == "study" else mirror.run_id)
    assert [runs[f"trial {n}"].info.status for n in range(3)] == ["FINISHED", "FINISHED", "FAILED"]
    assert runs["study"].info.status == "FINISHED"
    assert runs["trial 2"].data.tags["tuner.reason"] == "it diverged"
    assert "tuner.reason" not in runs["trial 0"].data.tags
    assert runs["trial 0"].info.run_name == "trial 0: depth 1, learning_rate 0.1"


def test_hyperparameters_and_settings_are_params(mirrored):
    _, runs, _, _ = mirrored
    assert runs["trial 0"].data.params == {"depth": "1", "learning_rate": "0.1"}
    assert runs["study"].data.params["folds"] == "3"
    assert runs["study"].data.params["space"] == "test"


def test_curves_are_metrics_by_epoch_the_mean_and_each_fold(mirrored, make_record):
    client, runs, _, study = mirrored
    record, run_id = make_record(0), runs["trial 0"].info.run_id

    def curve(name):
        history = sorted(client.get_metric_history(run_id, name), key=lambda m: m.step)
        return [(metric.step, metric.value) for metric in history]

    for name, mean in record.mean_curves(study.record.split).items():
        assert curve(name) == [(1, pytest.approx(mean[0])), (2, pytest.approx(mean[1]))]
    for name in ("loss", "val_loss"):
        for fold, values in enumerate(record.result.curves[name]):
            assert curve(f"fold_{fold}/{name}") == [(1, values[0]), (2, values[1])]


def test_scores_are_metrics_of_the_trial_and_of_the_study(mirrored, make_record):
    _, runs, _, _ = mirrored
    result, metrics = make_record(0).result, runs["trial 0"].data.metrics
    assert metrics["score"] == pytest.approx(result.score)
    assert metrics["standard_error"] == pytest.approx(result.standard_error)
    assert metrics["cv_accuracy"] == pytest.approx(result.scores["accuracy"])
    assert (metrics["parameters"], metrics["best_epoch"]) == (15, 2)
    assert runs["study"].data.metrics == {
        "score": 0.5, "standard_error": 0.1, "corrected_score": 0.6, "parameters": 15,
        "trials": 3, "failed": 1, "seconds": 2.5,
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
    _, _, mirror, _ = mirrored
    again = MlflowMirror(mirror.uri, mirror.root)
    again.on_study_begin(make_study("second"))
    again.flush()
    assert again.experiment_id == mirror.experiment_id


def test_an_interrupted_study_is_killed_in_mlflow_too(make_study):
    study = make_study()
    root = study.folder.parents[1]
    mirror = MlflowMirror(default_tracking_uri(root), root)
    mirror.on_study_begin(study)
    mirror.on_study_end("interrupted", {})
    run = MlflowClient(tracking_uri=mirror.uri).get_run(mirror.run_id)
    assert run.info.status == "KILLED"


@pytest.mark.parametrize(
    ("uri", "fault"),
    [
        ("sqlite:///{folder}/study.json/mlflow.db", "FileExistsError: "),
        ("sqlite:///{folder}/garbage.db", "DatabaseError: (sqlite3.DatabaseError) file is not a"),
        ("nothing://there", "UnsupportedModelRegistryStoreURIException: "),
    ],
    ids=["a file in the way", "no database", "no such store"],
)
def test_a_store_that_cannot_be_written_ends_the_mirror_and_nothing_else(
    make_study, make_record, uri, fault
):
    study = make_study()
    (study.folder / "garbage.db").write_bytes(b"no database at all, but more than a header" * 50)
    told = []
    mirror = MlflowMirror(uri.format(folder=study.folder), study.folder, on_fault=told.append)
    mirror.on_study_begin(study)
    mirror.on_trial_end(make_record(0))
    mirror.on_study_end("failed", {})
    assert told == [mirror.fault]
    assert fault in mirror.fault


def test_an_experiment_that_was_deleted_in_the_ui_is_restored(mirrored, make_study):
    client, _, mirror, _ = mirrored
    client.delete_experiment(mirror.experiment_id)
    again = MlflowMirror(mirror.uri, mirror.root)
    again.on_study_begin(make_study("second"))
    again.flush()
    assert (again.fault, again.experiment_id) == ("", mirror.experiment_id)


def test_a_curve_of_zeros_is_not_drawn(make_study, make_record):
    study, record = make_study(), make_record(0)
    zeros = [[0.0, 0.0]] * 3
    result = replace(record.result, curves={**record.result.curves, "penalty": zeros})
    root = study.folder.parents[1]
    mirror = MlflowMirror(default_tracking_uri(root), root)
    mirror.on_study_begin(study)
    mirror.on_trial_end(replace(record, result=result))
    mirror.flush()
    client = MlflowClient(tracking_uri=mirror.uri)
    (run,) = client.search_runs([mirror.experiment_id], "tags.`tuner.kind` = 'trial'")
    assert not [name for name in run.data.metrics if "penalty" in name]


def test_the_environments_tracking_uri_is_taken(monkeypatch, tmp_path):
    assert default_tracking_uri(tmp_path) == f"sqlite:///{tmp_path}/mlflow.db"
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:5000")
    assert default_tracking_uri(tmp_path) == "http://127.0.0.1:5000"


def test_a_search_does_not_wait_for_a_slow_store_but_its_end_does(
    make_study, make_record, monkeypatch
):
    study, written = make_study("slow"), []
    answers = threading.Event()
    log_batch = MlflowClient.log_batch

    def slow(self, run_id, *args, **values):
        assert answers.wait(30)
        written.append(run_id)
        return log_batch(self, run_id, *args, **values)

    monkeypatch.setattr(MlflowClient, "log_batch", slow)
    mirror = MlflowMirror(default_tracking_uri(study.folder), study.folder)
    mirror.on_study_begin(study)
    mirror.on_trial_end(make_record(0))  # returns, though nothing is written yet
    assert written == []
    answers.set()
    mirror.on_study_end("interrupted", {})
    assert (mirror.fault, len(written)) == ("", 2)
