import json
from dataclasses import replace

import numpy as np
import pytest

from tests.helpers.made_studies import MadeStudy
from tuner.files.checksums import seal
from tuner.study import Study, StudyRecord, TrialRecord
from tuner.training import TrialResult


def test_records_survive_json(make_study, make_record):
    study, trial = make_study().record, make_record(4)
    again = StudyRecord.from_dict(json.loads(seal(json.dumps(study.to_dict()))))
    assert again.to_dict() == study.to_dict()
    again = TrialRecord.from_dict(json.loads(json.dumps(trial.to_dict())))
    assert again.to_dict() == trial.to_dict()


def test_what_is_fixed_in_the_space_is_not_searched():
    study = MadeStudy()
    values = {"depth": 2, "units": 8, "activation": "relu", "learning_rate": 0.1}
    study.add(values, derived={"parameters": 90})
    searched = study.study.list_searched(study.records[0])
    assert searched == {"depth": 2, "learning_rate": 0.1, "parameters": 90}


def test_only_a_trial_whose_failure_is_divergence_has_diverged():
    diverged = TrialResult.from_failure(0, "diverged", "the loss of fold 0 is not finite")
    raised = TrialResult.from_failure(1, "raised", "ValueError: 0.1 is not finite")
    assert TrialRecord(0, {}, {}, diverged).diverged
    assert not TrialRecord(1, {}, {}, raised).diverged


def test_mean_curves_weight_folds_by_their_rows(make_study, make_record):
    record = make_record(0)
    curves = record.average_curves(make_study().record.split)
    by_fold = np.array(record.result.curves["loss"])
    assert curves["loss"] == pytest.approx(list(by_fold.mean(axis=0)))


def test_a_study_of_an_earlier_version_goes_on_as_it_was(make_study):
    study = make_study()
    path, root = study.folder / "study.json", study.root
    described = json.loads(path.read_text())
    del described["checksum"]
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
    earlier, today, others = (
        replace(study.record, settings=replace(again.settings, class_weight=weights))
        for weights in ({"True": 2.0, "0.0": 1.0}, {True: 2.0, 0.0: 1.0}, {True: 3.0, 0.0: 1.0})
    )
    assert earlier.find_differences(today) == []
    assert len(earlier.find_differences(others)) == 1


def test_what_differs_most_comes_first_without_what_follows_from_it(make_study):
    study = make_study().record
    changed = replace(
        study,
        space_name="wider",
        space_definition={**study.space_definition, "title": "Is wider better?"},
        data={**study.data, "fingerprint": "f", "target": "kind"},
        settings=replace(study.settings, seed=7, folds=4, oracle="tpe", max_trials=3),
    )
    there = study.settings
    assert study.find_differences(changed) == [
        f"the space is {study.space_name} there and wider here",
        "the data are not the same",
        '--target is null there and "kind" here',
        f"--seed is {there.seed} there and 7 here",
        f"--folds is {there.folds} there and 4 here",
    ]
    other = replace(changed, data={**changed.data, "name": "clouds"}, space_name=study.space_name)
    assert study.find_differences(other)[:2] == [
        f"the space {study.space_name} is not the same",
        f"the data are not the same: {study.data['name']} there and clouds here",
    ]


def test_a_first_trial_has_its_name_and_what_of_it_was_changed(make_study):
    first = [
        {"name": "short", "values": {"depth": 1, "length": 0.25}},
        {"name": "long", "values": {"depth": 1, "length": 0.5}},
        {"name": "linear", "values": {"depth": 0}},
        {"name": "free", "values": {"depth": 3, "input_dropout": 0.0, "length": 0.5}},
    ]
    record = replace(make_study().record, space_definition={"first": first})
    assert record.find_first_name({"depth": 1, "length": 0.5}) == "long"
    assert record.find_first_name({"depth": 1, "length": 1.0}) == "short, length 1"
    assert record.find_first_name({"depth": 2, "length": 0.25}) is None
    assert record.find_first_name({"depth": 0}) == "linear"
    assert record.find_first_name({"depth": 1}) is None
    dropping = {"depth": 3, "input_dropout": 0.15}
    assert record.find_first_name({**dropping, "length": 0.5}) == "free, input_dropout 0.15"
    name = record.find_first_name({**dropping, "length": 0.25})
    assert name == "free, length 0.25, input_dropout 0.15"
    name = record.find_first_name({**dropping, "length": 0.5, "dropout_schedule": "flat"})
    assert name == "free, input_dropout 0.15"  # the schedule acts since inputs are dropped
