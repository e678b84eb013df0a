"""Oracles that learn from results; a new one enters by its line in ORACLES."""

import math

import numpy as np
import pytest

from tests.helpers.oracles import ONE_RANGE, ask_many, drive, make_oracle, score, tell_score
from tests.helpers.spaces import make_space
from tuner.search.oracles import ORACLES
from tuner.search.oracles.model_based import COHORT, ModelBasedOracle

MODEL_BASED = [name for name, oracle in ORACLES.items() if issubclass(oracle, ModelBasedOracle)]
FIRST = next(make_space(ONE_RANGE).list_configurations(grid=True))


@pytest.fixture(params=MODEL_BASED)
def name(request):
    return request.param


@pytest.fixture
def make(tmp_path):
    return lambda name, max_trials: make_oracle(
        name, make_space(ONE_RANGE), tmp_path, max_trials=max_trials
    )


def test_a_model_finds_the_better_part_of_a_space(make, name):
    scores = {
        asked: [score(values) for values, _ in drive(make(asked, 16), 16)]
        for asked in ("random", name)
    }
    assert scores["random"][:COHORT] == scores[name][:COHORT]
    assert np.mean(scores[name][8:]) < 0.5 * np.mean(scores["random"][8:])


@pytest.mark.parametrize("bad", [None, math.inf], ids=["failed", "infinite"])
def test_a_model_keeps_away_from_trials_without_a_finite_score(make, name, bad):
    oracle = make(name, 20)
    for number, rate in enumerate(np.geomspace(0.001, 1.0, 16)):
        oracle.recall(number, {**FIRST, "learning_rate": float(rate)})
        tell_score(oracle, oracle.ask().trial, bad if rate > 0.03 else 2.0 + number)
    rates = [job.hyperparameters.get("learning_rate") for job in ask_many(oracle, 4)]
    assert len(rates) == 4
    assert sum(rate > 0.03 for rate in rates) <= 1


def test_a_model_keeps_away_from_running_trials(make, name):
    oracle = make(name, 20)
    drive(oracle, 12)
    alone = oracle.suggest(15)
    for number in (12, 13, 14):
        oracle.recall(number, alone)
    ask_many(oracle, 3)
    beside = oracle.suggest(15)
    distance = np.log(beside["learning_rate"] / alone["learning_rate"])
    assert abs(distance) > 0.1
