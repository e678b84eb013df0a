"""The variables of some lanes: all that training changes, lanes on the first axis."""

from collections.abc import Sequence

import numpy as np
import tensorflow as tf

__all__ = ["LaneWeights"]


class LaneWeights:
    """Variables of a free number of lanes.

    Args:
        shapes: Of one lane's variables.

    Attributes:
        variables: Each of shape `(lanes, *shape)`.
    """

    def __init__(self, shapes: Sequence[tuple[int, ...]]) -> None:
        self.variables = [
            tf.Variable(tf.zeros((1, *shape)), shape=(None, *shape), trainable=False)
            for shape in shapes
        ]

    def load(self, lanes: Sequence[Sequence[np.ndarray]]) -> None:
        """Take the values of each lane's variables."""
        for variable, values in zip(self.variables, zip(*lanes, strict=True), strict=True):
            variable.assign(np.stack(values))

    def assign(self, values: Sequence[tf.Tensor]) -> None:
        """Take values that are stacked already."""
        for variable, value in zip(self.variables, values, strict=True):
            variable.assign(value)
