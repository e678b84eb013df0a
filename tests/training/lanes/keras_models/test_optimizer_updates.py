"""The contract with Keras: an update without assignments is the optimizer's own `apply`."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from tuner.training.lanes.interfaces import NeedsOwnFit
from tuner.training.lanes.keras_models.optimizer_updates import (
    OPTIMIZERS,
    apply_update,
    check_optimizer,
)

SHAPES = [(4, 3), (3,), (3, 2)]
CASES = {
    "sgd": lambda: keras.optimizers.SGD(0.05, momentum=0.9, nesterov=True),
    "sgd without momentum": lambda: keras.optimizers.SGD(0.05),
    "rmsprop": lambda: keras.optimizers.RMSprop(0.01, momentum=0.5, centered=True),
    "adagrad": lambda: keras.optimizers.Adagrad(0.1),
    "adadelta": lambda: keras.optimizers.Adadelta(1.0),
    "adam": lambda: keras.optimizers.Adam(0.01),
    "amsgrad": lambda: keras.optimizers.Adam(0.01, amsgrad=True),
    "adamax": lambda: keras.optimizers.Adamax(0.01),
    "lion": lambda: keras.optimizers.Lion(0.001),
    "schedule": lambda: keras.optimizers.SGD(keras.optimizers.schedules.CosineDecay(0.1, 6)),
    "clipnorm": lambda: keras.optimizers.SGD(0.5, clipnorm=0.1),
    "clipvalue": lambda: keras.optimizers.SGD(0.5, clipvalue=0.01),
    "global_clipnorm": lambda: keras.optimizers.SGD(0.5, global_clipnorm=0.1),
}


def make_variables():
    """Make weights, of which the first is constrained."""
    rng = np.random.default_rng(0)
    weights = [keras.Variable(rng.normal(size=shape).astype(np.float32)) for shape in SHAPES]
    weights[0].constraint = keras.constraints.UnitNorm()
    return weights


def draw_gradients(step):
    rng = np.random.default_rng(step)
    return [tf.constant(rng.normal(size=shape), tf.float32) for shape in SHAPES]


@pytest.mark.parametrize("make", CASES.values(), ids=CASES)
def test_two_updates_are_those_of_the_optimizer_itself(make):
    expected, reference = make_variables(), make()
    reference.build(expected)
    owners, optimizer = make_variables(), make()
    optimizer.build(owners)
    weights = [owner.value.read_value() for owner in owners]
    slots = [variable.value.read_value() for variable in optimizer.variables]
    before = [value.numpy() for value in [*weights, *slots]]

    @tf.function(autograph=False)
    def update(weights, slots, gradients):
        return apply_update(optimizer, owners, weights, slots, gradients)

    for step in range(2):
        reference.apply(draw_gradients(step), expected)
        weights, slots = update(weights, slots, draw_gradients(step))
    for value, variable in zip(weights, expected, strict=True):
        np.testing.assert_allclose(value, variable.numpy(), rtol=1e-6, atol=1e-7)
    for value, variable in zip(slots, reference.variables, strict=True):
        np.testing.assert_allclose(value, variable.numpy(), rtol=1e-6, atol=1e-7)
    unchanged = [variable.numpy() for variable in [*owners, *optimizer.variables]]
    for value, expected_value in zip(unchanged, before, strict=True):
        np.testing.assert_array_equal(value, expected_value)


def test_every_known_optimizer_is_compared():
    assert {type(make()) for make in CASES.values()} == set(OPTIMIZERS)


def test_a_weight_without_a_gradient_stays_as_it_is():
    owners, optimizer = make_variables(), keras.optimizers.SGD(0.1)
    optimizer.build(owners)
    weights = [tf.constant(owner.numpy()) for owner in owners]
    slots = [tf.constant(variable.numpy()) for variable in optimizer.variables]
    gradients = [*draw_gradients(0)[:2], None]
    after, _ = apply_update(optimizer, owners, weights, slots, gradients)
    np.testing.assert_array_equal(after[2], weights[2])
    assert not np.array_equal(after[1], weights[1])


def test_keras_still_has_no_stateless_update_for_tensorflow():
    """If this fails, `Optimizer.stateless_apply` can replace `apply_update`."""
    owners, optimizer = make_variables(), keras.optimizers.SGD(0.1)
    optimizer.build(owners)
    values = [owner.value for owner in owners]
    slots = [variable.value for variable in optimizer.variables]
    with pytest.raises(ValueError, match="stateless_apply is not supported with the TensorFlow"):
        optimizer.stateless_apply(slots, draw_gradients(0), values)


@pytest.mark.parametrize(
    ("optimizer", "reason"),
    [
        (
            keras.optimizers.Nadam,
            "its optimizer is Nadam; lanes know SGD, Adadelta, Adagrad, Adam, Adamax, Lion, "
            "RMSprop",
        ),
        (
            lambda: keras.optimizers.Adam(weight_decay=0.1),
            "its optimizer has weight_decay=0.1",
        ),
        (lambda: keras.optimizers.Adam(use_ema=True), "its optimizer has use_ema=True"),
        (
            lambda: keras.optimizers.SGD(gradient_accumulation_steps=2),
            "its optimizer has gradient_accumulation_steps=2",
        ),
    ],
)
def test_other_optimizers_and_settings_are_refused_with_the_reason(optimizer, reason):
    with pytest.raises(NeedsOwnFit) as error:
        check_optimizer(optimizer())
    assert str(error.value) == reason
