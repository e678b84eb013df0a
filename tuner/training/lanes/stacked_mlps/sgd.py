"""Stochastic gradient descent with momentum, for the weights of many lanes at once.

The update is that of `keras.optimizers.SGD` with the learning rate η and the momentum m:

    v ← m v − η g
    w ← w + v              (Nesterov: w ← w + m v − η g)

TensorFlow's fused operation takes one learning rate for a whole tensor. So each lane's learning
rate is multiplied into its gradient before, and the operation takes the learning rate 1.

All that lanes know of SGD is in this module. Another optimizer needs a class with these methods.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import tensorflow as tf

from tuner.model.optimizers import SGD
from tuner.training.lanes.interfaces import Lanes

__all__ = ["StackedSGD"]


@dataclass(frozen=True, slots=True)
class StackedSGD:
    """The settings of SGD for which a program is traced.

    Attributes:
        nesterov: Whether the momentum is Nesterov's.
    """

    nesterov: bool

    @classmethod
    def from_optimizer(cls, optimizer: SGD) -> "StackedSGD":
        """Return the optimizer of a trial."""
        return cls(nesterov=optimizer.nesterov)

    @staticmethod
    def list_common_values(optimizer: SGD) -> dict[str, float]:
        """Return the program's inputs that the lanes of a call have in common, by name."""
        return {"momentum": optimizer.momentum}  # the fused operation takes one for all lanes

    @staticmethod
    def list_state_shapes(weight_shapes: Sequence[tuple[int, ...]]) -> list[tuple[int, ...]]:
        """Return the shapes of a network's optimizer state: the velocity v of each weight."""
        return list(weight_shapes)

    @staticmethod
    def reset_state(weights: Sequence[tf.Variable], state: Sequence[tf.Variable]) -> None:
        """Set the state of new lanes: all velocities are 0."""
        for velocity, weight in zip(state, weights, strict=True):
            velocity.assign(tf.zeros_like(weight))

    @staticmethod
    def compute_gradient_scale(lanes: Lanes, rows: tf.Tensor) -> tf.Tensor:
        """Return the factor of the gradient of each row's loss: the learning rate, over the rows.

        Args:
            lanes: Has `learning_rate`, shape `(lanes,)`.
            rows: Rows of each batch of each lane, shape `(steps, lanes)`.
        """
        return lanes["learning_rate"] / tf.cast(tf.maximum(rows, 1), tf.float32)

    def update(
        self,
        place: int,
        weights: Sequence[tf.Variable],
        state: Sequence[tf.Variable],
        scaled_gradient: tf.Tensor,
        lanes: Lanes,
    ) -> tf.Operation:
        """Update one weight and its velocity.

        Args:
            place: Which of the weights.
            weights: The kernels and biases.
            state: The velocities, in the same order.
            scaled_gradient: The gradient, times the learning rate of each lane.
            lanes: Has `momentum` and `one`, scalars.
        """
        # v ← m v − η g, w ← w + v, with η g given
        return tf.raw_ops.ResourceApplyKerasMomentum(
            var=weights[place].handle,
            accum=state[place].handle,
            lr=lanes["one"],
            grad=scaled_gradient,
            momentum=lanes["momentum"],
            use_nesterov=self.nesterov,
        )
