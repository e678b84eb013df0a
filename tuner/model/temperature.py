"""A network whose probabilities are scaled by a temperature, as one network."""

import keras
from keras import ops

__all__ = ["apply_temperature"]

_SMALLEST = 1e-7  # probability, as in the objective


def apply_temperature(network: keras.Model, temperature: float) -> keras.Model:
    """Return a network that answers softmax(log p / T) where another answers p.

    Args:
        network: Any softmax classifier; it is returned as it is where T is 1.
        temperature: T; above 1 it makes probabilities less sure (Guo et al. 2017, section 4.2).
    """
    if temperature == 1.0:
        return network
    rows = keras.Input(network.input_shape[1:])
    logits = ops.log(ops.maximum(network(rows), _SMALLEST)) / temperature
    return keras.Model(rows, ops.softmax(logits))
