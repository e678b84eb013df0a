"""KerasTuner's Gaussian process where scikit-learn was hidden while KerasTuner was imported."""

import sys

import keras_tuner

from tests.helpers.oracles import FINITE, ONE_RANGE, drive, make_oracle
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
