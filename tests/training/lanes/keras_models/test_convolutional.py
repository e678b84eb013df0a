"""Convolutional networks of a space file give the curves of `fit`."""

from dataclasses import replace

import numpy as np
import pytest

from tests.helpers.problems import make_split
from tests.helpers.spaces import make_space
from tests.helpers.training import REGULARIZERS, assert_parity, assert_same, make_job, train
from tuner.data import Scaling
from tuner.model.cnn import CNNHyperModel
from tuner.problem import Problem

IMAGE = (5, 6, 2)
SMALL = "network.blocks = [0, 1, 2]\nnetwork.filters = 3\nsgd.batch_size = 16\n"
# A penalty, which has that of l1 and l2 in it, and a constraint; each other setting with one.
SETTINGS = {
    "none": 'network.activation = "tanh"',
    "elastic_net": 'network.depth = 0\nsgd.schedule = "cosine"',
    "max_norm": "sgd.momentum = 0.0",
}


@pytest.fixture
def images():
    """Stripes of three widths; of 61 rows the folds are of unequal size."""
    rng = np.random.default_rng(0)
    y = np.arange(61) % 3
    x = rng.normal(size=(61, *IMAGE)) + np.sin(np.arange(6) * (1 + y[:, None]))[:, None, :, None]
    split = make_split(y, classes=["a", "b", "c"], folds=2, test_size=0.0, seed=0)
    rows = x.reshape(61, -1).astype(np.float32)
    return Problem(rows, y, split.folds, np.full(rows.shape[1], Scaling.STANDARD), channels=2)


def make_cnn(lines=""):
    return CNNHyperModel(make_space(f"{SMALL}{lines}\n"), image=IMAGE, classes=3, epochs=3)


def make_jobs(*blocks):
    return [make_job(trial, blocks=count) for trial, count in enumerate(blocks)]


@pytest.mark.parametrize("kind", SETTINGS)
def test_regularizers_and_sgd_give_fits_curves(images, plan, kind):
    lines = "\n".join(f"regularizer.{line}" for line in REGULARIZERS[kind].split("\n"))
    hypermodel = make_cnn(f"{lines}\n{SETTINGS[kind]}")
    assert_parity(hypermodel, images, plan, make_jobs(2), rtol=1e-3)


def test_perceptrons_and_weighed_convolutional_networks_train_side_by_side(images, plan):
    y = np.where(images.y == 2, 1, images.y)  # one class has twice the rows
    weighed = replace(images, y=y, class_weight="balanced")
    assert_parity(make_cnn(), weighed, plan, make_jobs(0, 1), rtol=1e-3)


def test_a_trial_is_the_same_alone_as_beside_others(images, plan):
    beside = train("lanes", make_cnn(), images, plan, make_jobs(1, 0, 0, 1))
    alone = train("lanes", make_cnn(), images, plan, make_jobs(1))
    assert_same(beside[0], alone[0])
