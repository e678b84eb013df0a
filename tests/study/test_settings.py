from typing import get_args

import numpy as np
import pytest

from tests.helpers.errors import read_error
from tuner.errors import UserError
from tuner.study import OracleName, SearchSettings


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"max_trials": 0}, "--max-trials: 0 is too small; give at least 1"),
        ({"folds": 1}, "--folds: 1 is too small; give at least 2"),
        ({"repeats": 0}, "--repeats: 0 is too small; give at least 1"),
        ({"epochs": 0}, "--epochs: 0 is too small; give at least 1"),
        ({"patience": 0}, "--patience: 0 is too small; give at least 1"),
        ({"repeats": 10**23}, f"--repeats: {10**23} is too large; give at most 1000"),
        ({"epochs": 10**23}, f"--epochs: {10**23} is too large; give at most 1000000"),
        ({"max_trials": "5"}, "--max-trials: expected a whole number, such as 3; received '5'"),
        ({"max_trials": 2.5}, "--max-trials: expected a whole number, such as 3; received 2.5"),
        ({"folds": True}, "--folds: expected a whole number, such as 3; received True"),
        ({"seed": None}, "--seed: expected a whole number, such as 3; received None"),
        ({"test_size": "a"}, "--test-size: expected a number, such as 0.5; received 'a'"),
        ({"max_seconds": "9"}, "--max-seconds: expected a number, such as 0.5; received '9'"),
        ({"racing": "no"}, "--racing: expected True or False; received 'no'"),
        ({"oracle": 3}, "--oracle: expected a text; received 3"),
        ({"threshold": 5}, "--threshold: expected a text; received 5"),
        ({"max_parameters": 0}, "--max-parameters: 0 is too small; give at least 1"),
        (
            {"max_row_microseconds": 0.0},
            "--max-row-microseconds: 0 is no time; give a number above 0",
        ),
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
            "--class-weight: there is no class weight equal; the only one is balanced",
        ),
    ],
)
def test_settings_out_of_range_are_refused(settings, message):
    assert read_error(lambda: SearchSettings(**settings), UserError) == message


def test_numbers_of_numpy_become_those_of_python():
    settings = SearchSettings(max_trials=np.int64(3), test_size=np.float32(0.5), racing=np.True_)
    values = settings.max_trials, settings.test_size, settings.racing
    assert values == (3, 0.5, True)
    assert [type(value) for value in values] == [int, float, bool]


def test_the_oracles_that_settings_know_are_those_that_there_are():
    from tuner.search import ORACLES

    assert set(get_args(OracleName)) == set(ORACLES)


def test_class_weights_are_kept_by_the_names_of_the_classes():
    assert SearchSettings(class_weight={1: 2, "b": 0.5}).class_weight == {"1": 2.0, "b": 0.5}
    labels = {False: 1, np.True_: 2, 3.0: 3, np.float32(0.5): 4}
    assert list(SearchSettings(class_weight=labels).class_weight) == ["false", "true", "3", "0.5"]
    for given, message in (
        ({"a": -1}, "--class-weight: -1 is no weight of class a; give a number from 0 to 1e.38"),
        ({"a": 1e300}, "--class-weight: 1e.300 is no weight of class a; give a number from 0 to"),
        ({"a": 10**400}, "--class-weight: 10{79} is no weight of class a; give a number from 0"),
        ("equal", "--class-weight: there is no class weight equal; the only one is balanced"),
    ):
        with pytest.raises(UserError, match=message):
            SearchSettings(class_weight=given)
