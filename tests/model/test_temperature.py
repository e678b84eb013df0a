"""A temperature inside a network."""

import keras
import numpy as np
import pytest

from tuner.analysis import calibrate
from tuner.model.temperature import apply_temperature
from tuner.scoring import Truth


@pytest.fixture
def network():
    keras.utils.set_random_seed(0)
    return keras.Sequential([keras.Input((3,)), keras.layers.Dense(4, activation="softmax")])


@pytest.fixture
def x():
    return np.random.default_rng(0).normal(size=(50, 3)).astype(np.float32) * 3


@pytest.mark.parametrize("temperature", [0.4, 3.0])
def test_the_networks_logits_are_divided_by_it(network, x, temperature):
    dense = network.layers[-1]
    logits = x @ dense.kernel.numpy() + dense.bias.numpy()
    expected = keras.ops.softmax(logits / temperature).numpy()
    np.testing.assert_allclose(
        apply_temperature(network, temperature)(x).numpy(), expected, atol=1e-6
    )


def test_a_temperature_of_one_is_no_layer_at_all(network):
    assert apply_temperature(network, 1.0) is network


def test_it_is_what_was_judged_on_the_out_of_fold_probabilities(network, x):
    """Cross-entropy falls by what the calibration says, as all rows' temperature has it."""
    probabilities = network(x).numpy()
    y = np.arange(50) % 4
    found = calibrate(probabilities, Truth(y), np.array_split(np.arange(50), 5))
    scaled = apply_temperature(network, found.fitted)(x).numpy()
    assert -np.log(scaled[np.arange(50), y]).mean() < found.before


def test_impossible_classes_stay_numbers(network, x):
    network.layers[-1].bias.assign([500.0, 0.0, 0.0, 0.0])
    answer = apply_temperature(network, 2.0)(x).numpy()
    assert np.isfinite(answer).all()
    np.testing.assert_allclose(answer.sum(axis=1), 1, atol=1e-6)
