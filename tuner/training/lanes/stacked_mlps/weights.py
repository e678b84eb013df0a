"""The variables of stacked networks, and their conversion from and to Keras's weights."""

from collections.abc import Iterable, Sequence
from typing import Self

import numpy as np
import tensorflow as tf

from tuner.training.lanes.interfaces import LaneWeights
from tuner.training.lanes.stacked_mlps.sgd import StackedSGD

__all__ = ["StackedWeights", "from_keras_weights", "to_keras_weights"]


class StackedWeights(LaneWeights):
    """Variables of any number of lanes; lanes are the first axis.

    Args:
        weight_shapes: Shapes of one network's kernels and biases.
        optimizer: Determines the shapes of the optimizer's state.

    Attributes:
        variables: In this order

            1. the kernel of each layer, shape `(lanes, inputs, outputs)`;
            2. the biases of all layers, shape `(lanes, 1, outputs of all layers)`, one variable,
               so that one operation reads and one updates them;
            3. the optimizer's state.
    """

    def __init__(self, weight_shapes: Sequence[tuple[int, ...]], optimizer: StackedSGD) -> None:
        self.optimizer = optimizer
        self.weight_count = len(weight_shapes)
        self.variables = [
            tf.Variable(tf.zeros((0, *shape)), shape=(None,) * (len(shape) + 1), trainable=False)
            for shape in [*weight_shapes, *optimizer.list_state_shapes(weight_shapes)]
        ]

    def load(self, lanes: Sequence[Sequence[np.ndarray]]) -> None:
        """Set the initial kernels and biases of each lane, and reset the optimizer's state."""
        weights = self.variables[: self.weight_count]
        for variable, values in zip(weights, zip(*lanes, strict=True), strict=True):
            variable.assign(np.stack(values))
        self.optimizer.reset_state(weights, self.variables[self.weight_count :])

    def copy_lanes(self, sources: Sequence[Self], lanes: np.ndarray) -> None:
        """Set the values to those of some lanes of other weights."""
        stacked = zip(*(source.variables for source in sources), strict=True)
        for variable, parts in zip(self.variables, stacked, strict=True):
            variable.assign(tf.gather(tf.concat(parts, axis=0), lanes))

    def read_networks(self, lanes: Iterable[int]) -> list[list[np.ndarray]]:
        """Return copies of the kernels and biases of some lanes."""
        stacked = [variable.numpy() for variable in self.variables[: self.weight_count]]
        return [[values[lane].copy() for values in stacked] for lane in lanes]


def from_keras_weights(weights: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Return a lane's kernels and biases, given a kernel and a bias per layer."""
    return [*weights[::2], np.concatenate(weights[1::2])[None]]


def to_keras_weights(variables: Sequence[np.ndarray], widths: Sequence[int]) -> list[np.ndarray]:
    """Return a kernel and a bias per layer, as `Model.set_weights` takes them.

    Args:
        variables: The values of a lane's variables.
        widths: Features, the units of each hidden layer, classes.
    """
    kernels, biases = variables[: len(widths) - 1], variables[len(widths) - 1]
    by_layer = np.split(biases[0], np.cumsum(widths[1:-1]))
    return [weight for layer in zip(kernels, by_layer, strict=True) for weight in layer]
