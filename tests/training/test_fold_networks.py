"""The networks of folds that trainers keep in memory."""

import math
from dataclasses import replace

import keras
import numpy as np
import pytest

from tests.helpers.problems import make_problem
from tests.helpers.training import CustomHyperModel, hook, make_job, make_mlp, train
from tuner.errors import SearchFailed
from tuner.scoring import OBJECTIVES
from tuner.training import TRAINERS, Plan
from tuner.training.fold_networks import FoldNetworks

PLAN = Plan(epochs=4, patience=4, seed=1)
MLP = make_mlp("[network]\ndepth = 2\nunits = 8\n[sgd]\nlearning_rate = 0.5\n", epochs=4)


def add_normalized_layer(hp, inputs):
    return keras.layers.BatchNormalization()(keras.layers.Dense(8, "relu")(inputs))


def make_averaging_optimizer(hp):
    return keras.optimizers.SGD(0.3, use_ema=True, ema_momentum=0.5)


AVERAGED = CustomHyperModel(add_normalized_layer, make_averaging_optimizer)


def predict(networks, problem):
    """Return the probabilities of each row by the network that was not trained on it."""
    parts = []
    for network, fold in zip(networks, problem.folds, strict=True):
        scaler = problem.fit_scaler(fold.train)
        parts.append(network(scaler.apply(problem.array[fold.validation])).numpy())
    return problem.order_by_row(parts)


@pytest.mark.parametrize(
    ("trainer", "hypermodel"), [("lanes", MLP), ("lanes", AVERAGED), ("fit", AVERAGED)]
)
def test_kept_networks_made_the_predictions_and_are_trained_again_to_the_same_bits(
    trainer, hypermodel
):
    problem, kept = make_problem(rows=61), FoldNetworks()
    result = train(trainer, hypermodel, problem, hook(PLAN, fold_networks=kept))[0]
    job = replace(make_job(), epochs=result.epoch)
    (first,), (second,) = (
        TRAINERS[trainer]().train_on_folds([job], hypermodel, problem=problem, plan=plan)
        for plan in (hook(PLAN, fold_networks=kept), PLAN)
    )
    np.testing.assert_allclose(predict(first, problem), result.probabilities, atol=1e-6)
    for network, again in zip(first, second, strict=True):
        for weights, others in zip(network.get_weights(), again.get_weights(), strict=True):
            np.testing.assert_array_equal(weights, others)


def test_what_fails_when_it_is_trained_again_is_said():
    jobs = [make_job(3, rate=math.nan)]
    with pytest.raises(SearchFailed, match=r"trial 3 failed again: the loss of fold 0 is not fini"):
        TRAINERS["fit"]().train_on_folds(
            jobs, CustomHyperModel(), problem=make_problem(rows=61), plan=PLAN
        )


def keep(kept, trial, score, numbers=1):
    values = [[np.zeros(numbers, np.float32)]]
    kept.keep(trial, score, values, lambda fold, values: fold, trainer="fit")


@pytest.mark.parametrize(("objective", "left"), [("cross_entropy", [1, 2]), ("accuracy", [0, 2])])
def test_the_networks_of_the_worst_trial_are_dropped(objective, left):
    kept = FoldNetworks(OBJECTIVES[objective], most_trials=2)
    for trial, score in enumerate((0.9, 0.3, 0.5)):
        keep(kept, trial, score)
    assert [trial for trial in range(3) if trial in kept] == left


def test_bytes_are_bounded():
    kept = FoldNetworks(most_bytes=100)
    keep(kept, 0, 0.5, numbers=20)
    keep(kept, 1, 0.4, numbers=20)
    assert (0 in kept, 1 in kept) == (False, True)
    keep(kept, 2, 0.1, numbers=50)
    assert [trial for trial in range(3) if trial in kept] == [1]


def test_whether_networks_would_be_kept_is_known_before_they_are_there():
    kept = FoldNetworks(most_trials=2, most_bytes=200)
    assert kept.has_place(0.9, nbytes=200)
    assert not kept.has_place(0.1, nbytes=201)
    keep(kept, 0, 0.5, numbers=30)
    assert kept.has_place(0.9, nbytes=80)
    assert not kept.has_place(0.9, nbytes=81)  # the worse ones make room
    assert kept.has_place(0.4, nbytes=81)
    keep(kept, 1, 0.6)
    assert not kept.has_place(0.6, nbytes=4)
    assert kept.has_place(0.59, nbytes=4)
