"""Networks whose probabilities are averaged, as one network."""

from collections.abc import Sequence

import keras

__all__ = ["average_networks"]


def average_networks(networks: Sequence[keras.Model]) -> keras.Model:
    """Return a network that answers with the mean of what others answer.

    Args:
        networks: They take the same rows; a single one is returned as it is. They are renamed,
            since Keras wants the names within a model to differ.
    """
    if len(networks) == 1:
        return networks[0]
    for number, network in enumerate(networks):
        network.name = f"network_{number}"
    rows = keras.Input(networks[0].input_shape[1:])
    answers = keras.ops.stack([network(rows) for network in networks])
    # Keras's own Average adds them up one by one, which TensorFlow refuses where there are no rows
    return keras.Model(rows, keras.ops.mean(answers, axis=0))
