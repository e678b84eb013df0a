"""Optimizers of networks for tables, compared with Keras's own and with formulas."""

import keras
import numpy as np
import pytest

from tuner.model.schedules import SCHEDULE_FACTORS
from tuner.model.tables.optimizer import make_optimizer
from tuner.model.tables.recipe import SGD, AdamW

STEPS = 12


def make_weights():
    """Make weights of layers whose names decide rates and decay, one of them a large kernel."""
    rng = np.random.default_rng(0)
    shapes = {
        **{"hidden_0/kernel": (4, 3), "hidden_0/bias": (3,), "hidden_1/kernel": (200, 100)},
        **{"slope_0/kernel": (3,), "scaling_layer/kernel": (4,), "frequencies/kernel": (2, 2)},
    }
    weights = {}
    for name, shape in shapes.items():
        value = rng.normal(size=shape).astype(np.float32)
        layer, weight = name.split("/")
        with keras.name_scope(layer):
            weights[name] = keras.Variable(value, name=weight)
    return weights


def draw_gradients(weights, step):
    rng = np.random.default_rng(step)
    return [rng.normal(size=weight.shape).astype(np.float32) for weight in weights.values()]


def run(settings, planned=STEPS):
    """Return the weights after some steps, by name."""
    weights = make_weights()
    optimizer = make_optimizer(settings)
    optimizer.build(list(weights.values()))
    optimizer.planned_steps.assign(planned)
    for step in range(STEPS):
        optimizer.apply(draw_gradients(weights, step), list(weights.values()))
    optimizer.finalize_variable_values(list(weights.values()))
    return {name: weight.numpy() for name, weight in weights.items()}


def run_keras(optimizer):
    weights = make_weights()
    optimizer.build(list(weights.values()))
    for step in range(STEPS):
        optimizer.apply(draw_gradients(weights, step), list(weights.values()))
    optimizer.finalize_variable_values(list(weights.values()))
    return {name: weight.numpy() for name, weight in weights.items()}


def assert_same(first, second):
    for name, value in first.items():
        np.testing.assert_allclose(value, second[name], rtol=2e-4, atol=2e-5, err_msg=name)


UNUSUAL = {"embedding_rate": 1 / (2 * np.pi)}  # frequencies are in radians


def test_adamw_is_that_of_keras():
    expected = keras.optimizers.AdamW(0.05, 0.1, beta_2=0.95, epsilon=1e-8)
    expected.exclude_from_weight_decay(var_names=["bias", "slope", "scaling"])
    settings = AdamW(0.05, beta_2=0.95, weight_decay=0.1, **UNUSUAL)
    assert_same(run(settings), run_keras(expected))


@pytest.mark.parametrize("nesterov", [False, True])
def test_sgd_is_that_of_keras(nesterov):
    settings = SGD(0.05, momentum=0.9, nesterov=nesterov)
    assert_same(run(settings), run_keras(keras.optimizers.SGD(0.05, 0.9, nesterov)))


def test_averages_are_those_of_keras():
    settings = AdamW(0.05, beta_1=0.8, averaging=0.7, **UNUSUAL)
    expected = keras.optimizers.Adam(0.05, 0.8, epsilon=1e-8, use_ema=True, ema_momentum=0.7)
    assert_same(run(settings), run_keras(expected))


@pytest.mark.parametrize("name", SCHEDULE_FACTORS)
def test_the_learning_rate_of_each_step_is_that_of_the_schedule_and_the_warm_up(name):
    def schedule(step):
        share = step / STEPS
        return 0.05 * SCHEDULE_FACTORS[name](share) * min(1.0, share / 0.3)

    def follow(base):
        def apply(self, *arguments):
            self.learning_rate = schedule(int(self.iterations))
            base.apply(self, *arguments)

        return type("Scheduled", (base,), {"apply": apply})

    adam = AdamW(0.05, schedule=name, warm_up=0.3, **UNUSUAL)
    assert_same(run(adam), run_keras(follow(keras.optimizers.Adam)(0.05, epsilon=1e-8)))
    sgd = SGD(0.05, schedule=name, warm_up=0.3, momentum=0.5)
    assert_same(run(sgd), run_keras(follow(keras.optimizers.SGD)(0.05, 0.5)))


@pytest.mark.parametrize("kind", [AdamW, SGD])
def test_weights_have_factors_of_their_own(kind):
    """After one step, by gradients of 1, each weight has moved by its learning rate."""
    rates = {"bias_rate": 0.1, "slope_rate": 0.2, "scaling_rate": 6.0, "embedding_rate": 0.5}
    settings = kind(0.01, first_layer_rate=3.0, **rates)
    weights = make_weights()
    optimizer = make_optimizer(settings)
    optimizer.build(list(weights.values()))
    before = {name: weight.numpy() for name, weight in weights.items()}
    optimizer.apply([np.ones(w.shape, np.float32) for w in weights.values()])
    moved = {name: np.mean(before[name] - weight.numpy()) for name, weight in weights.items()}
    expected = {
        **{"hidden_0/kernel": 0.03, "hidden_0/bias": 0.001, "hidden_1/kernel": 0.01},
        **{"slope_0/kernel": 0.002, "scaling_layer/kernel": 0.06},
        **{"frequencies/kernel": 0.005 * (2 * np.pi if kind is AdamW else 1)},
    }
    assert moved == pytest.approx(expected, rel=1e-3)


def test_decay_takes_a_share_of_kernels_that_falls_by_its_schedule():
    weights = make_weights()
    optimizer = make_optimizer(AdamW(0.1, weight_decay=0.5, decay_schedule="cosine"))
    optimizer.build(list(weights.values()))
    optimizer.planned_steps.assign(2.0)
    before = {name: weight.numpy() for name, weight in weights.items()}
    for _ in range(2):
        optimizer.apply([np.zeros(w.shape, np.float32) for w in weights.values()])
    kept = {name: np.mean(weight.numpy() / before[name]) for name, weight in weights.items()}
    decayed = (1 - 0.1 * 0.5) * (1 - 0.1 * 0.5 * 0.5)
    for name, share in kept.items():
        layer, _ = name.split("/")
        falls = name.endswith("kernel") and layer in ("hidden_0", "hidden_1", "frequencies")
        assert share == pytest.approx(decayed if falls else 1, rel=1e-5), name
