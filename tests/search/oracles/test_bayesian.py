"""KerasTuner's Gaussian process where scikit-learn was hidden while KerasTuner was imported."""

import math
import sys

import keras_tuner

from tests.helpers.oracles import (
    FINITE,
    ONE_RANGE,
    ask_many,
    drive,
    get_values,
    make_oracle,
    tell_score,
)
from tests.helpers.spaces import make_space


def test_it_suggests_although_keras_tuner_was_imported_without_scikit_learn(tmp_path, monkeypatch):
    bayesian = sys.modules[keras_tuner.oracles.BayesianOptimizationOracle.__module__]
    monkeypatch.setattr(bayesian, "sklearn", None)
    oracle = make_oracle("bayesian", make_space(ONE_RANGE), tmp_path)
    assert len(drive(oracle, 12)) == 12
    assert bayesian.sklearn is not None


def test_suggestions_have_texts_and_numbers_of_python(tmp_path):
    oracle = make_oracle("bayesian", make_space(FINITE), tmp_path)
    drive(oracle, 10)
    suggested = oracle.suggest(10)
    assert suggested is not None
    assert {type(value) for value in suggested.values()} <= {str, int, float, bool}


def test_it_suggests_the_upper_end_of_a_range(tmp_path):
    """KerasTuner makes more than the range has of it."""
    space = make_space(
        "[network]\ndepth = 1\nunits = { min = 8, max = 512, log = true }\n"
        "[sgd]\nlearning_rate = { min = 0.0001, max = 0.03, log = true }\n"
    )
    oracle = make_oracle("bayesian", space, tmp_path)
    while len(oracle.trials) < 12 and (cohort := ask_many(oracle, 12)):
        for job in cohort:
            values = job.hyperparameters.values
            tell_score(oracle, job.trial, -math.log(values["learning_rate"] * values["units"]))
    assert oracle.suggest(12) == {**get_values(oracle, 0), "units": 512, "learning_rate": 0.03}
