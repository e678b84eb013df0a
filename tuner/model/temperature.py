"""Scales the probabilities of a network by a temperature."""

import keras
from keras import ops

__all__ = ["apply_temperature"]

_SMALLEST = 1e-7  # least probability, as in the objective


def apply_temperature(network: keras.Model, temperature: float) -> keras.Model:
    """Return a network that turns the probabilities p of another one into softmax(log p / T).

    Args:
        network: Any softmax classifier; it is returned as it is if T is 1.
        temperature: T; above 1 it makes probabilities less confident (Guo et al. 2017, section
            4.2).
    """
    if temperature == 1.0:
        return network
    rows = keras.Input(network.input_shape[1:])
    logits = ops.log(ops.maximum(network(rows), _SMALLEST)) / temperature
    return keras.Model(rows, ops.softmax(logits))
