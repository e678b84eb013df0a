"""KerasTuner's Gaussian process where scikit-learn was hidden while KerasTuner was imported."""

import sys

import keras_tuner

from tests.helpers.oracles import ONE_RANGE, drive, make_oracle
from tests.helpers.spaces import make_space


def test_it_suggests_although_keras_tuner_was_imported_without_scikit_learn(tmp_path, monkeypatch):
    bayesian = sys.modules[keras_tuner.oracles.BayesianOptimizationOracle.__module__]
    monkeypatch.setattr(bayesian, "sklearn", None)
    oracle = make_oracle("bayesian", make_space(ONE_RANGE), tmp_path)
    assert len(drive(oracle, 12)) == 12
    assert bayesian.sklearn is not None
