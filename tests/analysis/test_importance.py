"""Importances of made functions, of which it is known what matters."""

import random
from dataclasses import replace

import numpy as np
import pytest
from optuna.distributions import FloatDistribution
from optuna.importance import PedAnovaImportanceEvaluator, get_param_importances
from optuna.study import create_study
from optuna.trial import create_trial

from tests.helpers.spaces import make_space
from tuner.analysis.importance import compute_importance
from tuner.study import TrialRecord
from tuner.training import TrialResult

SPACE = make_space("""
[network]
depth = { min = 0, max = 4 }
units = { min = 8, max = 128, step = 2, log = true }
activation = "relu"
[regularizer]
kind = ["none", "l2", "max_norm"]
strength = { min = 1e-6, max = 1e-2, log = true }
radius = { min = 0.5, max = 5.0 }
[sgd]
learning_rate = { min = 0.001, max = 1.0, log = true }
batch_size = [32, 128]
schedule = ["constant", "cosine"]
""")


def made(score_of, count=60, seed=0, space=SPACE):
    """Trials drawn from a space, and scored by a function of their hyperparameters."""
    draws = random.Random(seed)
    records = []
    for trial in range(count):
        values = space.sample(draws)
        result = TrialResult(trial, "completed", score=float(score_of(values)), parameters=10)
        records.append(TrialRecord(trial, values, {}, result))
    return records


def off_rate(values):
    return abs(np.log10(values["learning_rate"]) + 1.5)


def changed(record, **fields):
    return replace(record, result=replace(record.result, **fields))


def test_what_decides_the_score_has_the_largest_share():
    noise = np.random.default_rng(0)
    records = made(lambda values: off_rate(values) + 0.1 * noise.normal())
    found = compute_importance(records, SPACE, maximise=False)
    assert next(iter(found.shares)) == "learning_rate"
    assert found.shares["learning_rate"] > 0.6
    assert found.above_chance[0] == "learning_rate"
    assert sum(found.shares.values()) == pytest.approx(1)
    assert list(found.shares.values()) == sorted(found.shares.values(), reverse=True)
    assert (found.trials, found.reason) == (60, "")
    assert "activation" not in found.shares  # fixed


def test_two_that_matter_stand_before_those_that_do_not():
    records = made(lambda values: off_rate(values) + 0.5 * abs(values["depth"] - 2), count=150)
    found = compute_importance(records, SPACE, maximise=False)
    assert set(list(found.shares)[:2]) == {"learning_rate", "depth"}
    assert set(found.above_chance[:2]) == {"learning_rate", "depth"}


def test_one_that_acts_in_some_trials_only_counts_there():
    def score(values):
        return abs(np.log10(values["strength"]) + 4) if "strength" in values else 2.0

    found = compute_importance(made(score, count=150), SPACE, maximise=False)
    assert set(list(found.shares)[:2]) == {"strength", "kind"}


def test_more_is_better_where_the_objective_says_so():
    records = made(off_rate)
    turned = [changed(record, score=-record.result.score) for record in records]
    least = compute_importance(records, SPACE, maximise=False)
    assert compute_importance(turned, SPACE, maximise=True) == least


def test_nothing_is_above_chance_where_all_is_chance():
    found = 0
    for seed in range(8):
        noise = np.random.default_rng(seed)
        records = made(lambda values, noise=noise: noise.normal(), count=30, seed=seed)
        above = compute_importance(records, SPACE, maximise=False).above_chance
        found += bool(above)
    assert found <= 2  # of 8 studies of eight hyperparameters, at 5 % a study


def test_it_is_optunas():
    text = """
    [sgd]
    learning_rate = { min = 0.001, max = 1.0, log = true }
    momentum = { min = 0.1, max = 0.9 }
    """
    space = make_space(text)
    records = made(off_rate, space=space)
    distributions = {
        "learning_rate": FloatDistribution(0.001, 1.0, log=True),
        "momentum": FloatDistribution(0.1, 0.9),
    }
    study = create_study()
    for record in records:
        params = {name: record.hyperparameters[name] for name in distributions}
        study.add_trial(
            create_trial(value=record.result.score, params=params, distributions=distributions)
        )
    evaluator = PedAnovaImportanceEvaluator(target_quantile=0.25)
    expected = get_param_importances(study, evaluator=evaluator)
    assert compute_importance(records, space, maximise=False).shares == pytest.approx(expected)


def test_pruned_trials_count_as_what_they_had_and_failed_ones_do_not():
    records = made(off_rate)
    failed = TrialRecord(
        60, records[0].hyperparameters, {}, TrialResult.from_failure(60, "raised", "it broke")
    )
    bad = max(range(60), key=lambda trial: records[trial].result.score)
    pruned = [*records[:bad], changed(records[bad], status="pruned"), *records[bad + 1 :]]
    expected = compute_importance(records, SPACE, maximise=False)
    assert compute_importance([failed, *pruned], SPACE, maximise=False) == expected


def test_without_a_space_the_trials_show_what_may_be():
    found = compute_importance(made(off_rate), None, maximise=False)
    assert next(iter(found.shares)) == "learning_rate"
    assert "activation" not in found.shares


@pytest.mark.parametrize(
    ("records", "reason"),
    [
        (made(off_rate, 9), "only 9 trials were completed, and at least 10 are needed"),
        (made(off_rate, 1), "only 1 trial was completed, and at least 10 are needed"),
        ([], "only 0 trials were completed, and at least 10 are needed"),
        (made(lambda values: 1.0), "all trials have the same score"),
    ],
)
def test_where_nothing_can_be_told_it_says_why(records, reason):
    found = compute_importance(records, SPACE, maximise=False)
    assert (found.shares, found.above_chance, found.reason) == ({}, (), reason)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[sgd]\nlearning_rate = { min = 0.1, max = 0.5 }", "only learning_rate varies"),
        ("[sgd]\nlearning_rate = 0.1", "nothing varies"),
    ],
)
def test_one_hyperparameter_has_nothing_to_share(text, reason):
    space = make_space(text)
    found = compute_importance(made(off_rate, space=space), space, maximise=False)
    assert (found.shares, found.reason) == ({}, reason)
