"""Scores against scikit-learn's."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, balanced_accuracy_score, log_loss, roc_auc_score

from tests.helpers.problems import make_problem
from tuner.scoring import (
    OBJECTIVES,
    Truth,
    accuracy,
    balanced_accuracy,
    cross_entropy,
    roc_auc,
    score_objectives,
)
from tuner.training import average_curve
from tuner.training.result import compute_scores

PROBLEM = make_problem()
Y = PROBLEM.y[PROBLEM.rows]


@pytest.fixture
def predictions():
    return np.random.default_rng(0).dirichlet(np.ones(3), size=60)


def test_the_mean_over_rows_is_scikit_learns_score(predictions):
    assert cross_entropy(predictions, Y).mean() == pytest.approx(log_loss(Y, predictions))
    assert accuracy(predictions, Y).mean() == accuracy_score(Y, predictions.argmax(axis=1))


@given(seed=st.integers(0, 10**6), classes=st.integers(2, 5), levels=st.integers(2, 20))
def test_scores_of_all_rows_are_scikit_learns_ties_included(seed, classes, levels):
    draw = np.random.default_rng(seed)
    y = np.concatenate([np.arange(classes), draw.integers(classes, size=40)])
    probabilities = draw.integers(1, levels + 1, size=(len(y), classes)).astype(float)
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    scores = probabilities[:, 1] if classes == 2 else probabilities
    expected = roc_auc_score(y, scores, multi_class="ovr", average="macro")
    assert roc_auc(probabilities, y).mean() == pytest.approx(expected)
    expected = balanced_accuracy_score(y, probabilities.argmax(axis=1))
    assert balanced_accuracy(probabilities, y).mean() == pytest.approx(expected)


def delong_error(scores, positive):
    """The standard error of DeLong et al. 1988, equations 4 to 6, pair by pair."""
    x, y = scores[positive], scores[~positive]
    wins = (x[:, None] > y[None, :]) + 0.5 * (x[:, None] == y[None, :])
    return np.sqrt(wins.mean(axis=1).var(ddof=1) / len(x) + wins.mean(axis=0).var(ddof=1) / len(y))


def test_the_error_of_an_area_is_delongs():
    rng = np.random.default_rng(0)
    y = (rng.random(600) < 0.3).astype(int)
    score = np.round(1 / (1 + np.exp(-rng.normal(size=600) - y)), 2)
    values = roc_auc(np.stack([1 - score, score], axis=1), y)
    expected = delong_error(score, y == 1)
    assert values.std(ddof=1) / np.sqrt(600) == pytest.approx(expected, rel=0.01)


@pytest.mark.parametrize("name", ["balanced_accuracy", "roc_auc"])
def test_errors_are_the_spread_over_samples_of_rows(name):
    """Also for the mean over classes, whose curves share their rows."""
    rng, scores = np.random.default_rng(0), []
    for _ in range(400):
        y = rng.choice(3, size=200, p=[0.6, 0.3, 0.1])
        logits = np.eye(3)[y] + rng.normal(size=(200, 3))
        probabilities = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
        scores.append(score_objectives(probabilities, Truth(y))[name])
    means, errors = np.array(scores).T
    assert errors.mean() == pytest.approx(means.std(), rel=0.15)


def test_a_classifier_that_is_always_right_is_without_error():
    right = np.eye(3)[Y]
    for name in ("accuracy", "balanced_accuracy", "roc_auc"):
        assert score_objectives(right, Truth(Y))[name] == (1.0, 0.0)


@pytest.mark.parametrize("values", [balanced_accuracy, roc_auc])
def test_a_class_without_rows_does_not_count(values, predictions):
    wider = np.concatenate([predictions * 0.9, np.full((60, 1), 0.1)], axis=1)
    np.testing.assert_allclose(values(wider, Y), values(predictions, Y))


def test_rows_of_one_class_have_no_curve_and_the_score_is_left_out(predictions):
    one = np.zeros(60, int)
    assert np.isnan(roc_auc(predictions, one)).all()
    assert set(score_objectives(predictions, Truth(one))) == set(OBJECTIVES) - {"roc_auc"}


def test_a_row_that_is_wrong_with_certainty_has_a_finite_loss():
    loss = cross_entropy(np.array([[0.0, 1.0]], np.float32), np.array([0]))
    assert loss == pytest.approx(-np.log(1e-7))


def test_better_follows_the_direction():
    assert OBJECTIVES["cross_entropy"].is_better(0.1, than=0.2)
    assert OBJECTIVES["accuracy"].is_better(0.2, than=0.1)
    for objective in OBJECTIVES.values():
        assert objective.is_better(0.5, than=objective.worst)
        assert not objective.is_better(0.5, than=0.5)


def test_scores_are_over_rows_and_by_fold(predictions):
    scores = compute_scores(predictions, PROBLEM, OBJECTIVES["accuracy"])
    right = predictions.argmax(axis=1) == Y
    assert scores["score"] == scores["scores"]["accuracy"] == right.mean()
    assert scores["standard_error"] == pytest.approx(right.std(ddof=1) / np.sqrt(60))
    assert scores["fold_scores"] == tuple(right[fold.validation].mean() for fold in PROBLEM.folds)


@pytest.mark.parametrize("objective", OBJECTIVES.values(), ids=lambda each: each.name)
def test_a_folds_score_is_that_of_its_own_rows(objective, predictions):
    scores = compute_scores(predictions, PROBLEM, objective)
    for fold, score in zip(PROBLEM.folds, scores["fold_scores"], strict=True):
        alone = objective.row_values(predictions[fold.validation], Y[fold.validation])
        assert score == alone.mean()


def test_a_mean_curve_counts_every_row_once():
    assert average_curve([[0.0, 1.0], [3.0, 4.0]], [20, 10]) == [1.0, 2.0]
