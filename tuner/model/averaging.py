"""Averages the probabilities of several networks in one network."""

from collections.abc import Sequence

import keras

__all__ = ["average_networks"]


def average_networks(networks: Sequence[keras.Model]) -> keras.Model:
    """Return a network whose probabilities are the mean of those of other networks.

    Args:
        networks: Networks that take the same rows; a single one is returned as it is. They are
            renamed, since Keras requires different names within a model.
    """
    if len(networks) == 1:
        return networks[0]
    for number, network in enumerate(networks):
        network.name = f"network_{number}"
    rows = keras.Input(networks[0].input_shape[1:])
    answers = keras.ops.stack([network(rows) for network in networks])
    # Keras's Average adds pair by pair, which TensorFlow refuses if there are no rows
    return keras.Model(rows, keras.ops.mean(answers, axis=0))
