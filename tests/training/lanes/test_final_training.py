"""Networks trained on all rows in lanes are those that `fit` trains."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from tests.helpers.problems import make_problem, make_rare_problem
from tests.helpers.training import (
    REGULARIZERS,
    CustomHyperModel,
    SteppingHyperModel,
    TenBatches,
    make_job,
    make_mlp,
)
from tuner.training import TRAINERS, FinalJob, Plan
from tuner.training.lanes import machine
from tuner.training.lanes.stacked_mlps.weights import StackedWeights

PLAN = Plan(epochs=3, patience=3, seed=1)


def train_by_both(hypermodel, problem):
    """Return the weights of the networks that `fit` and lanes train."""
    return [
        TRAINERS[trainer]()
        .train_on_all_rows([FinalJob(make_job(), 3)], hypermodel, problem=problem, plan=PLAN)[0]
        .get_weights()
        for trainer in ("fit", "lanes")
    ]


def assert_close(first, second, atol=1e-4):
    for weights, others in zip(first, second, strict=True):
        np.testing.assert_allclose(weights, others, atol=atol)


# 512 units fill the processor's vectors, 8 do not
@pytest.mark.parametrize(
    ("kind", "units"),
    [("none", 512), ("l1", 8), ("l2", 512), ("elastic_net", 8), ("max_norm", 8), ("max_norm", 512)],
)
def test_lanes_leave_the_network_that_fit_leaves(kind, units):
    hypermodel = make_mlp(
        f"[network]\ndepth = 2\nunits = {units}\n[regularizer]\n{REGULARIZERS[kind]}\n"
        '[sgd]\nbatch_size = 16\nlearning_rate = 0.05\nschedule = "cosine"\n'
    )
    assert_close(*train_by_both(hypermodel, make_problem(rows=61)))


def test_class_weights_act_alike():
    hypermodel = make_mlp("[network]\nunits = 8\n")
    assert_close(*train_by_both(hypermodel, make_rare_problem()))


def test_custom_networks_are_those_of_fit():
    def add_layers(hp, inputs):
        x = keras.layers.Reshape((4, 1))(inputs)
        x = keras.layers.Conv1D(3, 2, activation="relu")(x)
        return keras.layers.Flatten()(keras.layers.BatchNormalization()(x))

    assert_close(*train_by_both(CustomHyperModel(add_layers), make_rare_problem()))


def test_a_batch_size_by_the_rows_is_that_of_all_rows():
    assert_close(*train_by_both(TenBatches(), make_problem()))


@pytest.mark.parametrize("alone", [False, True])
def test_each_network_is_the_same_alone_and_beside_others(alone, monkeypatch):
    if alone:
        monkeypatch.setattr(machine, "_FILLS_A_CORE", 1)
    hypermodel = make_mlp("[network]\nunits = [8, 12]\n[regularizer]\ndropout = 0.3\n")
    finals = [
        FinalJob(make_job(trial, units=units), epochs, network)
        for trial, units, epochs, networks in ((4, 8, 3, 2), (7, 12, 2, 1))
        for network in range(networks)
    ]

    def train(jobs):
        networks = TRAINERS["lanes"]().train_on_all_rows(
            jobs, hypermodel, problem=make_problem(rows=61), plan=PLAN
        )
        return [network.get_weights() for network in networks]

    together = train(finals)
    for final, weights in zip(finals, together, strict=True):
        assert_close(weights, train([final])[0], atol=0)
    assert len({weights[0].tobytes() for weights in together}) == len(finals)


def test_if_memory_runs_out_networks_are_halved_with_the_same_weights(monkeypatch):
    hypermodel, problem = make_mlp("[network]\nunits = 8\n"), make_problem(rows=61)
    finals = [FinalJob(make_job(), 2, network) for network in range(4)]

    def train():
        networks = TRAINERS["lanes"](cores=1).train_on_all_rows(
            finals, hypermodel, problem=problem, plan=PLAN
        )
        return [network.get_weights() for network in networks]

    expected = train()
    tried, load = [], StackedWeights.load

    def load_two_lanes(self, lanes):
        tried.append(len(lanes))
        if tried[-1] > 2:
            raise tf.errors.ResourceExhaustedError(None, None, "OOM when allocating")
        load(self, lanes)

    monkeypatch.setattr(StackedWeights, "load", load_two_lanes)
    for weights, halved in zip(expected, train(), strict=True):
        assert_close(weights, halved, atol=0)
    assert tried == [4, 2, 2]


def test_the_final_training_takes_the_programs_of_the_search(new_programs):
    trainer, problem = TRAINERS["lanes"](), make_problem(rows=60)
    hypermodel = make_mlp("[network]\nunits = 8\n")
    list(trainer.train([make_job()], hypermodel, problem=problem, plan=PLAN))
    finals = [FinalJob(make_job(), 3, network) for network in range(2)]
    trainer.train_on_all_rows(finals, hypermodel, problem=problem, plan=PLAN)
    (program,) = new_programs.programs.values()
    assert program.traces == 1


def test_networks_that_need_their_own_fit_are_trained_by_it():
    assert_close(*train_by_both(SteppingHyperModel(), make_problem()), atol=0)
