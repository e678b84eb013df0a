"""A temperature is found where there is one to find, and applied only where it pays."""

import numpy as np
import pytest

from tuner.analysis import average_out_of_fold, calibrate, calibrate_networks, pick_networks
from tuner.problem import Problem
from tuner.scoring import OBJECTIVES, Truth

ROWS, CLASSES = 3000, 4


def rows_with(temperature, rows=ROWS, seed=0):
    """Probabilities that are right, made surer or less sure: softmax(T log p)."""
    rng = np.random.default_rng(seed)
    logits = 2 * rng.normal(size=(rows, CLASSES))
    y = (logits + rng.gumbel(size=logits.shape)).argmax(axis=1)  # drawn by softmax(logits)
    powers = np.exp(temperature * logits)
    probabilities = powers / powers.sum(axis=1, keepdims=True)
    return probabilities.astype(np.float32), Truth(y), np.array_split(rng.permutation(rows), 5)


@pytest.mark.parametrize("temperature", [0.5, 2.0, 4.0])
def test_probabilities_that_are_too_sure_or_not_sure_enough_are_mended(temperature):
    probabilities, truth, folds = rows_with(temperature)
    found = calibrate(probabilities, truth, folds)
    assert found.applied
    assert found.temperature == pytest.approx(temperature, rel=0.1)
    assert found.after < found.before - 5 * found.standard_error


def test_the_fitted_temperature_has_the_lowest_cross_entropy():
    probabilities, truth, folds = rows_with(2.0)
    found = calibrate(probabilities, truth, folds)
    value = OBJECTIVES["cross_entropy"].row_values
    logits = np.log(probabilities.astype(float))

    def loss(temperature):
        powers = np.exp(logits / temperature)
        return value(powers / powers.sum(axis=1, keepdims=True), truth.y).mean()

    assert loss(found.fitted) <= min(loss(found.fitted * 1.02), loss(found.fitted / 1.02))


def test_rows_without_a_mistake_do_not_make_probabilities_certain():
    """Of 600 rows none is wrong; at the lowest temperature, 0.1, a mistake would cost 16."""
    rng = np.random.default_rng(0)
    y = rng.integers(0, 3, 600)
    probabilities = np.full((600, 3), 0.01)
    probabilities[np.arange(600), y] = 0.98
    found = calibrate(probabilities, Truth(y), np.array_split(np.arange(600), 5))
    powers = np.array([0.98, 0.01, 0.01]) ** (1 / found.fitted)
    assert powers[0] / powers.sum() == pytest.approx(601 / 602, abs=1e-4)


def test_a_highest_temperature_leaves_probabilities_that_are_too_sure():
    probabilities, truth, folds = rows_with(2.0, rows=300)
    found = calibrate(probabilities, truth, folds, highest=1.0)
    assert found.fitted == pytest.approx(1.0, abs=0.01)
    assert not found.applied


def test_right_probabilities_are_hardly_ever_touched():
    """By chance one standard error is passed by one of six; that is when it is applied."""
    applied = sum(calibrate(*rows_with(1.0, rows=300, seed=seed)).applied for seed in range(60))
    assert applied <= 15


def test_it_is_judged_on_rows_that_it_was_not_fitted_on():
    """A fold of its own kind: a temperature of the others makes it worse, its own makes it better.

    Fitted and judged on the same rows, any temperature lowers the cross-entropy.
    """
    sure, first, _ = rows_with(3.0, rows=200, seed=1)
    right, second, _ = rows_with(0.4, rows=200, seed=2)
    folds = [np.arange(200), np.arange(200, 400)]
    truth = Truth(np.concatenate([first.y, second.y]))
    found = calibrate(np.concatenate([sure, right]), truth, folds)
    assert found.after > found.before
    assert (found.applied, found.temperature) == (False, 1.0)
    assert found.fitted != pytest.approx(1.0, abs=0.01)


def test_a_row_that_is_wrong_with_certainty_does_not_break_it():
    probabilities, truth, folds = rows_with(1.0, rows=100)
    without = calibrate(probabilities, truth, folds)
    probabilities[0] = np.eye(CLASSES)[(truth.y[0] + 1) % CLASSES]
    found = calibrate(probabilities, truth, folds)
    assert np.isfinite([found.fitted, found.before, found.after, found.standard_error]).all()
    assert found.fitted > without.fitted


@pytest.mark.parametrize("name", ["best", "ensemble"])
def test_a_pick_is_calibrated_by_its_own_out_of_fold_probabilities(make_study, make_record, name):
    study = make_study()
    for trial in range(3):
        study.write_trial(make_record(trial), {})
    problem = Problem(np.zeros((60, 1)), np.arange(60) % 3, study.record.split.folds)
    picks = pick_networks(study, problem.truth)
    found = calibrate_networks(study, picks.list_members(name), problem.truth)
    assert found.before == pytest.approx(getattr(picks, name).scores["cross_entropy"], rel=1e-6)
    predicted, highest = average_out_of_fold(study, picks.list_members(name)), 10.0
    if any(member.networks > 1 for member in picks.list_members(name)):
        highest = 1.0  # their mean is less sure than their single prediction
    assert found == calibrate(predicted, problem.truth, problem.places, highest=highest)


def test_repeats_are_fitted_together_and_a_group_is_one_piece_of_evidence():
    probabilities, truth, folds = rows_with(2.0, rows=600)
    once = calibrate(probabilities, truth, folds)
    twice = calibrate(np.stack([probabilities, probabilities]), truth, folds)
    assert (twice.fitted, twice.after) == pytest.approx((once.fitted, once.after), rel=1e-3)
    assert twice.standard_error == pytest.approx(once.standard_error, rel=1e-3)
    copied = Truth(np.tile(truth.y, 2), groups=np.tile(np.arange(600), 2))
    grouped = calibrate(
        np.tile(probabilities, (2, 1)), copied, [np.concatenate([f, f + 600]) for f in folds]
    )
    assert grouped.standard_error == pytest.approx(once.standard_error, rel=1e-3)
