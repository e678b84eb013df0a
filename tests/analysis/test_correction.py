"""The corrected score against a plain bootstrap, and on trials that are all alike."""

import numpy as np
import pytest

from tuner.analysis.correction import corrected_score, out_of_bag_losses
from tuner.analysis.rules import pick_best, pick_smallest
from tuner.training import OBJECTIVES

rng = np.random.default_rng(0)


def test_the_correction_is_the_mean_out_of_bag_score_of_a_plain_bootstrap():
    losses = rng.normal(size=(6, 50))
    direct = []
    draws = np.random.default_rng(99)
    for _ in range(3000):
        drawn = draws.integers(50, size=50)
        left = np.setdiff1d(np.arange(50), drawn)
        direct.append(losses[losses[:, drawn].mean(axis=1).argmin(), left].mean())
    corrected, interval = corrected_score(losses, np.arange(6), pick_best, seed=1)
    assert corrected == pytest.approx(np.mean(direct), abs=0.02)
    assert interval == pytest.approx(np.percentile(direct, [2.5, 97.5]), abs=0.08)


def test_noise_looks_better_than_chance_until_it_is_corrected():
    losses = rng.normal(size=(50, 200))  # fifty equally good trials, with mean 0
    assert losses.mean(axis=1).min() < -0.1
    corrected, (low, high) = corrected_score(losses, np.arange(50), pick_best, seed=0)
    assert corrected == pytest.approx(0.0, abs=0.08)
    assert low < 0 < high


@pytest.mark.parametrize("name", ["balanced_accuracy", "roc_auc"])
def test_scores_of_all_rows_are_corrected_too(name):
    """Guesses at the classes of 150 rows, of which the best seem to know something."""
    plain, corrected = [], []
    for _ in range(20):
        y = rng.choice(3, size=150, p=[0.6, 0.3, 0.1])
        guesses = rng.dirichlet(np.ones(3), size=(40, 150))
        losses = -np.stack([OBJECTIVES[name].row_values(each, y) for each in guesses])
        plain.append(-losses.mean(axis=1).min())
        corrected.append(-corrected_score(losses, np.arange(40), pick_best, seed=0)[0])
    chance = {"balanced_accuracy": 1 / 3, "roc_auc": 1 / 2}[name]
    assert np.mean(plain) > chance + 0.06
    assert np.mean(corrected) == pytest.approx(chance, abs=0.02)


def test_one_trial_needs_no_correction_and_has_an_interval():
    losses = rng.normal(size=(1, 400))
    corrected, (low, high) = corrected_score(losses, np.array([1]), pick_best, seed=0)
    assert corrected == losses.mean()
    assert low < corrected < high


def test_very_few_rows_can_be_corrected_too():
    losses = rng.normal(size=(3, 2))
    corrected, interval = corrected_score(losses, np.arange(3), pick_best, seed=0)
    assert np.isfinite([corrected, *interval]).all()


@pytest.mark.parametrize("rule", [pick_best, pick_smallest])
def test_the_seed_decides_the_bootstrap(rule):
    losses = rng.normal(size=(4, 30))
    scores = [out_of_bag_losses(losses, np.arange(4), rule, seed=seed) for seed in (0, 0, 1)]
    np.testing.assert_array_equal(scores[0], scores[1])
    assert (scores[0] != scores[2]).any()
