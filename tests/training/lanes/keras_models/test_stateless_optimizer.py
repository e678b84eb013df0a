"""The contract with Keras: an update without assignments is the optimizer's own `apply`."""

from functools import partial

import keras
import numpy as np
import pytest
import tensorflow as tf

from tuner.training.lanes.interfaces import NeedsOwnFit
from tuner.training.lanes.keras_models.stateless_optimizer import (
    OPTIMIZERS,
    check_optimizer,
    make_stateless,
)

L, Opt = keras.layers, keras.optimizers

SHAPES = [(4, 3), (3,), (3, 2)]
# Each optimizer, with weight decay and those settings of its own that add variables.
KINDS = {
    "SGD": {"learning_rate": 0.05, "momentum": 0.9, "nesterov": True, "weight_decay": 0.1},
    "Adadelta": {"learning_rate": 1.0, "weight_decay": 0.1},
    "Adafactor": {"learning_rate": 0.05, "weight_decay": 0.1},
    "Adagrad": {"learning_rate": 0.1, "weight_decay": 0.1},
    "Adam": {"learning_rate": 0.01, "amsgrad": True, "weight_decay": 0.1},
    "AdamW": {"learning_rate": 0.01, "weight_decay": 0.1},
    "Adamax": {"learning_rate": 0.01, "weight_decay": 0.1},
    "Ftrl": {"learning_rate": 0.05, "weight_decay": 0.1, "l1_regularization_strength": 0.01},
    "Lamb": {"learning_rate": 0.01, "weight_decay": 0.1},
    "Lion": {"learning_rate": 0.001, "weight_decay": 0.1},
    "Muon": {"learning_rate": 0.01, "weight_decay": 0.1, "adam_weight_decay": 0.2},
    "Nadam": {"learning_rate": 0.01, "weight_decay": 0.1},
    "RMSprop": {"learning_rate": 0.01, "momentum": 0.5, "centered": True, "weight_decay": 0.1},
}
# Each setting that optimizers have in common, and combinations of those that act on each other.
SETTINGS = {
    "schedule": lambda: Opt.SGD(
        Opt.schedules.CosineDecay(0.1, 6, warmup_target=0.2, warmup_steps=2)
    ),
    "clipnorm": lambda: Opt.SGD(0.5, clipnorm=0.1),
    "clipvalue": lambda: Opt.SGD(0.5, clipvalue=0.01),
    "global_clipnorm": lambda: Opt.SGD(0.5, global_clipnorm=0.1),
    "loss_scale_factor": lambda: Opt.SGD(0.5, loss_scale_factor=8.0),
    "use_ema": lambda: Opt.SGD(0.5, use_ema=True, ema_momentum=0.7),
    "ema_overwrite_frequency": lambda: Opt.Adam(
        0.1, use_ema=True, ema_momentum=0.7, ema_overwrite_frequency=2
    ),
    "accumulation": lambda: Opt.Nadam(
        Opt.schedules.ExponentialDecay(0.1, 2, 0.5), gradient_accumulation_steps=2, clipnorm=0.5
    ),
    "all of them": lambda: Opt.AdamW(
        Opt.schedules.PiecewiseConstantDecay([1, 3], [0.1, 0.05, 0.01]),
        weight_decay=0.1,
        global_clipnorm=0.3,
        loss_scale_factor=4.0,
        use_ema=True,
        ema_momentum=0.7,
        ema_overwrite_frequency=2,
        gradient_accumulation_steps=2,
    ),
}
STEPS = 5


def skip_if_keras_cannot_train(name):
    if name == "Muon" and keras.version() < "3.13":
        pytest.skip("this version's Muon does not train on TensorFlow")


def make_kind(name):
    skip_if_keras_cannot_train(name)
    return getattr(Opt, name)(**KINDS[name])


CASES = {**{name: partial(make_kind, name) for name in KINDS}, **SETTINGS}


def make_variables():
    """Make weights, of which the first is constrained."""
    rng = np.random.default_rng(0)
    weights = [keras.Variable(rng.normal(size=shape).astype(np.float32)) for shape in SHAPES]
    weights[0].constraint = keras.constraints.UnitNorm()
    return weights


def draw_gradients(step):
    rng = np.random.default_rng(step)
    return [tf.constant(rng.normal(size=shape), tf.float32) for shape in SHAPES]


def start(make):
    """Return weights, an optimizer that is built for them, and copies of its state."""
    owners, optimizer = make_variables(), make()
    optimizer.exclude_from_weight_decay(var_list=[owners[1]])
    optimizer.build(owners)
    return owners, optimizer


def read(variables):
    return [variable.numpy() for variable in variables]


@pytest.mark.parametrize("make", CASES.values(), ids=CASES)
def test_updates_are_those_of_the_optimizer_itself(make):
    expected, reference = start(make)
    owners, optimizer = start(make)
    before = [read(owners), read(optimizer.variables)]
    make_stateless(optimizer)
    update = tf.function(optimizer.stateless_apply, autograph=False)
    weights, slots = ([tf.constant(value) for value in values] for values in before)
    for step in range(STEPS):
        reference.apply(draw_gradients(step), expected)
        weights, slots = update(slots, draw_gradients(step), weights)
    assert_close(slots, read(reference.variables))
    assert_close(weights, read(expected))
    assert any(not np.array_equal(a, b) for a, b in zip(before[0], weights, strict=True))
    reference.finalize_variable_values(expected)
    assert_close(optimizer.stateless_finalize(slots, weights), read(expected))
    for value, after in zip(before[0] + before[1], [*owners, *optimizer.variables], strict=True):
        np.testing.assert_array_equal(value, after.numpy())  # no variable is changed


def assert_close(values, expected):
    for value, other in zip(values, expected, strict=True):
        np.testing.assert_allclose(value, other, rtol=1e-5, atol=1e-6)


def test_every_known_optimizer_is_compared():
    assert {kind.__name__ for kind in OPTIMIZERS} == set(KINDS)


def test_a_weight_without_a_gradient_stays_as_it_is():
    owners, optimizer = start(lambda: Opt.SGD(0.1, gradient_accumulation_steps=2))
    weights, slots = read(owners), read(optimizer.variables)
    make_stateless(optimizer)
    gradients = [*draw_gradients(0)[:2], None]
    after = weights
    for _ in range(2):
        with pytest.warns(UserWarning, match="Gradients do not exist for variables"):
            after, slots = optimizer.stateless_apply(slots, gradients, after)
    np.testing.assert_array_equal(after[2], weights[2])
    assert not np.array_equal(after[1], weights[1])


@pytest.mark.parametrize("kind", ["AdamW", "Muon"])
def test_names_are_excluded_from_weight_decay_as_keras_excludes_them(kind):
    """TensorFlow's variables have paths for names, Keras's do not; Muon looks at the latter."""
    skip_if_keras_cannot_train(kind)
    results = []
    for stateless in (False, True):
        keras.utils.set_random_seed(0)
        keras.backend.clear_session()
        model = keras.Sequential([keras.Input((4,)), L.Dense(3, name="first"), L.Dense(2)])
        optimizer = getattr(Opt, kind)(0.1, weight_decay=0.5)
        optimizer.exclude_from_weight_decay(var_names=["first", "bias"])
        optimizer.build(model.trainable_variables)
        gradients = [tf.ones(variable.shape) for variable in model.trainable_variables]
        if stateless:
            weights, slots = read(model.trainable_variables), read(optimizer.variables)
            make_stateless(optimizer)
            results.append(optimizer.stateless_apply(slots, gradients, weights)[0])
        else:
            optimizer.apply(gradients)
            results.append(read(model.trainable_variables))
    assert_close(*results)


def test_keras_still_has_no_stateless_update_for_tensorflow():
    """If this fails, `Optimizer.stateless_apply` can replace `apply_update`."""
    owners, optimizer = make_variables(), keras.optimizers.SGD(0.1)
    optimizer.build(owners)
    values = [owner.value for owner in owners]
    slots = [variable.value for variable in optimizer.variables]
    with pytest.raises(ValueError, match="stateless_apply is not supported with the TensorFlow"):
        optimizer.stateless_apply(slots, draw_gradients(0), values)


class Own(Opt.SGD):
    """An optimizer of one's own."""


@pytest.mark.parametrize(
    "optimizer", [Own(0.1), Opt.LossScaleOptimizer(Opt.SGD(0.1))], ids=["own", "wrapper"]
)
def test_other_optimizers_are_refused_with_the_reason(optimizer):
    with pytest.raises(NeedsOwnFit) as error:
        check_optimizer(optimizer)
    known = ", ".join(kind.__name__ for kind in OPTIMIZERS)
    assert str(error.value) == f"its optimizer is {type(optimizer).__name__}; lanes know {known}"
