"""A resumed search ends as if it had not been interrupted."""

import shutil
from dataclasses import replace

import keras_tuner
import numpy as np
import pytest

from tests.helpers.searches import (
    CustomHyperModel,
    begin_search,
    make_mlp,
    make_rows,
    read_trials,
    search,
)
from tuner.errors import StudyError
from tuner.search import FoldTuner
from tuner.study import EventKind, SearchSettings, Study

SETTINGS = SearchSettings(max_trials=9, folds=3, epochs=2, test_size=0.0, seed=3)
ONE_TRIAL = replace(SETTINGS, max_trials=1, folds=2, epochs=1)


@pytest.fixture(scope="module")
def rows():
    return make_rows()


@pytest.fixture(scope="module")
def searched(rows, tmp_path_factory):
    """A study of one trial; tests that try to resume it leave it unchanged."""
    folder = tmp_path_factory.mktemp("one")
    search(folder, rows, ONE_TRIAL)
    return folder


# By cohorts, one after another, and by rungs; what each oracle proposes then is in its contract.
@pytest.mark.parametrize("oracle", ["random", "tpe", "hyperband"])
def test_an_interrupted_search_ends_as_one_that_was_not(tmp_path, rows, oracle):
    settings = replace(SETTINGS, oracle=oracle, max_trials=6, epochs=3)
    whole = search(tmp_path / "whole", rows, settings)
    interrupts = [("proposed", 2), ("trial", 1), ("trial", 3), ("proposed", 1)]
    study = search(tmp_path / "interrupted", rows, settings, *interrupts).study
    assert read_trials(study) == read_trials(whole.study)
    assert len(whole.records) == 6
    assert len(list(study.journal.read("begun"))) == len(interrupts) + 1
    for record in whole.records:
        np.testing.assert_array_equal(
            study.arrays.read_probabilities(record.trial),
            whole.study.arrays.read_probabilities(record.trial),
        )


def test_trials_with_damaged_arrays_are_trained_again(tmp_path, rows):
    settings = replace(SETTINGS, oracle="tpe", max_trials=5, epochs=10)
    whole = search(tmp_path, rows, settings)
    expected, arrays = read_trials(whole.study), whole.study.folder / "oof"
    before = {path.name: path.read_bytes() for path in arrays.iterdir()}
    assert "trial_00000_leads.npz" in before  # the first trial leads the race
    first, second = (arrays / f"trial_0000{trial}.npy" for trial in (1, 2))
    first.write_bytes(before[second.name])
    second.write_bytes(before[first.name])
    (arrays / "trial_00000_leads.npz").unlink()
    again = search(tmp_path, rows, settings)
    assert read_trials(again.study) == expected
    assert {path.name: path.read_bytes() for path in arrays.iterdir()} == before
    assert [event["trial"] for event in again.study.journal.read("dropped")] == [0, 1, 2]


def test_a_journal_that_lacks_a_trial_is_not_resumed(searched, rows, tmp_path):
    shutil.copytree(searched, tmp_path / "runs")
    journal = Study.open("mine", tmp_path / "runs").journal
    journal.append(EventKind.PROPOSED, trial=2, hyperparameters={})
    with pytest.raises(StudyError) as error:
        search(tmp_path / "runs", rows, ONE_TRIAL)
    assert str(error.value) == (
        f"journal {journal.path} lacks a trial before trial 2; restore the file from a copy"
    )


def test_a_custom_hypermodel_is_resumed_too(tmp_path, rows):
    settings = replace(SETTINGS, max_trials=2, folds=2)
    custom = CustomHyperModel()
    whole = search(tmp_path / "whole", rows, settings, hypermodel=custom)
    interrupt = ("trial", 1)
    tuner = search(tmp_path / "interrupted", rows, settings, interrupt, hypermodel=custom)
    assert [record.brief for record in tuner.study.read_trials()] == tuner.records
    assert read_trials(tuner.study) == read_trials(whole.study)


def test_a_finished_study_is_resumed_with_more_trials(tmp_path, rows):
    whole = search(tmp_path / "whole", rows, SETTINGS)
    search(tmp_path / "more", rows, replace(SETTINGS, max_trials=4))
    study = search(tmp_path / "more", rows, SETTINGS).study
    assert read_trials(study) == read_trials(whole.study)
    assert [event["max_trials"] for event in study.journal.read("begun")] == [4, 9]


def test_all_trials_are_kept_if_fewer_are_asked_for(tmp_path, rows):
    search(tmp_path, rows, replace(ONE_TRIAL, max_trials=4))
    assert len(search(tmp_path, rows, replace(ONE_TRIAL, max_trials=2)).records) == 4


def test_no_more_trials_are_trained_than_are_asked_for_though_more_were_proposed(tmp_path, rows):
    whole = search(tmp_path / "whole", rows, SETTINGS)
    begin_search(tmp_path / "cut", rows, SETTINGS, ("proposed", 9))
    fewer = search(tmp_path / "cut", rows, replace(SETTINGS, max_trials=4))
    assert sorted(record.trial for record in fewer.records) == [0, 1, 2, 3]
    assert read_trials(search(tmp_path / "cut", rows, SETTINGS).study) == read_trials(whole.study)


@pytest.mark.parametrize(
    ("change", "difference"),
    [
        ({"seed": 4}, "--seed is 3 there and 4 here"),
        ({"folds": 4}, "--folds is 2 there and 4 here"),
        ({"objective": "accuracy"}, "--objective is cross_entropy there and accuracy here"),
        ({"epochs": 3, "oracle": "grid"}, "--epochs is 1 there and 3 here; --oracle is random"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_other_settings_are_refused_by_name(searched, rows, change, difference):
    with pytest.raises(StudyError) as error:
        search(searched, rows, replace(ONE_TRIAL, **change))
    assert difference in str(error.value)


def test_other_rows_and_another_space_are_refused(searched, rows):
    with pytest.raises(StudyError, match="the data are not the same"):
        search(searched, (rows[0] + 1, rows[1]), ONE_TRIAL)
    with pytest.raises(StudyError, match="space is MLPHyperModel there and CustomHyperModel"):
        search(searched, rows, ONE_TRIAL, hypermodel=CustomHyperModel())


def test_a_study_that_another_process_searches_is_refused(searched, rows):
    study = search(searched, rows, ONE_TRIAL).study
    with study.lock_search(), pytest.raises(StudyError) as error:
        search(searched, rows, ONE_TRIAL)
    assert str(error.value).startswith("study mine is being searched by process ")
    search(searched, rows, ONE_TRIAL)  # the lock is free again


def test_a_custom_oracle_cannot_resume_a_study(searched, rows):
    stock = keras_tuner.oracles.RandomSearchOracle(
        objective=keras_tuner.Objective("cross_entropy", "min"), max_trials=2, seed=1
    )
    tuner = FoldTuner(make_mlp(epochs=1), ONE_TRIAL, oracle=stock, directory=searched)
    with pytest.raises(StudyError, match="a custom oracle cannot resume a study that has trials"):
        tuner.search(*rows, study="mine")
