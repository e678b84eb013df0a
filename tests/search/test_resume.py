"""A search that was stopped goes on as if it had not been."""

from dataclasses import replace

import keras_tuner
import numpy as np
import pytest

from tests.helpers.problems import CLASSES, FEATURES, make_problem
from tests.helpers.spaces import SMALL, make_space
from tests.search.test_kfold_tuner import Own
from tuner.errors import StudyError
from tuner.model.mlp import MLPHyperModel
from tuner.search import ORACLES, KFoldTuner
from tuner.study import Listener, SearchSettings, Study

SETTINGS = SearchSettings(max_trials=9, folds=3, epochs=2, test_size=0.0, seed=3)


class Stop(Listener):
    """Stops a search at an event, as a kill does: nothing else is written."""

    def __init__(self, event, number):
        self.left = {event: number}

    def _count(self, event):
        if event in self.left:
            self.left[event] -= 1
            if self.left[event] == 0:
                raise KeyboardInterrupt

    def on_trial_begin(self, trial, hyperparameters):
        self._count("proposed")

    def on_trial_end(self, record):
        self._count("trial")


@pytest.fixture
def rows():
    problem = make_problem()
    return problem.x, np.array(["low", "mid", "top"])[problem.y]


def searched(folder, rows, settings, *stops, hypermodel=None):
    """Search, stopped again and again, and to the end; return the study and its trials."""
    for stop in [*stops, None]:
        space = make_space(SMALL)
        network = MLPHyperModel(space, features=FEATURES, classes=CLASSES, epochs=settings.epochs)
        listeners = [Stop(*stop)] if stop else []
        tuner = KFoldTuner(hypermodel or network, settings, directory=folder, listeners=listeners)
        try:
            tuner.search(*rows, study="mine")
        except KeyboardInterrupt:
            continue
    study = Study.open("mine", folder)
    trials = {
        record.trial: (record.hyperparameters, replace(record.result, seconds=0.0).to_dict())
        for record in study.read_trials()
    }
    assert trials == {
        record.trial: (record.hyperparameters, replace(record.result, seconds=0.0).to_dict())
        for record in tuner.records
    }
    assert len(trials) == len(list(study.read_trials()))
    return study, trials


@pytest.mark.parametrize("oracle", ORACLES)
def test_a_stopped_search_ends_as_one_that_was_not(tmp_path, rows, oracle):
    settings = replace(SETTINGS, oracle=oracle, max_trials=6, epochs=3)
    whole, expected = searched(tmp_path / "whole", rows, settings)
    stops = [("proposed", 2), ("trial", 1), ("trial", 3), ("proposed", 1)]
    study, trials = searched(tmp_path / "stopped", rows, settings, *stops)
    assert trials == expected
    assert len(trials) == 6
    assert len(list(study.journal.read("begun"))) == len(stops) + 1
    for trial in trials:
        np.testing.assert_array_equal(
            study.arrays.read_probabilities(trial), whole.arrays.read_probabilities(trial)
        )


def test_a_hypermodel_of_ones_own_goes_on_too(tmp_path, rows):
    settings = replace(SETTINGS, max_trials=3)
    _, expected = searched(tmp_path / "whole", rows, settings, hypermodel=Own())
    stops = [("proposed", 1), ("trial", 1)]
    _, trials = searched(tmp_path / "stopped", rows, settings, *stops, hypermodel=Own())
    assert trials == expected


def test_a_finished_study_goes_on_where_more_is_asked_for(tmp_path, rows):
    _, expected = searched(tmp_path / "whole", rows, SETTINGS)
    searched(tmp_path / "more", rows, replace(SETTINGS, max_trials=4))
    study, trials = searched(tmp_path / "more", rows, SETTINGS)
    assert trials == expected
    begun = [event["max_trials"] for event in study.journal.read("begun")]
    assert begun == [4, 9]


def test_fewer_trials_than_there_are_are_all_kept(tmp_path, rows):
    searched(tmp_path, rows, replace(SETTINGS, max_trials=4))
    _, trials = searched(tmp_path, rows, replace(SETTINGS, max_trials=2))
    assert len(trials) == 4


@pytest.mark.parametrize(
    ("change", "difference"),
    [
        ({"seed": 4}, "--seed is 3 there and 4 here"),
        ({"folds": 4}, "--folds is 3 there and 4 here"),
        ({"objective": "accuracy"}, "--objective is cross_entropy there and accuracy here"),
        ({"epochs": 3, "oracle": "grid"}, "--epochs is 2 there and 3 here; --oracle is random"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_other_settings_are_refused_by_name(tmp_path, rows, change, difference):
    few = replace(SETTINGS, max_trials=1)
    searched(tmp_path, rows, few)
    with pytest.raises(StudyError) as error:
        searched(tmp_path, rows, replace(few, **change))
    assert difference in str(error.value)
    assert "give what the study began with, --study another name, or --overwrite" in str(
        error.value
    )


def test_other_rows_and_another_space_are_refused(tmp_path, rows):
    few = replace(SETTINGS, max_trials=1)
    searched(tmp_path, rows, few)
    with pytest.raises(StudyError, match="differs: the data are not the same; give"):
        searched(tmp_path, (rows[0] + 1, rows[1]), few)
    with pytest.raises(StudyError, match="the space MLPHyperModel is not the same"):
        searched(tmp_path, rows, few, hypermodel=Own())


def test_a_study_that_is_being_searched_is_refused(tmp_path, rows):
    few = replace(SETTINGS, max_trials=1)
    study, _ = searched(tmp_path, rows, few)
    with study.lock_search(), pytest.raises(StudyError) as error:
        searched(tmp_path, rows, few)
    assert str(error.value).startswith("study mine is being searched by process ")
    searched(tmp_path, rows, few)  # and not afterwards


def test_an_oracle_of_ones_own_cannot_go_on(tmp_path, rows):
    searched(tmp_path, rows, replace(SETTINGS, max_trials=1), hypermodel=Own())
    stock = keras_tuner.oracles.RandomSearchOracle(
        objective=keras_tuner.Objective("cross_entropy", "min"), max_trials=2, seed=1
    )
    tuner = KFoldTuner(Own(), replace(SETTINGS, max_trials=1), oracle=stock, directory=tmp_path)
    with pytest.raises(StudyError, match="give the study another name"):
        tuner.search(*rows, study="mine")
