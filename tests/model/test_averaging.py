"""Networks that are averaged."""

import keras
import numpy as np

from tuner.model.averaging import average_networks


def network(seed):
    keras.utils.set_random_seed(seed)
    return keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, activation="softmax")])


def test_the_mean_of_their_probabilities_is_answered():
    networks, x = [network(0), network(1), network(2)], np.eye(4, dtype=np.float32)
    expected = np.mean([each(x).numpy() for each in networks], axis=0)
    np.testing.assert_allclose(average_networks(networks)(x).numpy(), expected, atol=1e-6)
    assert average_networks(networks)(x[:0]).shape == (0, expected.shape[1])


def test_one_network_is_left_as_it_is():
    only = network(0)
    assert average_networks([only]) is only


def test_networks_of_one_name_are_saved_and_loaded(tmp_path):
    networks = [keras.models.clone_model(network(0)) for _ in range(2)]
    model = average_networks(networks)
    model.save(tmp_path / "model.keras")
    loaded, x = keras.models.load_model(tmp_path / "model.keras"), np.eye(4, dtype=np.float32)
    np.testing.assert_array_equal(loaded(x).numpy(), model(x).numpy())
