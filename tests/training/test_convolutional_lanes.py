"""Convolutional networks of a space train in lanes as they do by `fit`."""

from dataclasses import replace

import keras_tuner
import numpy as np
import pytest

from tests.helpers.problems import make_split
from tests.helpers.spaces import make_space
from tuner.model.cnn import CNNHyperModel
from tuner.problem import Problem
from tuner.training import TRAINERS, Job

IMAGE = (5, 6, 2)
LINES = {
    "none": 'regularizer.kind = "none"',
    "l1": 'regularizer.kind = "l1"\nregularizer.strength = 0.01',
    "l2": 'regularizer.kind = "l2"\nregularizer.strength = 0.01',
    "elastic_net": (
        'regularizer.kind = "elastic_net"\nregularizer.strength = 0.01\nregularizer.balance = 0.5'
    ),
    "max_norm": 'regularizer.kind = "max_norm"\nregularizer.radius = 0.5',
    "cosine": 'sgd.schedule = "cosine"',
    "no momentum": "sgd.momentum = 0.0",
    "tanh": 'network.activation = "tanh"',
    "no hidden layer": "network.depth = 0",
}
SMALL = "network.blocks = 2\nnetwork.filters = 3\nsgd.batch_size = 16\n"


@pytest.fixture
def images():
    """Stripes of three widths; of 61 rows the folds are of unequal size."""
    rng = np.random.default_rng(0)
    y = np.arange(61) % 3
    x = rng.normal(size=(61, *IMAGE)) + np.sin(np.arange(6) * (1 + y[:, None]))[:, None, :, None]
    split = make_split(y, classes=["a", "b", "c"], folds=3, test_size=0.0, seed=0)
    rows = x.reshape(61, -1).astype(np.float32)
    return Problem(rows, y, split.folds, np.ones(rows.shape[1], bool), channels=2)


def jobs(*blocks):
    made = []
    for trial, each in enumerate(blocks):
        hp = keras_tuner.HyperParameters()
        hp.values = {"blocks": each}
        made.append(Job(trial, hp))
    return made


def train(trainer, text, problem, plan, given):
    trainer = TRAINERS[trainer]()
    notes = []
    trainer.on_note = notes.append
    hypermodel = CNNHyperModel(make_space(text), image=IMAGE, classes=3, epochs=plan.epochs)
    results = trainer.train(given, hypermodel, problem=problem, plan=plan)
    found = {result.trial: result for result in results}
    assert notes == []
    return found


def assert_parity(text, problem, plan, given):
    fit, lanes = (train(trainer, text, problem, plan, given) for trainer in ("fit", "lanes"))
    assert set(lanes) == set(fit) == {job.trial for job in given}
    for trial, expected in fit.items():
        assert lanes[trial].status == expected.status == "completed"
        for name, curve in expected.curves.items():
            np.testing.assert_allclose(lanes[trial].curves[name], curve, rtol=1e-3, atol=1e-5)
        np.testing.assert_allclose(lanes[trial].probabilities, expected.probabilities, atol=1e-3)
        assert lanes[trial].parameters == expected.parameters


@pytest.mark.parametrize("line", LINES.values(), ids=LINES)
def test_regularizers_and_sgd_give_fits_curves(images, plan, line):
    assert_parity(f"{SMALL}{line}\n", images, plan, jobs(2))


def test_class_weights_are_those_of_fit(images, plan):
    y = np.where(images.y == 2, 1, images.y)  # a class of twice the rows
    weighted = replace(images, y=y, class_weight="balanced")
    assert_parity(SMALL, weighted, plan, jobs(2))


def test_perceptrons_and_convolutional_networks_train_side_by_side(images, plan):
    assert_parity("network.blocks = [0, 1, 2]\nnetwork.filters = 3\n", images, plan, jobs(2, 0, 1))


def test_a_trial_is_the_same_alone_as_beside_others(images, plan):
    text = "network.blocks = [0, 1]\nnetwork.filters = 3\n"
    beside = train("lanes", text, images, plan, jobs(1, 0, 0, 1))
    alone = train("lanes", text, images, plan, jobs(1))
    assert alone[0].curves == beside[0].curves
    np.testing.assert_array_equal(alone[0].probabilities, beside[0].probabilities)
