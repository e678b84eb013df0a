"""Repeated cross-validation: a row is predicted in each repeat, and its value is their mean."""

from dataclasses import replace

import keras_tuner
import numpy as np
import pytest

from tests.helpers.problems import make_problem
from tests.helpers.spaces import SMALL, make_space
from tuner.folds import Splitter
from tuner.model.mlp import MLPHyperModel
from tuner.problem import Problem
from tuner.scoring import OBJECTIVES, compute_mean_and_error
from tuner.training import TRAINERS, Job, Plan
from tuner.training.result import compute_scores


def repeated(repeats=2):
    once = make_problem(rows=61)
    split = Splitter(3, 0.0, seed=0, repeats=repeats).split(once.y, classes="abc")
    return replace(once, folds=split.folds)


def train(trainer, problem, plan):
    hp = keras_tuner.HyperParameters()
    hp.values = {"depth": 1, "learning_rate": 0.1}
    network = MLPHyperModel(make_space(SMALL), features=4, classes=3, epochs=plan.epochs)
    (result,) = TRAINERS[trainer]().train([Job(0, hp)], network, problem=problem, plan=plan)
    assert result.status == "completed"
    return result


def random_probabilities(problem, repeats):
    rng = np.random.default_rng(0)
    return rng.dirichlet(np.ones(3), (repeats, len(problem.rows)))


def test_lanes_give_what_fit_gives(plan):
    problem = repeated()
    fit, lanes = (train(trainer, problem, plan) for trainer in ("fit", "lanes"))
    assert fit.probabilities.shape == (2, 61, 3)
    np.testing.assert_allclose(lanes.probabilities, fit.probabilities, atol=1e-4)
    for name, expected in fit.curves.items():
        assert len(expected) == 6
        np.testing.assert_allclose(lanes.curves[name], expected, rtol=1e-4, atol=1e-6)


def test_the_first_repeat_is_what_there_is_without_others():
    plan = Plan(epochs=3, patience=3)
    one, two = (train("lanes", repeated(repeats), plan) for repeats in (1, 2))
    assert one.probabilities.shape == (61, 3)
    assert two.curves["loss"][:3] == one.curves["loss"]
    if one.epoch == two.epoch:
        np.testing.assert_array_equal(two.probabilities[0], one.probabilities)
    assert abs(two.probabilities[0] - two.probabilities[1]).max() > 0.01


@pytest.mark.parametrize("name", OBJECTIVES)
def test_a_rows_value_is_the_mean_over_repeats(name):
    problem, of = repeated(3), OBJECTIVES[name].row_values
    probabilities = random_probabilities(problem, 3)
    y = problem.y[problem.rows]
    values = problem.truth.score_clusters(of, probabilities)
    np.testing.assert_allclose(values, np.mean([of(each, y) for each in probabilities], axis=0))
    assert len(values) == 61  # errors are over rows, not over repeats times rows
    scores = compute_scores(probabilities, problem, OBJECTIVES[name])
    assert (scores["score"], scores["standard_error"]) == compute_mean_and_error(values)


def test_a_folds_score_is_that_of_its_own_repeats_predictions():
    problem = repeated()
    probabilities = random_probabilities(problem, 2)
    found = compute_scores(probabilities, problem, OBJECTIVES["accuracy"])["fold_scores"]
    right = probabilities.argmax(axis=2) == problem.y
    expected = [
        right[repeat, fold.validation].mean()
        for repeat in (0, 1)
        for fold in problem.folds[3 * repeat : 3 * repeat + 3]
    ]
    assert found == pytest.approx(expected)


def test_what_folds_predict_is_put_where_its_rows_stand():
    problem = Problem(*[getattr(repeated(), name) for name in ("x", "y", "folds")])
    rows = [np.repeat(fold.validation[:, None], 2, axis=1) for fold in problem.folds]
    ordered = problem.order_by_row(rows)
    np.testing.assert_array_equal(ordered, np.tile(np.arange(61)[:, None], (2, 1, 2)))


def test_groups_and_repeats_go_together():
    once, groups = make_problem(rows=90), np.arange(90) // 5
    split = Splitter(3, 0.2, seed=0, repeats=3).split(once.y, classes="abc", groups=groups)
    problem = replace(once, folds=split.folds, groups=groups)
    cuts = {
        frozenset(frozenset(fold.validation.tolist()) for fold in split.folds[n : n + 3])
        for n in (0, 3, 6)
    }
    assert len(cuts) == 3
    values = problem.truth.score_clusters(
        OBJECTIVES["accuracy"].row_values, random_probabilities(problem, 3)
    )
    assert len(values) == len(np.unique(groups[split.train]))
