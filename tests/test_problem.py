"""Rows and folds: class weights, and the order of out-of-fold predictions."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.utils.class_weight import compute_class_weight

from tests.helpers.problems import make_problem, make_rare_problem, make_repeated_problem
from tuner.folds import Splitter
from tuner.problem import Problem
from tuner.scoring import OBJECTIVES


def test_class_weights_are_scikit_learns_of_the_given_rows():
    problem = make_rare_problem()
    for fold in problem.folds:
        y = problem.y[fold.train]
        expected = compute_class_weight("balanced", classes=np.arange(3), y=y)
        weights = problem.compute_class_weights(fold.train)
        np.testing.assert_allclose(weights, expected, rtol=1e-6)
        assert weights[y].mean() == pytest.approx(1)


def test_a_class_without_rows_does_not_count():
    problem = make_rare_problem()
    weights = problem.compute_class_weights(np.flatnonzero(problem.y != 2))
    np.testing.assert_allclose(weights, [90 / (2 * 70), 90 / (2 * 20), 0], rtol=1e-6)


def test_without_class_weights_all_rows_weigh_the_same():
    problem = make_problem()
    assert problem.compute_class_weights(problem.rows) is None


def test_predictions_of_folds_are_put_in_the_order_of_rows():
    repeated = make_repeated_problem()
    problem = Problem(repeated.x, repeated.y, repeated.folds)
    rows = [np.repeat(fold.validation[:, None], 2, axis=1) for fold in problem.folds]
    ordered = problem.order_by_row(rows)
    np.testing.assert_array_equal(ordered, np.tile(np.arange(61)[:, None], (2, 1, 2)))


def test_groups_and_repeats_go_together():
    once, groups = make_problem(rows=90), np.arange(90) // 5
    splitter = Splitter(3, 0.2, seed=0, repeats=3)
    split = splitter.split(once.y, classes=["a", "b", "c"], groups=groups)
    problem = replace(once, folds=split.folds, groups=groups)
    cuts = {
        frozenset(frozenset(fold.validation.tolist()) for fold in split.folds[n : n + 3])
        for n in (0, 3, 6)
    }
    assert len(cuts) == 3
    probabilities = np.random.default_rng(0).dirichlet(np.ones(3), (3, len(problem.rows)))
    values = problem.truth.score_clusters(OBJECTIVES["accuracy"].row_values, probabilities)
    assert len(values) == len(np.unique(groups[split.train]))
