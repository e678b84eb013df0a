"""L1 and L2 penalties and the max-norm constraint, for the kernels of many lanes at once.

A penalty adds λ₁ Σ |W| + λ₂ Σ W² to the loss, over the kernels of all layers (`Penalty` says how
each kind of regularizer is written so). Its gradient, λ₁ sign(W) + 2 λ₂ W, is added to that of the
loss.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import tensorflow as tf

from tuner.model.regularizers import Penalty
from tuner.scoring.objectives import EPSILON
from tuner.training.lanes.interfaces import Lanes

__all__ = ["StackedRegularizer"]


@dataclass(frozen=True, slots=True)
class StackedRegularizer:
    """The settings of the regularizers for which a program is traced.

    Attributes:
        penalised: Whether there is an L1 or L2 penalty. Its factors differ from lane to lane.
        bounded: Whether there is a max-norm constraint. Its radius differs from lane to lane.
    """

    penalised: bool
    bounded: bool

    @classmethod
    def from_penalty(cls, penalty: Penalty) -> "StackedRegularizer":
        """Return the regularizer of a trial."""
        return cls(penalised=penalty.l1 > 0 or penalty.l2 > 0, bounded=penalty.radius is not None)

    @staticmethod
    def list_lane_values(penalty: Penalty) -> dict[str, float]:
        """Return the program's inputs that differ from trial to trial, by name."""
        return {"l1": penalty.l1, "l2": penalty.l2, "radius": penalty.radius or 0.0}

    def prepare_steps(self, lanes: Lanes) -> Lanes:
        """Return what each step needs of the lanes, each of shape `(lanes, 1, 1)`."""
        steps = {}
        if self.penalised:
            steps["l1_step"] = lanes["learning_rate"] * lanes["l1"]
            steps["l2_step"] = lanes["learning_rate"] * lanes["l2"] * 2.0
        if self.bounded:
            steps["radius"] = lanes["radius"]
        return {name: tf.reshape(value, [-1, 1, 1]) for name, value in steps.items()}

    def add_gradient(self, gradient: tf.Tensor, kernel: tf.Tensor, lanes: Lanes) -> tf.Tensor:
        """Add the penalty's gradient to that of the loss, both times the learning rates."""
        if not self.penalised:
            return gradient
        # η (λ₁ sign(W) + 2 λ₂ W)
        return gradient + (lanes["l1_step"] * tf.sign(kernel) + lanes["l2_step"] * kernel)

    def bound_norms(self, kernel: Any, lanes: Lanes) -> None:
        """Scale down each unit's incoming weights whose norm is above the lane's radius."""
        if not self.bounded:
            return
        norm = tf.sqrt(tf.reduce_sum(tf.square(kernel), 1, keepdims=True))
        # as keras.constraints.MaxNorm, its epsilon included
        factor = tf.clip_by_value(norm, 0.0, lanes["radius"]) / (EPSILON + norm)
        kernel.assign(kernel * factor)

    def compute_penalty(self, kernels: Sequence[Any], lanes: Lanes) -> tf.Tensor:
        """Return the penalty of each lane's kernels, shape `(lanes,)`."""
        penalty = tf.zeros_like(lanes["learning_rate"])
        if self.penalised:
            for kernel in map(tf.convert_to_tensor, kernels):
                penalty += lanes["l1"] * tf.reduce_sum(tf.abs(kernel), [1, 2])
                penalty += lanes["l2"] * tf.reduce_sum(tf.square(kernel), [1, 2])
        return penalty
