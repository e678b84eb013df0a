"""Folds that grow: the first trains on a fraction of the last one's rows; some are not scored."""

from dataclasses import replace

import keras_tuner
import numpy as np
import pytest

from tests.helpers.problems import make_problem
from tests.helpers.spaces import make_space
from tests.training.test_own_networks import Own
from tests.training.test_own_networks import jobs as own_jobs
from tuner.folds import Splitter
from tuner.model.mlp import MLPHyperModel
from tuner.training import TRAINERS, FinalJob, Job
from tuner.training.lanes import LanesTrainer

KINDS = {
    "l2": 'kind = "l2"\nstrength = 0.01',
    "max_norm": 'kind = "max_norm"\nradius = 0.8',
}


def ordered(rows=97, folds=4):
    """Folds that train on 21, 40, 59 and 78 rows of 97."""
    problem = make_problem(rows=rows)
    order = np.random.default_rng(1).permutation(rows)
    split = Splitter(folds, 0.0, seed=0).split(problem.y, classes="abc", order=order)
    return replace(problem, folds=split.folds)


def train(trainer, model, problem, plan, given=None):
    trainer = TRAINERS[trainer]() if isinstance(trainer, str) else trainer
    hp = keras_tuner.HyperParameters()
    hp.values = {}
    jobs = given or [Job(0, hp)]
    (result,) = trainer.train(jobs, model, problem=problem, plan=plan)
    assert result.status == "completed"
    return result


def mlp(line, plan):
    text = f"[network]\nunits = 8\n[regularizer]\n{line}\n[sgd]\nbatch_size = 8\n"
    return MLPHyperModel(make_space(text), features=4, classes=3, epochs=plan.epochs)


def assert_parity(make, problem, plan, given=None, rtol=1e-4):
    fit, lanes = (train(trainer, make(), problem, plan, given) for trainer in ("fit", "lanes"))
    for name, expected in fit.curves.items():
        np.testing.assert_allclose(lanes.curves[name], expected, rtol=rtol, atol=1e-5)
    np.testing.assert_allclose(lanes.probabilities, fit.probabilities, atol=10 * rtol)


@pytest.mark.parametrize("line", KINDS.values(), ids=KINDS)
def test_lanes_of_few_steps_rest_while_others_train_on(plan, line):
    problem = ordered()
    assert [len(fold.train) for fold in problem.folds] == [21, 40, 59, 78]
    assert_parity(lambda: mlp(line, plan), problem, plan)


def test_own_networks_train_on_folds_that_grow(plan):
    assert_parity(Own, ordered(), plan, own_jobs(), rtol=1e-3)


def test_a_program_does_not_grow_with_the_steps_that_folds_differ_in(plan):
    sizes = []
    for rows in (97, 970):
        trainer = LanesTrainer()
        train(trainer, mlp(KINDS["l2"], plan), ordered(rows), plan)
        (program,) = trainer.programs.programs.values()
        sizes.append(len(program._traced.graph.as_graph_def().library.function))
    assert sizes[0] == sizes[1]


def test_only_rows_that_are_validated_are_scored_but_all_are_trained_on_at_last(plan):
    problem = ordered()
    result = train("lanes", mlp(KINDS["l2"], plan), problem, plan)
    assert (len(problem.rows), len(problem.scored)) == (97, 76)
    assert result.probabilities.shape == (76, 3)
    np.testing.assert_array_equal(problem.truth.y, problem.y[problem.scored])
    (whole,) = problem.merge_folds().folds
    np.testing.assert_array_equal(whole.train, np.arange(97))
    hp = keras_tuner.HyperParameters()
    hp.values = {}
    (network,) = LanesTrainer().train_on_all_rows(
        [FinalJob(Job(0, hp), 2)], mlp(KINDS["l2"], plan), problem=problem, plan=plan
    )
    assert np.isfinite(network(problem.x).numpy()).all()
