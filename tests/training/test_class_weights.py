"""Balanced class weights act in training alone, by each fold's own rows, whoever trains."""

from dataclasses import replace

import keras_tuner
import numpy as np
import pytest
from sklearn.utils.class_weight import compute_class_weight

from tests.helpers.problems import make_problem, make_split
from tests.helpers.spaces import make_space
from tests.training.test_own_networks import Own
from tests.training.test_own_networks import jobs as own_jobs
from tuner.model.mlp import MLPHyperModel
from tuner.problem import Problem
from tuner.training import TRAINERS, FinalJob, Job, Plan

TEXT = '[network]\nunits = 8\n[regularizer]\nkind = "l2"\nstrength = 0.01\n'


@pytest.fixture
def rare():
    """97 rows, of which the classes have 70, 20 and 7; folds of unequal size."""
    rng = np.random.default_rng(0)
    y = rng.permutation(np.repeat([0, 1, 2], [70, 20, 7]))
    x = (rng.normal(size=(97, 4)) + 0.8 * np.eye(3, 4)[y]).astype(np.float32)
    split = make_split(y, classes="abc", folds=3, test_size=0.0, seed=0)
    return Problem(x, y, split.folds, np.ones(4, bool), class_weight="balanced")


def mlp(plan):
    return MLPHyperModel(make_space(TEXT), features=4, classes=3, epochs=plan.epochs)


def job():
    hp = keras_tuner.HyperParameters()
    hp.values = {}
    return Job(0, hp)


def train(trainer, model, problem, plan, given=None):
    (result,) = TRAINERS[trainer]().train(given or [job()], model, problem=problem, plan=plan)
    assert result.status == "completed"
    return result


def test_weights_are_scikit_learns_of_the_given_rows(rare):
    for fold in rare.folds:
        y = rare.y[fold.train]
        expected = compute_class_weight("balanced", classes=np.arange(3), y=y)
        weights = rare.compute_class_weights(fold.train)
        np.testing.assert_allclose(weights, expected, rtol=1e-6)
        assert weights[y].mean() == pytest.approx(1)


def test_a_class_without_rows_does_not_count(rare):
    rows = np.flatnonzero(rare.y != 2)
    weights = rare.compute_class_weights(rows)
    np.testing.assert_allclose(weights, [90 / (2 * 70), 90 / (2 * 20), 0], rtol=1e-6)


def test_without_them_no_row_is_weighed():
    problem = make_problem()
    assert problem.compute_class_weights(problem.rows) is None


@pytest.mark.parametrize("model", [mlp, lambda plan: Own()], ids=["mlp", "own network"])
def test_lanes_give_fits_curves(rare, plan, model):
    given = own_jobs() if model is not mlp else None
    fit, lanes = (train(t, model(plan), rare, plan, given) for t in ("fit", "lanes"))
    for name, expected in fit.curves.items():
        np.testing.assert_allclose(lanes.curves[name], expected, rtol=1e-3, atol=1e-5)
    np.testing.assert_allclose(lanes.probabilities, fit.probabilities, atol=1e-3)


@pytest.mark.parametrize("model", [mlp, lambda plan: Own()], ids=["mlp", "own network"])
def test_the_final_training_is_weighed_alike_by_both_trainers(rare, plan, model):
    given = job() if model is mlp else own_jobs()[0]
    rows = rare.fit_scaler(rare.rows).apply(rare.x)
    answers = {}
    for trainer in TRAINERS:
        for problem in (rare, replace(rare, class_weight=None)):
            (network,) = TRAINERS[trainer]().train_on_all_rows(
                [FinalJob(given, 3)], model(plan), problem=problem, plan=plan
            )
            answers[trainer, problem.class_weight] = network(rows, training=False).numpy()
    np.testing.assert_allclose(answers["lanes", "balanced"], answers["fit", "balanced"], atol=1e-3)
    assert abs(answers["fit", "balanced"] - answers["fit", None]).max() > 0.01


def test_rare_classes_become_more_probable_and_the_loss_is_that_of_the_rows(rare):
    plan = Plan(epochs=12, patience=12)
    weighed, plain = (
        train("lanes", mlp(plan), problem, plan)
        for problem in (rare, replace(rare, class_weight=None))
    )
    before, after = (each.probabilities[:, 2].mean() for each in (plain, weighed))
    assert after > 1.5 * before
    # weights move the network away from what the rows' own loss asks for
    assert np.mean(weighed.curves["loss"], axis=0)[-1] > np.mean(plain.curves["loss"], axis=0)[-1]
