"""The threshold of two classes."""

import numpy as np
import pytest

from tuner.analysis import choose_threshold
from tuner.scoring import ThresholdRule, Truth, decide

CLASSES = ("good", "bad")


def draw(rows, rng):
    """Return calibrated probabilities of rows, and their classes."""
    second = rng.beta(1.2, 2.5, rows)
    return np.c_[1 - second, second], (rng.random(rows) < second).astype(np.int64)


def choose(probabilities, y, text, groups=None):
    folds = np.array_split(np.random.default_rng(1).permutation(len(y)), 5)
    rule = ThresholdRule.parse(text, CLASSES)
    truth = Truth(y, groups)
    return choose_threshold(probabilities, truth, folds, rule=rule, classes=CLASSES)


def score(text, y, predicted):
    cells = np.bincount(2 * y + predicted, minlength=4).astype(float)
    return ThresholdRule.parse(text, CLASSES).score(tuple(cells))


@pytest.mark.parametrize("text", ["accuracy", "balanced_accuracy", "f1=bad", "cost=good:1,bad:6"])
def test_no_other_threshold_has_a_better_score_on_all_rows(text):
    probabilities, y = draw(400, np.random.default_rng(0))
    threshold, _ = choose(probabilities, y, text)
    sign = ThresholdRule.parse(text, CLASSES).sign
    chosen = score(text, y, decide(probabilities, threshold.value))
    for limit in [0.0, *probabilities[:, 1], 1.0]:
        assert sign * chosen >= sign * score(text, y, decide(probabilities, limit)) - 1e-12


def test_costs_move_the_threshold_to_where_theory_has_it():
    probabilities, y = draw(60_000, np.random.default_rng(0))
    threshold, _ = choose(probabilities, y, "cost=good:1,bad:4")
    assert threshold.value == pytest.approx(1 / 5, abs=0.03)
    assert threshold.predicted == "bad"
    assert threshold.score < threshold.half - 5 * threshold.standard_error


def test_the_score_is_that_of_new_rows():
    rng = np.random.default_rng(0)
    told, true = [], []
    for _ in range(60):
        probabilities, y = draw(150, rng)
        threshold, _ = choose(probabilities, y, "f1=bad")
        new, new_y = draw(4_000, rng)
        told.append(threshold.score)
        true.append(score("f1=bad", new_y, decide(new, threshold.value)))
    error = np.std(told) / np.sqrt(len(told))
    assert abs(np.mean(told) - np.mean(true)) < 3 * error
    assert np.std(told) < 0.2  # the test can fail


def test_the_standard_error_is_that_of_draws():
    rng = np.random.default_rng(0)
    thresholds = [choose(*draw(400, rng), "balanced_accuracy")[0] for _ in range(150)]
    spread = np.std([t.score - t.half for t in thresholds])
    assert np.mean([t.standard_error for t in thresholds]) == pytest.approx(spread, rel=0.35)


def test_rows_of_a_group_are_one_observation():
    probabilities, y = draw(300, np.random.default_rng(0))
    once, _ = choose(probabilities, y, "cost=good:1,bad:4")
    groups = np.tile(np.arange(300), 4)
    copies = np.tile(probabilities, (4, 1)), np.tile(y, 4)
    rule = ThresholdRule.parse("cost=good:1,bad:4", CLASSES)
    folds = [np.flatnonzero(np.isin(groups, part)) for part in np.array_split(np.arange(300), 5)]
    grouped, _ = choose_threshold(
        copies[0], Truth(copies[1], groups), folds, rule=rule, classes=CLASSES
    )
    assert grouped.value == pytest.approx(once.value)
    assert grouped.standard_error == pytest.approx(once.standard_error, rel=0.3)


def test_of_equal_thresholds_that_nearest_to_a_half_is_chosen():
    probabilities = np.array([[0.9, 0.1], [0.8, 0.2], [0.2, 0.8], [0.1, 0.9]] * 5)
    threshold, predicted = choose(probabilities, np.array([0, 0, 1, 1] * 5), "accuracy")
    assert threshold.value == 0.5
    assert predicted.tolist() == [0, 0, 1, 1] * 5


def test_repeated_predictions_share_one_threshold():
    probabilities, y = draw(200, np.random.default_rng(0))
    twice, predicted = choose(np.stack([probabilities] * 2), y, "f1=bad")
    once, alone = choose(probabilities, y, "f1=bad")
    assert twice == once
    assert predicted.shape == (2, 200)
    assert (predicted == alone).all()
