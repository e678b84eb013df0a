"""Rules against plain ones that look at one sample at a time."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuner.analysis.picking_rules import pick_best, pick_smallest

RULES = (pick_best, pick_smallest)


def picked(rule, losses, parameters, weights=None):
    weights = np.ones(losses.shape[1]) if weights is None else weights
    (trial,) = rule(losses, weights[:, None], np.asarray(parameters))
    return trial


def plain_best(losses, parameters):
    return min(range(len(losses)), key=lambda trial: (losses[trial].mean(), parameters[trial]))


def plain_smallest(losses, parameters):
    best = losses[plain_best(losses, parameters)]
    close = []
    for trial, own in enumerate(losses):
        differences = own - best
        if differences.mean() <= differences.std(ddof=1) / np.sqrt(len(best)):
            close.append(trial)
    fewest = min(parameters[trial] for trial in close)
    same = [trial for trial, size in enumerate(parameters) if size == fewest]
    return min(same, key=lambda trial: losses[trial].mean())


@given(seed=st.integers(0, 10**6), trials=st.integers(1, 8), rows=st.integers(5, 40))
def test_many_samples_at_once_are_picked_as_one_by_one(seed, trials, rows):
    draw = np.random.default_rng(seed)
    losses = draw.normal(size=(trials, rows)) + draw.normal(scale=0.2, size=(trials, 1))
    parameters = draw.integers(1, 5, size=trials)
    drawn = draw.integers(rows, size=(6, rows))
    counts = np.stack([np.bincount(each, minlength=rows) for each in drawn], axis=1).astype(float)
    for rule, plain in ((pick_best, plain_best), (pick_smallest, plain_smallest)):
        expected = [plain(losses[:, each], parameters) for each in drawn]
        assert rule(losses, counts, parameters).tolist() == expected


def test_the_best_is_the_least_mean_and_the_smaller_of_equals():
    losses = np.array([[1.0, 3.0], [1.0, 1.0], [2.0, 0.0]])
    assert picked(pick_best, losses, [5, 9, 7]) == 2


def test_the_smallest_is_within_one_paired_standard_error():
    rng = np.random.default_rng(0)
    common = rng.normal(size=400)
    losses = np.stack([common, common + 0.001 * rng.normal(size=400), common + 0.5])
    trial = picked(pick_smallest, losses, [1000, 100, 10])
    assert trial == 1  # as good as the first; the third is worse on every row alike


@pytest.mark.parametrize("rule", RULES)
def test_of_trials_that_are_alike_to_the_row_the_smaller_is_picked(rule):
    rng = np.random.default_rng(0)
    one = rng.exponential(size=1001)
    losses = np.repeat(one[None], 37, axis=0)  # so many that products are rounded differently
    parameters = rng.permutation(37) + 10
    assert picked(rule, losses, parameters) == parameters.argmin()


@pytest.mark.parametrize("rule", RULES)
def test_a_weight_of_two_is_a_row_that_stands_twice(rule):
    rng = np.random.default_rng(0)
    losses = rng.normal(size=(5, 30)) + np.arange(5)[:, None] / 10
    weights = rng.integers(0, 3, size=30).astype(float)
    repeated = np.repeat(losses, weights.astype(int), axis=1)
    parameters = np.arange(5, 0, -1)
    assert picked(rule, losses, parameters, weights) == picked(rule, repeated, parameters)
