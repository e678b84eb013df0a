"""The chosen network, trained on all training rows."""

import keras
import keras_tuner
import numpy as np
import pytest

from tests.helpers.problems import make_problem
from tests.training.test_fit_trainer import REGULARIZED, hypermodel, job
from tuner.folds import Fold
from tuner.problem import Problem
from tuner.training import TRAINERS, FinalJob, Plan


class Convolutional(keras_tuner.HyperModel):
    def build(self, hp):
        model = keras.Sequential(
            [
                keras.Input((4,)),
                keras.layers.Reshape((4, 1)),
                keras.layers.Conv1D(3, 2, activation="relu"),
                keras.layers.BatchNormalization(),
                keras.layers.Flatten(),
                keras.layers.Dense(3, activation="softmax"),
            ]
        )
        model.compile("adam", "sparse_categorical_crossentropy")
        return model


class Unfit(keras_tuner.HyperModel):
    """Has a training step of its own, which lanes cannot follow."""

    def build(self, hp):
        class Own(keras.Sequential):
            def train_step(self, data):
                return super().train_step(data)

        model = Own([keras.Input((4,)), keras.layers.Dense(3, activation="softmax")])
        model.compile("sgd", "sparse_categorical_crossentropy")
        return model


def trained(trainer, problem, plan, model=None, epochs=3, **values):
    (network,) = TRAINERS[trainer]().train_on_all_rows(
        [FinalJob(job(**values), epochs)], model or hypermodel(), problem=problem, plan=plan
    )
    return network


@pytest.mark.parametrize("trainer", TRAINERS)
def test_it_sees_all_training_rows_and_repeats_itself(problem, plan, trainer):
    first, second = (trained(trainer, problem, plan, depth=1, learning_rate=0.1) for _ in range(2))
    for one, other in zip(first.get_weights(), second.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
    *kept, out = problem.folds
    kept = [Fold(np.setdiff1d(fold.train, out.validation), fold.validation) for fold in kept]
    fewer = Problem(problem.x, problem.y, tuple(kept), problem.scaled)
    other = trained(trainer, fewer, plan, depth=1, learning_rate=0.1)
    assert not np.array_equal(first.get_weights()[0], other.get_weights()[0])


@pytest.mark.parametrize("line", [*REGULARIZED.values()][:-1], ids=[*REGULARIZED][:-1])
@pytest.mark.parametrize("units", [8, 512])
def test_lanes_leave_the_network_that_fit_leaves(plan, line, units):
    problem = make_problem(rows=61)
    text = (
        f"[network]\ndepth = 2\nunits = {units}\n[regularizer]\n{line}\n"
        '[sgd]\nbatch_size = 16\nlearning_rate = 0.05\nschedule = "cosine"\n'
    )
    fit, lanes = (trained(trainer, problem, plan, hypermodel(text)) for trainer in ("fit", "lanes"))
    for one, other in zip(fit.get_weights(), lanes.get_weights(), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-4)


def test_lanes_leave_a_network_of_ones_own_that_fit_leaves(problem):
    plan = Plan(epochs=3, patience=3)
    fit, lanes = (trained(trainer, problem, plan, Convolutional()) for trainer in ("fit", "lanes"))
    for one, other in zip(fit.get_weights(), lanes.get_weights(), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-4)


def test_what_cannot_be_trained_in_lanes_is_trained_by_fit(problem, plan):
    fit, lanes = (trained(trainer, problem, plan, Unfit()) for trainer in ("fit", "lanes"))
    for one, other in zip(fit.get_weights(), lanes.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("trainer", TRAINERS)
def test_several_networks_of_a_trial_differ_and_each_is_the_one_that_is_trained_alone(
    problem, plan, trainer
):
    one = job(depth=1, learning_rate=0.1)
    finals = [FinalJob(one, 3), FinalJob(one, 2, network=1), FinalJob(one, 3, network=2)]
    train = TRAINERS[trainer]().train_on_all_rows
    together = train(finals, hypermodel(), problem=problem, plan=plan)
    for final, network in zip(finals, together, strict=True):
        (alone,) = train([final], hypermodel(), problem=problem, plan=plan)
        for mine, its in zip(network.get_weights(), alone.get_weights(), strict=True):
            np.testing.assert_array_equal(mine, its)
    assert not np.allclose(together[0].get_weights()[0], together[2].get_weights()[0])


def test_what_lanes_left_to_fit_is_planned_as_fit_trains_it(problem, plan):
    trainer = TRAINERS["lanes"]()
    assert trainer.estimate_final_rounds(5) == 2 * -(-5 // trainer.machine.workers)
    list(trainer.train([job()], Unfit(), problem=problem, plan=plan))
    assert trainer.estimate_final_rounds(5) == TRAINERS["fit"]().estimate_final_rounds(5) == 5
