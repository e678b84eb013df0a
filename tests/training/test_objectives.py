"""Scores against scikit-learn's."""

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, log_loss

from tests.conftest import make_problem
from tuner.training import OBJECTIVES, accuracy, cross_entropy, mean_curve
from tuner.training.scores import scores_of

rng = np.random.default_rng(0)
PROBABILITIES = rng.dirichlet(np.ones(3), size=60)
PROBLEM = make_problem()
Y = PROBLEM.y[PROBLEM.rows]


def test_the_mean_over_rows_is_scikit_learns_score():
    assert cross_entropy(PROBABILITIES, Y).mean() == pytest.approx(log_loss(Y, PROBABILITIES))
    assert accuracy(PROBABILITIES, Y).mean() == accuracy_score(Y, PROBABILITIES.argmax(axis=1))


def test_a_row_that_is_wrong_with_certainty_has_a_finite_loss():
    loss = cross_entropy(np.array([[0.0, 1.0]], np.float32), np.array([0]))
    assert loss == pytest.approx(-np.log(1e-7))


def test_better_follows_the_direction():
    assert OBJECTIVES["cross_entropy"].better(0.1, than=0.2)
    assert OBJECTIVES["accuracy"].better(0.2, than=0.1)
    for objective in OBJECTIVES.values():
        assert objective.better(0.5, than=objective.worst)
        assert not objective.better(0.5, than=0.5)


def test_scores_are_over_rows_and_by_fold():
    scores = scores_of(PROBABILITIES, PROBLEM, OBJECTIVES["accuracy"])
    right = PROBABILITIES.argmax(axis=1) == Y
    assert scores["score"] == scores["scores"]["accuracy"] == right.mean()
    assert scores["standard_error"] == pytest.approx(right.std(ddof=1) / np.sqrt(60))
    assert scores["fold_scores"] == tuple(right[fold.validation].mean() for fold in PROBLEM.folds)


def test_a_mean_curve_counts_every_row_once():
    assert mean_curve([[0.0, 1.0], [3.0, 4.0]], [20, 10]) == [1.0, 2.0]
