"""Scores against scikit-learn, plain loops and slow bootstraps."""

import numpy as np
import pytest
from sklearn.metrics import balanced_accuracy_score, brier_score_loss, log_loss, roc_auc_score

from tuner.analysis.scores import SCORES, compute_brier, compute_calibration_error, score_rows
from tuner.scoring import Truth


def made(rows, classes=3, sharpness=1.5):
    """Probabilities that are too sure of themselves."""
    rng = np.random.default_rng(0)
    y = rng.integers(classes, size=rows)
    logits = np.eye(classes)[y] + rng.normal(size=(rows, classes))
    logits *= sharpness
    return np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True), y


def plain_calibration_error(probabilities, y):
    confidences, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == y
    error = 0.0
    for number in range(15):
        inside = (confidences > number / 15) & (confidences <= (number + 1) / 15)
        if inside.any():
            gap = abs(right[inside].mean() - confidences[inside].mean())
            error += inside.mean() * gap
    return error


def test_scores_are_those_of_scikit_learn():
    probabilities, y = made(300)
    scores = {name: score.value for name, score in score_rows(probabilities, Truth(y)).items()}
    top = probabilities.argmax(axis=1)
    assert scores["cross_entropy"] == pytest.approx(log_loss(y, probabilities))
    assert scores["accuracy"] == (top == y).mean()
    assert scores["balanced_accuracy"] == pytest.approx(balanced_accuracy_score(y, top))
    assert scores["roc_auc"] == pytest.approx(roc_auc_score(y, probabilities, multi_class="ovr"))


def test_briers_score_is_the_sum_over_classes():
    probabilities, y = made(50)
    expected = [
        sum((p - (number == truth)) ** 2 for number, p in enumerate(row))
        for row, truth in zip(probabilities, y, strict=True)
    ]
    np.testing.assert_allclose(compute_brier(probabilities, y), expected)
    probabilities, y = made(50, classes=2)
    assert compute_brier(probabilities, y).mean() == pytest.approx(
        2 * brier_score_loss(y, probabilities[:, 1])
    )


@pytest.mark.parametrize("classes", [2, 3, 20])
def test_the_calibration_error_is_the_mean_gap_of_fifteen_bins(classes):
    probabilities, y = made(500, classes)
    expected = plain_calibration_error(probabilities, y)
    assert compute_calibration_error(probabilities, y).mean() == pytest.approx(expected)


def test_certainty_is_in_the_last_bin():
    probabilities = np.array([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    values = compute_calibration_error(probabilities, np.array([0, 1, 1]))
    assert values.mean() == pytest.approx(1 / 3)


@pytest.mark.parametrize("name", SCORES)
def test_standard_errors_are_those_of_a_slow_bootstrap(name):
    rng = np.random.default_rng(0)
    probabilities, y = made(400)
    again = []
    for _ in range(300):
        drawn = rng.integers(400, size=400)
        again.append(score_rows(probabilities[drawn], Truth(y[drawn]))[name].value)
    error = score_rows(probabilities, Truth(y))[name].standard_error
    assert error == pytest.approx(np.std(again), rel=0.2)


def test_what_rows_do_not_define_is_nan():
    probabilities, _ = made(20)
    scores = score_rows(probabilities, Truth(np.ones(20, int)))
    assert np.isnan([scores["roc_auc"].value, scores["roc_auc"].standard_error]).all()
    assert np.isfinite(scores["brier"].value)


def test_probabilities_are_left_as_they_are():
    probabilities, y = made(20)
    before = probabilities.copy()
    score_rows(probabilities, Truth(y))
    np.testing.assert_array_equal(probabilities, before)
