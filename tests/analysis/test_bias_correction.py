"""Scores of what was chosen against a plain bootstrap, and on trials that are all alike."""

import numpy as np
import pytest

from tuner.analysis.bias_correction import OutOfBag, evaluate_out_of_bag, make_procedure
from tuner.analysis.picking_rules import pick_best, pick_smallest
from tuner.scoring import OBJECTIVES


def corrected(losses, rule=pick_best, seed=0):
    return evaluate_out_of_bag(
        make_procedure(rule, losses, np.arange(len(losses)), losses), losses.shape[1], seed=seed
    )


def test_the_score_is_the_mean_out_of_bag_score_of_a_plain_bootstrap():
    rng = np.random.default_rng(0)
    losses = rng.normal(size=(6, 50))
    direct = []
    draws = np.random.default_rng(99)
    for _ in range(3000):
        drawn = draws.integers(50, size=50)
        left = np.setdiff1d(np.arange(50), drawn)
        direct.append(losses[losses[:, drawn].mean(axis=1).argmin(), left].mean())
    found = corrected(losses, seed=1)
    assert found.score == pytest.approx(np.mean(direct), abs=0.03)
    low, high = np.percentile(direct, [2.5, 97.5])  # of 37 % of the rows: wider by a third
    assert low < found.interval[0] < found.score < found.interval[1] < high


def test_a_row_is_judged_by_the_samples_that_left_it_out():
    rng = np.random.default_rng(0)
    losses = rng.normal(size=(4, 30))
    found = corrected(losses)
    left_out = np.isfinite(found.values)
    assert left_out.mean() == pytest.approx(np.exp(-1), abs=0.03)
    for row, values in enumerate(found.values.T):
        assert set(values[left_out[:, row]]) <= set(losses[:, row].astype(np.float32))
        assert found.by_cluster[row] == pytest.approx(values[left_out[:, row]].mean())


def test_noise_looks_better_than_chance_until_it_is_corrected():
    rng = np.random.default_rng(0)
    losses = rng.normal(size=(50, 200))  # fifty equally good trials, with mean 0
    assert losses.mean(axis=1).min() < -0.1
    found = corrected(losses)
    assert found.score == pytest.approx(0.0, abs=0.08)
    assert found.interval[0] < 0 < found.interval[1]


@pytest.mark.parametrize("trials", [2, 10, 50])
def test_the_standard_error_is_never_too_small(trials):
    """Of trials that are alike, the scores of 300 studies spread by no more than it says."""
    draws = np.random.default_rng(trials)
    found = [corrected(draws.normal(size=(trials, 60))) for _ in range(300)]
    spread = np.std([each.score for each in found])
    errors = [each.standard_error for each in found]
    assert 0.6 * np.mean(errors) < spread < 1.05 * np.mean(errors)


@pytest.mark.parametrize("name", ["balanced_accuracy", "roc_auc"])
def test_scores_of_all_rows_are_corrected_too(name):
    """Guesses at the classes of 150 rows, of which the best seem to know something."""
    rng = np.random.default_rng(0)
    plain, scores = [], []
    for _ in range(20):
        y = rng.choice(3, size=150, p=[0.6, 0.3, 0.1])
        guesses = rng.dirichlet(np.ones(3), size=(40, 150))
        losses = -np.stack([OBJECTIVES[name].row_values(each, y) for each in guesses])
        plain.append(-losses.mean(axis=1).min())
        scores.append(-corrected(losses).score)
    chance = {"balanced_accuracy": 1 / 3, "roc_auc": 1 / 2}[name]
    assert np.mean(plain) > chance + 0.06
    assert np.mean(scores) == pytest.approx(chance, abs=0.02)


def test_where_nothing_was_chosen_it_is_the_plain_score():
    rng = np.random.default_rng(0)
    losses = rng.normal(size=(1, 400))
    for found in (corrected(losses), OutOfBag.from_values(losses[0])):
        assert found.score == pytest.approx(losses.mean(), abs=1e-6)
        assert found.standard_error == pytest.approx(losses.std(ddof=1) / 20, rel=1e-6)
    low, high = corrected(losses).interval
    assert low < losses.mean() < high


def test_the_interval_is_that_of_students_t():
    losses = np.random.default_rng(0).normal(size=(1, 11))
    found = corrected(losses)
    margin = 2.228139 * losses.std(ddof=1) / np.sqrt(11)  # 10 degrees of freedom
    assert found.interval == pytest.approx((losses.mean() - margin, losses.mean() + margin))


def test_chance_in_training_widens_errors_and_intervals():
    rng = np.random.default_rng(0)
    first, second = rng.normal(size=(2, 50))
    plain, other = (corrected(values[np.newaxis]) for values in (first, second))
    trained = plain.with_training(3.0, first)
    assert trained.standard_error == pytest.approx(2 * plain.standard_error)
    assert np.diff(trained.interval) == pytest.approx(2 * np.diff(plain.interval))
    assert trained.score == plain.score
    kept = trained.add(np.ones(50)) - other.with_training(1.0, second)
    assert kept.training == pytest.approx(3 * plain.standard_error**2 + other.standard_error**2)
    chosen = corrected(rng.normal(size=(3, 50))).with_training(3.0, first)  # among others
    assert chosen.training == trained.training


def test_differences_are_paired():
    """Two choices of the same trials differ by nothing, however hard the rows are."""
    rng = np.random.default_rng(0)
    losses = rng.normal(size=(5, 80)) + 10 * rng.normal(size=80)
    assert (corrected(losses) - corrected(losses)).standard_error == 0
    shifted = corrected(losses + 0.5) - corrected(losses)
    assert shifted.score == pytest.approx(0.5, abs=1e-5)
    assert shifted.standard_error < 1e-6


def test_what_chooses_may_be_judged_by_other_values():
    rng = np.random.default_rng(0)
    losses, judged = rng.normal(size=(4, 30)), rng.normal(size=(4, 30))
    found = evaluate_out_of_bag(make_procedure(pick_best, losses, np.arange(4), judged), 30, seed=0)
    own = corrected(losses)
    for mine, its in zip(found.values, own.values, strict=True):
        (row, *_) = np.flatnonzero(np.isfinite(mine))
        trial = int(np.flatnonzero(losses[:, row].astype(np.float32) == its[row])[0])
        left = np.isfinite(mine)
        np.testing.assert_array_equal(mine[left], judged[trial, left].astype(np.float32))


def test_very_few_rows_can_be_corrected_too():
    rng = np.random.default_rng(0)
    found = corrected(rng.normal(size=(3, 2)))
    assert np.isfinite([found.score, found.standard_error, *found.interval]).all()


@pytest.mark.parametrize("rule", [pick_best, pick_smallest])
def test_the_seed_and_the_rows_decide_the_samples(rule):
    rng = np.random.default_rng(0)
    losses = rng.normal(size=(4, 30))
    first, again, other = (corrected(losses, rule, seed).values for seed in (0, 0, 1))
    np.testing.assert_array_equal(first, again)
    assert (np.isnan(first) != np.isnan(other)).any()
    fewer = corrected(losses[:2], rule).values  # of another number of trials
    np.testing.assert_array_equal(np.isnan(first), np.isnan(fewer))
