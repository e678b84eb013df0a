"""Networks trained on all rows in lanes are those that `fit` trains."""

import keras
import numpy as np
import pytest

from tests.helpers.problems import make_problem, make_rare_problem
from tests.helpers.training import (
    REGULARIZERS,
    CustomHyperModel,
    SteppingHyperModel,
    make_job,
    make_mlp,
)
from tuner.training import TRAINERS, FinalJob, Plan

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


def test_networks_that_need_their_own_fit_are_trained_by_it():
    assert_close(*train_by_both(SteppingHyperModel(), make_problem()), atol=0)
