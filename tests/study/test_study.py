import json
from dataclasses import replace
from pathlib import Path
from typing import get_args

import numpy as np
import pytest

from tuner.errors import StudyError, UserError
from tuner.study import (
    OracleName,
    PredictionTime,
    PredictionTimes,
    SearchSettings,
    Study,
    StudyRecord,
    TrialRecord,
    check_root,
    find_free_name,
    list_study_names,
)


def refusal(call, kind=StudyError):
    with pytest.raises(kind) as error:
        call()
    return str(error.value)


def test_a_study_comes_back_from_the_disk(make_study, make_record):
    study = make_study()
    written = [make_record(trial) for trial in range(3)]
    for record in written:
        study.write_trial(record, {})
    opened = Study.open("study", study.folder.parents[1])
    assert opened.record.to_dict() == study.record.to_dict()
    assert [record.to_dict() for record in opened.read_trials()] == [r.to_dict() for r in written]
    for record in written:
        probabilities = opened.arrays.read_probabilities(record.trial)
        np.testing.assert_array_equal(probabilities, record.result.probabilities)


def test_records_survive_json(make_study, make_record):
    study, trial = make_study().record, make_record(4)
    again = StudyRecord.from_dict(json.loads(json.dumps(study.to_dict())))
    assert again.to_dict() == study.to_dict()
    again = TrialRecord.from_dict(json.loads(json.dumps(trial.to_dict())))
    assert again.to_dict() == trial.to_dict()


def test_a_trial_counts_only_once_its_probabilities_are_there(make_study, make_record, monkeypatch):
    study = make_study()
    monkeypatch.setattr(
        np, "save", lambda *_, **__: (_ for _ in ()).throw(OSError(28, "disk full"))
    )
    with pytest.raises(StudyError, match=r"trial_00000.npy cannot be written \(disk full\); fix"):
        study.write_trial(make_record(0), {})
    assert list(study.read_trials()) == []


def test_mean_curves_weight_folds_by_their_rows(make_study, make_record):
    record = make_record(0)
    curves = record.average_curves(make_study().record.split)
    by_fold = np.array(record.result.curves["loss"])
    assert curves["loss"] == pytest.approx(list(by_fold.mean(axis=0)))


def test_a_taken_name_is_refused_unless_overwritten(make_study, make_record):
    study = make_study()
    study.write_trial(make_record(0), {})
    root = study.folder.parents[1]
    assert refusal(lambda: Study.create(study.record, root)) == (
        f"study study already exists in {root}; give --study another name, or --overwrite to "
        "delete it first"
    )
    assert len(list(study.read_trials())) == 1
    again = Study.create(study.record, root, overwrite=True)
    assert list(again.read_trials()) == []


@pytest.mark.parametrize("name", ["../out", "a/b", "", ".hidden", "a" * 101, "a b", "..", "a\n"])
def test_a_name_cannot_leave_the_folder(make_study, name, tmp_path):
    expected = (
        f"study name {name!r} is not allowed; use at most 100 letters, digits, '.', '_' and '-', "
        "beginning with a letter or digit"
    )
    assert refusal(lambda: make_study(name)) == expected
    assert refusal(lambda: Study.open(name, tmp_path)) == expected


def test_a_study_of_an_earlier_version_goes_on_as_it_was(make_study):
    study = make_study()
    path, root = study.folder / "study.json", study.folder.parents[1]
    described = json.loads(path.read_text())
    for name in ("repeats", "class_weight"):
        del described["settings"][name]
    path.write_text(json.dumps(described))
    again = Study.open("study", root).record
    assert again.settings == study.record.settings
    assert again.find_differences(study.record) == []
    now = replace(study.record, data={**study.record.data, "groups": None, "order": None})
    assert again.find_differences(now) == []
    other = replace(study.record, settings=replace(again.settings, class_weight="balanced"))
    assert again.find_differences(other) == ["--class-weight is None there and balanced here"]


def test_an_unknown_study_is_answered_with_the_known_ones(make_study, tmp_path):
    assert refusal(lambda: Study.open("digits", tmp_path)) == (
        f"there is no study digits; there are none in {tmp_path}"
    )
    root = make_study("digits-mlp-1").folder.parents[1]
    assert list_study_names(root) == ["digits-mlp-1"]
    assert refusal(lambda: Study.open("digits-mlp-2", root)) == (
        "there is no study digits-mlp-2; did you mean digits-mlp-1? Known are digits-mlp-1"
    )


@pytest.mark.parametrize(
    ("root", "named"),
    [("mlruns", ""), ("my runs", " --root 'my runs'"), ("/data/mlruns", " --root /data/mlruns")],
)
def test_a_command_names_the_root_where_it_is_not_the_usual_one(make_study, root, named):
    study = Study(make_study().record, Path(root) / "studies" / "study")
    assert study.make_command("report") == f"tuner report study{named}"
    resume = f"tuner resume study --max-trials 40{named}"
    assert study.make_command("resume", "--max-trials", "40") == resume


def test_free_names_count_up_and_are_always_allowed(make_study):
    root = make_study("digits-mlp-1").folder.parents[1]
    assert find_free_name("digits-mlp", root) == "digits-mlp-2"
    assert find_free_name("../my data (1)", root) == "my_data_1_-1"
    assert find_free_name("...", root) == "study-1"


def test_a_damaged_description_is_named(make_study):
    study = make_study()
    path = study.folder / "study.json"
    path.write_text("{}")
    assert refusal(lambda: Study.open("study", study.folder.parents[1])) == (
        f"study description {path} cannot be read (KeyError: 'settings'); "
        "restore the file from a copy"
    )


def test_a_folder_that_cannot_be_written_is_named(make_study):
    study = make_study()
    file = study.folder / "study.json"  # a file where a folder is needed
    assert refusal(lambda: Study.create(study.record, file)) == (
        f"study folder {file}/studies/study cannot be written (Not a directory); mend that, or "
        "give --root another folder"
    )


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"max_trials": 0}, "--max-trials: 0 is too small; give at least 1"),
        ({"folds": 1}, "--folds: 1 is too small; give at least 2"),
        ({"repeats": 0}, "--repeats: 0 is too small; give at least 1"),
        ({"epochs": 0}, "--epochs: 0 is too small; give at least 1"),
        ({"max_seconds": 0.0}, "--max-seconds: 0 is no time limit; give a number above 0"),
        (
            {"seed": -1},
            "--seed: -1 is out of range; give a whole number from 0 to 4294967295",
        ),
        (
            {"oracle": "gird"},
            "--oracle: there is no oracle gird; did you mean grid? "
            "Known are random, grid, bayesian, tpe, hyperband",
        ),
        (
            {"objective": "loss"},
            "--objective: there is no objective loss; known are cross_entropy, accuracy, "
            "balanced_accuracy, roc_auc",
        ),
        (
            {"trainer": "lane"},
            "--trainer: there is no trainer lane; did you mean lanes? Known are fit, lanes",
        ),
        (
            {"class_weight": "equal"},
            "--class-weight: there is no class weight equal; known are balanced",
        ),
    ],
)
def test_settings_out_of_range_are_refused(settings, message):
    assert refusal(lambda: SearchSettings(**settings), UserError) == message


def test_the_oracles_that_settings_know_are_those_that_there_are():
    from tuner.search import ORACLES

    assert set(get_args(OracleName)) == set(ORACLES)


def test_a_root_that_cannot_be_written_is_refused_before_anything_is_computed(tmp_path):
    (tmp_path / "file").write_text("")
    assert refusal(lambda: check_root(tmp_path / "file" / "runs")) == (
        f"folder {tmp_path}/file/runs cannot be written (Not a directory); mend that, or give "
        "--root another folder"
    )
    check_root(tmp_path / "new" / "runs")
    assert (tmp_path / "new" / "runs").is_dir()


def test_prediction_times_come_back_from_the_disk(make_study):
    study = make_study()
    assert study.read_prediction_times() == PredictionTimes()
    times = PredictionTimes({3: PredictionTime(1e-4, 2e-3)}, 5, 1, "one thread", ("No trial 4.",))
    study.write_prediction_times(times)
    assert study.read_prediction_times() == times


def test_prediction_times_of_another_version_do_not_count(make_study):
    study = make_study()
    study.write_prediction_times(PredictionTimes({3: PredictionTime(1e-4, 2e-3)}, 5, 1, "it"))
    path = study.folder / "prediction.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "version": 0}))
    assert study.read_prediction_times() == PredictionTimes()


def test_a_study_knows_whether_another_process_searches_it(make_study):
    study = make_study()
    assert not study.is_searched()
    with study.lock_search():
        assert study.is_searched()


def test_the_path_of_a_study_in_place_of_its_name_is_told_by_its_name(make_study):
    study = make_study("one")
    with pytest.raises(StudyError) as error:
        Study.open(str(study.folder), study.folder.parents[1])
    assert str(error.value) == (
        f"study name {str(study.folder)!r} is not allowed; give the name alone, one"
    )
