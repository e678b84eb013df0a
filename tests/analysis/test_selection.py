import numpy as np
import pytest

from tuner.analysis import select
from tuner.analysis.selection import corrected_score, pick_best, pick_smallest
from tuner.errors import SearchFailed
from tuner.study import TrialRecord
from tuner.training import TrialResult

rng = np.random.default_rng(0)


def ones(losses):
    return np.ones(losses.shape[1])


def test_the_best_is_the_least_mean_and_the_smaller_of_equals():
    losses = np.array([[1.0, 3.0], [1.0, 1.0], [2.0, 0.0]])
    assert pick_best(losses, ones(losses), np.array([5, 9, 7])) == 2


def test_the_smallest_is_within_one_paired_standard_error():
    common = rng.normal(size=400)
    losses = np.stack([common, common + 0.001 * rng.normal(size=400), common + 0.5])
    parameters = np.array([1000, 100, 10])
    picked = pick_smallest(losses, ones(losses), parameters)
    assert picked == 1  # as good as the first; the third is worse on every row alike


def test_a_weight_of_two_is_a_row_that_stands_twice():
    losses = rng.normal(size=(5, 30)) + np.arange(5)[:, None] / 10
    weights = rng.integers(0, 3, size=30).astype(float)
    repeated = np.repeat(losses, weights.astype(int), axis=1)
    parameters = np.arange(5, 0, -1)
    for rule in (pick_best, pick_smallest):
        assert rule(losses, weights, parameters) == rule(repeated, ones(repeated), parameters)


def test_the_correction_is_the_mean_out_of_bag_score_of_a_plain_bootstrap():
    losses = rng.normal(size=(6, 50))
    parameters = np.arange(6)
    direct = []
    draws = np.random.default_rng(99)
    for _ in range(3000):
        drawn = draws.integers(50, size=50)
        left = np.setdiff1d(np.arange(50), drawn)
        direct.append(losses[losses[:, drawn].mean(axis=1).argmin(), left].mean())
    corrected = corrected_score(losses, parameters, pick_best, seed=1)
    assert corrected == pytest.approx(np.mean(direct), abs=0.02)


def test_noise_looks_better_than_chance_until_it_is_corrected():
    losses = rng.normal(size=(50, 200))  # fifty equally good trials, with mean 0
    assert losses.mean(axis=1).min() < -0.1
    corrected = corrected_score(losses, np.arange(50), pick_best, seed=0)
    assert corrected == pytest.approx(0.0, abs=0.08)


def test_one_trial_needs_no_correction():
    losses = rng.normal(size=(1, 400))
    corrected = corrected_score(losses, np.array([1]), pick_best, seed=0)
    assert corrected == losses.mean()


def test_very_few_rows_can_be_corrected_too():
    losses = rng.normal(size=(3, 2))
    assert np.isfinite(corrected_score(losses, np.arange(3), pick_best, seed=0))


@pytest.mark.parametrize("maximise", [False, True])
def test_a_study_names_its_best_and_its_smallest(make_record, maximise):
    sharp, blurred = make_record(0, noise=0.1, parameters=900), make_record(1, noise=3.0)
    failed = TrialRecord(2, {}, {}, TrialResult(2, "failed", "it diverged"))
    better = np.linspace(0, 1, 60)
    values = {0: better, 1: better + 0.3}
    selection = select([sharp, blurred, failed], values, maximise=maximise, seed=0)
    expected = 1 if maximise else 0
    assert selection.best.trial == selection.smallest.trial == expected
    record = [sharp, blurred][expected]
    assert selection.best.parameters == record.result.parameters
    assert selection.best.score == record.result.score
    assert selection.best.corrected_score == pytest.approx(values[expected].mean(), abs=0.02)


def test_a_study_in_which_all_failed_names_nothing():
    failed = TrialRecord(0, {}, {}, TrialResult(0, "failed", "it diverged"))
    with pytest.raises(SearchFailed) as error:
        select([failed], {}, maximise=False, seed=0)
    assert str(error.value) == "no trial was completed, so there is no network to pick"
