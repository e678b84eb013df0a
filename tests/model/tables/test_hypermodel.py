"""The hypermodel of networks for tables: its planned steps, and networks of a seed."""

import keras_tuner
import numpy as np
import pytest

from tests.helpers.spaces import make_space
from tests.helpers.table_networks import CLASSES, LAYOUT, make_rows
from tuner.model.tables.hypermodel import TableHyperModel

SPACE = """
[inputs]
numbers = "periodic"
[network]
units = 4
heads = 2
[regularizer]
dropout = 0.2
dropout_schedule = "cosine"
[optimizer]
optimizer = ["adamw", "sgd"]
batch_size = 16
"""


def make_hypermodel(epochs=10):
    space = make_space(SPACE)
    return TableHyperModel(space, layout=LAYOUT, classes=CLASSES, epochs=epochs)


@pytest.mark.parametrize("optimizer", ["adamw", "sgd"])
def test_schedules_run_over_the_steps_of_the_training_rows(optimizer):
    hypermodel, hp = make_hypermodel(), keras_tuner.HyperParameters()
    hp.values["optimizer"] = optimizer
    model = hypermodel.build(hp)
    model.optimizer.build(model.trainable_variables)
    for rows in (40, 33, 32):
        hypermodel.adapt(hp, model, make_rows(rows))
        planned = 10 * -(-rows // 16)
        assert float(model.optimizer.planned_steps) == planned
        assert float(model.get_layer("dropout_schedule").planned_steps) == planned


def test_a_seed_decides_the_weights_and_the_random_numbers_of_training():
    hypermodel, hp = make_hypermodel(), keras_tuner.HyperParameters()
    models = [hypermodel.build(hp) for _ in range(3)]
    for model, seed in zip(models, (1, 1, 2), strict=True):
        hypermodel.draw_weights(hp, model, seed)
    first, same, other = ([v.numpy() for v in model.variables] for model in models)
    for value, expected in zip(same, first, strict=True):
        np.testing.assert_array_equal(value, expected)
    names = [v.path for v, a, b in zip(models[0].variables, first, other, strict=True)
             if (a != b).any()]  # fmt: skip
    assert len(names) == 7  # four kernels, phases, signs, and the state of dropout
    answers = [np.asarray(model(make_rows(64), training=True)) for model in models]
    np.testing.assert_array_equal(answers[0], answers[1])
    assert (answers[0] != answers[2]).any()
