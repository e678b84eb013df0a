"""A study's runs, written from its journal to a real MLflow store in SQLite."""

import json
import math
import shutil
from dataclasses import dataclass, replace

import pytest
from mlflow import MlflowClient
from mlflow.entities import Run
from mlflow.exceptions import MlflowException

from tests.helpers.mlflow_runs import (
    BEST,
    SUMMARY,
    append_trials,
    list_contents,
    write_runs,
)
from tests.helpers.problems import make_problem
from tests.helpers.results import make_probabilities, make_result
from tests.helpers.studies import create_study
from tuner.study import EventKind, Study, TrialRecord
from tuner.tracking.metrics import make_trial_metrics
from tuner.tracking.runs import StudyRuns
from tuner.training import TrialResult


@dataclass(frozen=True)
class Mirrored:
    """A study of two completed trials and a failed one, written to MLflow.

    Attributes:
        study: The study.
        written: What wrote it.
        runs: The runs that MLflow has by "study", "trial 0", "trial 1" and "trial 2".
    """

    study: Study
    written: StudyRuns
    runs: dict[str, Run]

    @property
    def client(self):
        return self.written.client


def mirror_study(root, empty_database):
    """Write a study, and its runs, in a new folder."""
    root.mkdir()
    shutil.copy(empty_database, root)
    problem = make_problem()
    study = create_study(root, problem)
    for trial in (0, 1):
        result = make_result(trial, make_probabilities(problem, 1.0, seed=trial), problem)
        append_trials(study, TrialRecord(trial, {"depth": 1, "learning_rate": 0.1}, {}, result))
    failed = TrialResult.from_failure(2, "diverged", "it diverged")
    append_trials(study, TrialRecord(2, {"depth": 3}, {}, failed))
    study.journal.append(EventKind.ENDED, status="finished", summary=SUMMARY)
    written = write_runs(study)
    found = written.client.search_runs([written.experiment_id])
    runs = {run.info.run_name.partition(":")[0]: run for run in found}
    assert len(runs) == len(found)
    return Mirrored(study, written, runs)


@pytest.fixture(scope="module")
def mirrored(tmp_path_factory, empty_database):
    """A study that tests only read."""
    return mirror_study(tmp_path_factory.mktemp("mirrored") / "runs", empty_database)


@pytest.fixture
def changing(tmp_path, empty_database):
    """A study that is written on."""
    return mirror_study(tmp_path / "runs", empty_database)


def test_a_study_is_a_parent_run_and_each_trial_a_child(mirrored):
    runs, run_id = mirrored.runs, mirrored.written.run_id
    assert set(runs) == {"study", "trial 0", "trial 1", "trial 2"}
    experiment = mirrored.client.get_experiment(mirrored.written.experiment_id)
    assert experiment.name == "points/test"
    for name, run in runs.items():
        parent = run.data.tags.get("mlflow.parentRunId")
        assert parent == (None if name == "study" else run_id)
    assert [runs[f"trial {n}"].info.status for n in range(3)] == ["FINISHED", "FINISHED", "FAILED"]
    assert runs["study"].info.status == "FINISHED"
    first_event = next(iter(mirrored.study.journal.read()))
    assert runs["study"].info.start_time == first_event["time"]
    assert runs["trial 2"].data.tags["tuner.reason"] == "it diverged"
    assert "tuner.reason" not in runs["trial 0"].data.tags
    assert runs["trial 0"].info.run_name == "trial 0: depth 1, learning_rate 0.1"


def test_hyperparameters_and_settings_are_params(mirrored):
    trial, study = mirrored.runs["trial 0"].data.params, mirrored.runs["study"].data.params
    assert trial == {"depth": "1", "learning_rate": "0.1"}
    assert {"folds": "3", "space": "test"}.items() <= study.items()
    assert not {"groups", "order", "class_weight"} & set(study)


def test_groups_and_repeats_are_params(client, make_study):
    study = make_study(repeats=2, class_weight="balanced")
    study.record.data["groups"] = "patient"
    runs = write_runs(study, client)
    (run,) = client.search_runs([runs.experiment_id])
    expected = {"groups": "patient", "repeats": "2", "class_weight": "balanced"}
    assert expected.items() <= run.data.params.items()


def test_curves_are_metrics_by_epoch_the_mean_and_each_fold(mirrored, make_record):
    record, run_id = make_record(0), mirrored.runs["trial 0"].info.run_id

    def read_curve(name):
        history = mirrored.client.get_metric_history(run_id, name)
        return sorted((metric.step, metric.value) for metric in history)

    for name, mean in record.average_curves(mirrored.study.record.split).items():
        assert read_curve(name) == [(1, pytest.approx(mean[0])), (2, pytest.approx(mean[1]))]
    for fold, values in enumerate(record.result.curves["val_loss"]):
        assert read_curve(f"fold_{fold}/val_loss") == [(1, values[0]), (2, values[1])]


def test_each_score_is_one_metric_of_the_trial(mirrored, make_record):
    result, metrics = make_record(0).result, mirrored.runs["trial 0"].data.metrics
    assert metrics["score"] == pytest.approx(result.score)
    assert metrics["standard_error"] == pytest.approx(result.standard_error)
    assert metrics["val_roc_auc"] == pytest.approx(result.scores["roc_auc"])
    assert (metrics["parameters"], metrics["best_epoch"], metrics["epochs"]) == (15, 2, 2)
    assert set(metrics) == {
        "score", "standard_error", "val_balanced_accuracy", "val_roc_auc", "parameters", "seconds",
        "best_epoch", "epochs", "loss", "val_loss", "accuracy", "val_accuracy", "penalty",
        "fold_0/val_loss", "fold_1/val_loss", "fold_2/val_loss",
    }  # fmt: skip


def test_the_studys_run_has_the_scores_of_the_exported_model(mirrored):
    assert mirrored.runs["study"].data.metrics == {
        "score": 0.4, "standard_error": 0.1, "corrected_score": 0.6,
        "corrected_score_low": 0.3, "corrected_score_high": 0.9, "parameters": 30,
        "val_accuracy": 0.9, "test_score": 0.7, "test_standard_error": 0.2, "test_accuracy": 0.8,
        "trials": 3, "completed": 2, "pruned": 0, "failed": 1, "seconds": 2.5,
    }  # fmt: skip


def test_a_table_shows_each_curve_at_the_best_epoch(client, study, make_record):
    values = [0.9, 0.3, 0.2, 0.4]
    curves = dict.fromkeys(make_record(0).result.curves, [values] * 3)
    append_trials(study, make_record(0, epoch=3, curves=curves))
    runs = write_runs(study, client)
    (run,) = client.search_runs([runs.experiment_id], "tags.`tuner.kind` = 'trial'")
    for name in ("loss", "val_loss", "accuracy", "val_accuracy", "fold_2/val_loss"):
        assert run.data.metrics[name] == pytest.approx(0.2)
        history = client.get_metric_history(run.info.run_id, name)
        entries = [(entry.step, pytest.approx(entry.value)) for entry in history]
        assert entries == [*enumerate(values, start=1), (4, 0.2)]
    # one entry an epoch, so that a chart over it draws each epoch once
    assert len(client.get_metric_history(run.info.run_id, "epochs")) == len(values)


@pytest.mark.parametrize(("best", "entries"), [(400, 400), (7, 401)])
def test_the_epochs_of_a_long_curve_are_sampled_as_the_curve(make_record, study, best, entries):
    curves = dict.fromkeys(make_record(0).result.curves, [[0.5] * 400] * 3)
    record = make_record(0, epoch=best, curves=curves)
    metrics = [metric.key for metric in make_trial_metrics(record, study.record, 0)]
    assert metrics.count("epochs") == metrics.count("val_loss") == entries


def test_a_trials_run_lasts_as_long_as_its_training(mirrored):
    info = mirrored.runs["trial 0"].info
    assert info.end_time - info.start_time == 500
    ended = [event["time"] for event in mirrored.study.journal.read(EventKind.TRIAL)]
    assert info.end_time == ended[0]


def test_a_studys_run_lasts_as_long_as_commands_worked_on_it(client, study, monkeypatch):
    times = iter([10, 11, 17, 30])
    monkeypatch.setattr("tuner.study.journal.time.time", lambda: next(times))
    for _ in range(2):  # a search of a second, and one of 13 seconds, 6 seconds later
        study.begin(study.record.settings)
        study.journal.append(EventKind.ENDED, status="interrupted", summary={})
    monkeypatch.undo()
    runs = write_runs(study, client)
    info = client.get_run(runs.run_id).info
    assert (info.start_time, info.end_time) == (10_000, 24_000)


def test_the_description_begins_with_the_answer(mirrored):
    note = mirrored.runs["study"].data.tags["mlflow.note.content"]
    assert note.startswith("Yes. It is so.\n\nThe ensemble of 2 networks of trials 0 and 1, ")
    assert "- cross-validated: accuracy 0.9000 ± 0.0100, cross_entropy 0.4000 ± 0.1000\n" in note


def test_no_score_of_an_earlier_model_stays_beside_those_of_another(changing):
    """MLflow can take no metric away, so that what is not known is NaN."""
    best = {name: BEST[name] for name in ("score", "standard_error", "parameters")}
    summary = {**SUMMARY, "exported": "best", "best": best, "test": {}}
    changing.study.journal.append(EventKind.ENDED, status="finished", summary=summary)
    write_runs(changing.study, changing.client)
    metrics = changing.client.get_run(changing.written.run_id).data.metrics
    unknown = {name for name, value in metrics.items() if math.isnan(value)}
    assert unknown >= {"corrected_score", "test_score", "test_standard_error", "test_accuracy"}
    assert not unknown & {"score", "parameters", "trials", "seconds"}


def test_a_description_that_a_user_changed_is_kept(changing):
    client, run_id = changing.client, changing.written.run_id
    summary = {**SUMMARY, "answer": "No. It is not."}
    changing.study.journal.append(EventKind.ENDED, status="finished", summary=summary)
    write_runs(changing.study, client)
    tags = client.get_run(run_id).data.tags
    assert tags["mlflow.note.content"].startswith("No. It is not.\n")
    client.set_tag(run_id, "mlflow.note.content", "My own words.")
    changing.study.journal.append(EventKind.ENDED, status="finished", summary=SUMMARY)
    write_runs(changing.study, client)
    assert client.get_run(run_id).data.tags["mlflow.note.content"] == "My own words."


def test_runs_of_an_older_version_are_completed(changing):
    """0.2.0 wrote no closing entries and no view, and other scores for the study."""
    client, written = changing.client, changing.written
    experiment = written.experiment_id
    before = list_contents(written)
    (view,) = client.get_experiment(experiment).tags
    client.delete_experiment_tag(experiment, view)
    for name in ("trial 0", "trial 1", "trial 2"):
        run_id = changing.runs[name].info.run_id
        client.delete_tag(run_id, "tuner.layout")
        client.set_terminated(run_id, end_time=changing.runs[name].info.start_time + 10**6)
    again = write_runs(changing.study, client)
    assert again.written == 3
    assert list_contents(again) == before
    assert list(client.get_experiment(experiment).tags) == [view]


def test_folds_space_and_summary_are_artifacts_and_the_data_an_input(mirrored):
    study, run_id = mirrored.study, mirrored.written.run_id
    artifacts = {artifact.path for artifact in mirrored.client.list_artifacts(run_id)}
    assert artifacts == {"folds.json", "space.json", "summary.json"}
    (folder,) = (study.root / "artifacts" / "points" / "test").iterdir()
    folds = json.loads((folder / "artifacts" / "folds.json").read_text())
    assert folds == study.record.split.to_dict()
    (dataset,) = mirrored.runs["study"].inputs.dataset_inputs
    assert dataset.dataset.name == "points"


def test_a_second_study_joins_the_experiment_of_the_first(client, study, make_study):
    first = write_runs(study, client)
    second = write_runs(make_study("second"), client)
    assert second.experiment_id == first.experiment_id


@pytest.mark.parametrize("status", ["interrupted", None])
def test_a_study_that_did_not_finish_is_killed_in_mlflow_too(client, study, status):
    if status:
        study.journal.append(EventKind.ENDED, status=status, summary={})
    runs = write_runs(study, client)
    assert client.get_run(runs.run_id).info.status == "KILLED"


def test_what_mlflow_has_is_not_written_twice(changing):
    before = list_contents(changing.written)
    again = write_runs(changing.study, changing.client)
    assert (again.run_id, again.written) == (changing.written.run_id, 0)
    assert list_contents(again) == before


def test_a_resumed_study_keeps_its_run_and_gets_the_new_trials(changing, make_record):
    client, study, run_id = changing.client, changing.study, changing.written.run_id
    append_trials(study, make_record(3))
    again = write_runs(study, client)
    assert (again.run_id, again.written) == (run_id, 1)
    assert client.get_run(run_id).info.status == "KILLED"  # it has not ended again
    study.journal.append(EventKind.ENDED, status="finished", summary=SUMMARY)
    write_runs(study, client)
    assert client.get_run(run_id).info.status == "FINISHED"
    assert len(list_contents(changing.written)) == 5


LOST = (
    "create_run", "log_batch", "log_dict", "log_inputs", "set_terminated", "set_experiment_tag",
)  # fmt: skip


@pytest.fixture(scope="module")
def two_trials(tmp_path_factory):
    """A study of two trials that has not ended, and the contents of its runs."""
    root, problem = tmp_path_factory.mktemp("two") / "runs", make_problem()
    study = create_study(root, problem)
    for trial in (0, 1):
        result = make_result(trial, make_probabilities(problem, 1.0, seed=trial), problem)
        append_trials(study, TrialRecord(trial, {"depth": 1}, {}, result))
    return study, list_contents(write_runs(study))


@pytest.mark.parametrize("calls", range(12))
def test_an_answer_that_is_lost_after_any_call_leaves_each_run_once(
    two_trials, client, calls, monkeypatch
):
    """MLflow does what each call asks for, but the answer to one call is lost."""
    study, expected = two_trials
    remaining = [calls]

    def lose_one_answer(call):
        def called(self, *args, **values):
            answer = call(self, *args, **values)
            remaining[0] -= 1
            if remaining[0] == -1:
                raise ConnectionError("gone")
            return answer

        return called

    for name in LOST:
        monkeypatch.setattr(MlflowClient, name, lose_one_answer(getattr(MlflowClient, name)))
    runs = StudyRuns(client, study, study.root)
    for _ in range(2):
        try:
            runs.update()
            runs.close()
        except ConnectionError:
            continue
    assert remaining[0] < 0
    names = [json.loads(run)[0].partition(":")[0] for run in expected]
    assert sorted(names) == ["study", "trial 0", "trial 1"]
    assert list_contents(runs) == expected


def test_another_search_may_make_the_same_data_set_at_the_same_time(client, study, monkeypatch):
    """MLflow looks for it and then makes it, which two may do at once."""
    log_inputs, refused = MlflowClient.log_inputs, []

    def be_second_once(self, *arguments):
        if not refused:
            refused.append("duplicate key value violates unique constraint")
            raise MlflowException(refused[0])
        return log_inputs(self, *arguments)

    monkeypatch.setattr(MlflowClient, "log_inputs", be_second_once)
    runs = write_runs(study, client)
    assert refused
    (dataset,) = client.get_run(runs.run_id).inputs.dataset_inputs
    assert dataset.dataset.name == "points"


def test_a_store_that_refuses_the_view_has_all_else(client, study, monkeypatch):
    def refuse(*arguments):
        raise MlflowException("too long")

    monkeypatch.setattr(MlflowClient, "set_experiment_tag", refuse)
    study.journal.append(EventKind.ENDED, status="finished", summary=SUMMARY)
    with pytest.raises(MlflowException, match="too long"):
        write_runs(study, client)
    (run,) = client.search_runs([client.get_experiment_by_name("points/test").experiment_id])
    assert (run.info.status, run.data.metrics["score"]) == ("FINISHED", 0.4)


def test_an_experiment_that_a_user_deleted_is_restored(client, study):
    first = write_runs(study, client)
    client.delete_experiment(first.experiment_id)
    again = write_runs(study, client)
    assert again.experiment_id == first.experiment_id
    assert client.get_experiment(first.experiment_id).lifecycle_stage == "active"


def test_a_studys_run_that_a_user_deleted_is_restored_with_its_trials(changing):
    before = list_contents(changing.written)
    changing.client.delete_run(changing.written.run_id)
    assert len(list_contents(changing.written)) == 3
    again = write_runs(changing.study, changing.client)
    assert again.run_id == changing.written.run_id
    assert list_contents(again) == before


def test_an_experiment_that_a_user_deletes_during_a_search_is_restored(client, study, make_record):
    runs = StudyRuns(client, study, study.root)
    runs.update()
    client.delete_experiment(runs.experiment_id)
    append_trials(study, make_record(0))
    for _ in range(2):  # after the first error, only the trial is looked for
        with pytest.raises(MlflowException):
            runs.update()
    runs.update()
    assert len(client.search_runs([runs.experiment_id])) == 2


def test_a_penalty_of_zeros_is_not_written_and_a_metric_is(client, study, make_record):
    record, zeros = make_record(0), [[0.0, 0.0]] * 3
    curves = {**record.result.curves, "penalty": zeros}
    result = replace(record.result, curves=curves, metrics={"f1_score": [0.0, 0.0]})
    append_trials(study, replace(record, result=result))
    runs = write_runs(study, client)
    (run,) = client.search_runs([runs.experiment_id], "tags.`tuner.kind` = 'trial'")
    assert not [name for name in run.data.metrics if "penalty" in name]
    assert run.data.metrics["val_f1_score"] == 0.0  # no row of a rare class was found
