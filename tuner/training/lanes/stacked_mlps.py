"""What the program of multilayer perceptrons in lanes computes.

The weights of all lanes are stacked on a leading axis, so that a layer of all networks is one
batched matrix product. The number of lanes is free, and so are the widths of the networks and the
rows of a batch: to trace a program takes longer than to train a small network with it. The
gradient is written out instead of taken from a tape, whose sums over broadcast axes cost as much
as the products at these sizes.

The step is `keras.optimizers.SGD`'s, v ← m v − η g and w ← w + v (Nesterov: w + m v − η g), by
TensorFlow's fused update. That takes one learning rate for a whole tensor; each lane's own is
multiplied into its gradient.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from tuner.scoring.objectives import EPSILON
from tuner.training.lanes.data import LaneData
from tuner.training.lanes.dropout import Dropout, keys_of
from tuner.training.lanes.network import Lanes
from tuner.training.lanes.stacked import StackedNetworks, StackedStructure

__all__ = ["MLPStructure", "StackedMLPs"]

_FARTHEST = float(-np.log(EPSILON))  # the loss of a row that is wrong with certainty


@dataclass(frozen=True)
class MLPStructure(StackedStructure):
    """What a program of multilayer perceptrons is traced for.

    Attributes:
        depth: Hidden layers, which are all as wide.
        classes: Outputs of the last layer.
        whole_vectors: Whether hidden layers fill the processor's vectors.
        activation: Of the hidden layers.
        nesterov: Whether the momentum is Nesterov's.
        penalised: Whether there is an L1 or L2 penalty.
        bounded: Whether there is a max-norm constraint.
        dropout: Whether there is dropout after hidden layers.
        input_dropout: Whether there is dropout of the features.
    """

    depth: int
    classes: int
    whole_vectors: bool
    activation: str
    nesterov: bool
    penalised: bool
    bounded: bool
    dropout: bool
    input_dropout: bool

    def networks(self, data: LaneData, variables: Sequence[Any], *, alone: bool) -> "StackedMLPs":
        """Return the networks of these variables."""
        return StackedMLPs(self, data, variables, alone)


@dataclass(frozen=True)
class StackedMLPs(StackedNetworks):
    """Multilayer perceptrons side by side."""

    structure: MLPStructure

    @property
    def layers(self) -> int:
        """The hidden layers and the last one."""
        return self.structure.depth + 1

    def kernels(self) -> list[tf.Tensor]:
        """Read those of each layer, shape `(lanes, inputs, outputs)`."""
        return [tf.convert_to_tensor(each) for each in self.variables[: self.layers]]

    def biases(self, lanes: Lanes) -> list[tf.Tensor]:
        """Read those of each layer, shape `(lanes, 1, outputs)`.

        They are one variable, so that one operation reads and one updates them.
        """
        biases = self.variables[self.layers]
        return list(tf.split(biases, lanes["outputs"], 2, num=self.layers))

    @cached_property
    def activation(self) -> Any:
        """Of the hidden layers."""
        return keras.activations.get(self.structure.activation)

    def batches(self, lanes: Lanes) -> Lanes:
        """Add what each step takes of a lane, worked out for all steps at once."""
        size = lanes["batch_size"]
        order = tf.transpose(lanes["order"], [1, 0, 2])
        steps, _, stored = tf.unstack(tf.shape(order))
        begins = tf.expand_dims(tf.range(steps) * size, 1)
        rows = tf.clip_by_value(lanes["rows"] - begins, 0, size)  # the rest is masked
        real = tf.cast(tf.range(stored) < tf.expand_dims(rows, 2), tf.float32)
        share = lanes["rate"] / tf.cast(tf.maximum(rows, 1), tf.float32)
        share = real * tf.expand_dims(share, 2)
        y = tf.gather(self.data.y, order)
        if "class_weights" in lanes:
            by_lane = tf.gather(lanes["class_weights"], tf.transpose(y, [1, 0, 2]), batch_dims=1)
            share *= tf.transpose(by_lane, [1, 0, 2])
        return {
            **lanes,
            **self._masks(lanes, steps, stored),
            **self._penalties(lanes),
            "order": order,
            "real": real,
            "share": tf.expand_dims(share, 3),
            "y": tf.reshape(y, [steps, -1]),
            "ones": tf.ones_like(lanes["order"][:, :1], tf.float32),
            "one": tf.constant(1.0),
        }

    def _penalties(self, lanes: Lanes) -> Lanes:
        """Return by what a step moves weights, `(lanes, 1, 1)`, and how far they may be at most."""
        steps = {}
        if self.structure.penalised:
            steps["l1_step"] = lanes["rate"] * lanes["l1"]
            steps["l2_step"] = lanes["rate"] * lanes["l2"] * 2.0
        if self.structure.bounded:
            steps["radius"] = lanes["radius"]
        return {name: tf.reshape(each, [-1, 1, 1]) for name, each in steps.items()}

    def _masks(self, lanes: Lanes, steps: tf.Tensor, rows: tf.Tensor) -> Lanes:
        """Return each lane's dropout, and the keys of all masks, `(steps, layers, lanes, 1, 1)`."""
        dropped: Lanes = {}
        if self.structure.input_dropout:
            dropped["input_dropout"] = self.data.x.shape[-1]
        if self.structure.dropout:
            dropped["dropout"] = lanes["outputs"][0]
        if not dropped:
            return {}
        layers = self.layers
        first = lanes["first_step"] * layers
        counters = tf.reshape(first + tf.range(steps * layers), [steps, layers])
        keys = tf.reshape(keys_of(lanes["seed"], counters), [steps, layers, -1, 1, 1])
        return {
            "mask_keys": keys,
            **{name: Dropout.of(lanes[name], rows=rows, units=of) for name, of in dropped.items()},
        }

    def step(self, step: tf.Tensor, lanes: Lanes) -> tuple[tf.Tensor, tf.Tensor]:
        """Train one batch of every lane."""
        x = self.data.rows(tf.gather(lanes["order"], step), lanes)
        keys = None
        if "mask_keys" in lanes:
            keys = tf.unstack(tf.gather(lanes["mask_keys"], step), num=self.layers)
        kernels = self.kernels()
        inputs, slopes, logits = self._forward(x, kernels, lanes, keys)
        flat = tf.reshape(logits, [-1, self.structure.classes])
        loss, delta = tf.raw_ops.SparseSoftmaxCrossEntropyWithLogits(
            features=flat, labels=tf.gather(lanes["y"], step)
        )
        delta = tf.reshape(delta, tf.shape(logits)) * tf.gather(lanes["share"], step)
        self._descend(inputs, kernels, slopes, delta, lanes)
        return loss, tf.argmax(flat, -1, tf.int32)

    def step_apart(self, step: tf.Tensor, lanes: Lanes) -> tuple[tf.Tensor, tf.Tensor]:
        """Train a batch that only the larger folds have; the other lanes stay as they were."""
        before = [tf.identity(variable) for variable in self.variables]
        answer = self.step(step, lanes)
        self.where(lanes["rows"] > step * lanes["batch_size"], before)
        return answer

    def totals(
        self, losses: tf.Tensor, classes: tf.Tensor, lanes: Lanes
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """Sum losses and right answers over an epoch's rows; one that is wrong costs 16.1 at most.

        First over the steps, then over the rows of a batch, where each lane begins aligned.
        """
        real = lanes["real"]
        right = tf.cast(tf.equal(classes, lanes["y"]), tf.float32)

        def total(values: tf.Tensor) -> tf.Tensor:
            return tf.reduce_sum(tf.reduce_sum(tf.reshape(values, tf.shape(real)) * real, 0), 1)

        return total(tf.minimum(losses, _FARTHEST)), total(right)

    def penalty(self, lanes: Lanes) -> tf.Tensor:
        """Return what the regularizer adds to each lane's loss."""
        penalty = tf.zeros_like(lanes["rate"])
        if self.structure.penalised:
            for kernel in self.kernels():
                penalty += lanes["l1"] * tf.reduce_sum(tf.abs(kernel), [1, 2])
                penalty += lanes["l2"] * tf.reduce_sum(tf.square(kernel), [1, 2])
        return penalty

    def predict(self, ids: tf.Tensor, lanes: Lanes) -> tf.Tensor:
        """Return the probabilities of rows by number."""
        _, _, logits = self._forward(self.data.rows(ids, lanes), self.kernels(), lanes, None)
        return tf.nn.softmax(logits)

    def _forward(
        self, x: tf.Tensor, kernels: list[tf.Tensor], lanes: Lanes, keys: list[tf.Tensor] | None
    ) -> tuple[list[tf.Tensor], list[Any], tf.Tensor]:
        """Return each layer's input, how its gradient passes the activation, and the logits.

        Args:
            x: Shape `(lanes, rows, features)`.
            kernels: Of each layer.
            lanes: What differs from lane to lane.
            keys: Of each layer's mask, `(lanes, 1, 1)`; None where nothing is dropped.
        """
        biases = self.biases(lanes)
        if keys is not None and self.structure.input_dropout:
            x *= lanes["input_dropout"].mask(keys[0])
        inputs, slopes = [x], []
        for number in range(len(kernels) - 1):
            z = self._product(inputs[-1], kernels[number]) + biases[number]
            with tf.GradientTape(watch_accessed_variables=False) as tape:
                tape.watch(z)
                h = self.activation(z)
            mask = None
            if keys is not None and self.structure.dropout:
                mask = lanes["dropout"].mask(keys[number + 1])
            slopes.append((tape, z, h, mask))
            inputs.append(h if mask is None else h * mask)
        return inputs, slopes, self._product(inputs[-1], kernels[-1]) + biases[-1]

    def _product(self, a: tf.Tensor, b: tf.Tensor, **transposed: bool) -> tf.Tensor:
        """Multiply the matrices of each lane.

        Those of a single lane as matrices: as a batch of one, the gradient by a kernel of 1,024
        units takes a quarter longer.
        """
        if not self.alone:
            return tf.matmul(a, b, **transposed)
        return tf.expand_dims(tf.matmul(tf.squeeze(a, 0), tf.squeeze(b, 0), **transposed), 0)

    def _descend(
        self,
        inputs: list[tf.Tensor],
        kernels: list[tf.Tensor],
        slopes: list[Any],
        delta: tf.Tensor,
        lanes: Lanes,
    ) -> None:
        """Backpropagate the gradient of the logits, and update each layer on the way.

        One operation waits for the other, although TensorFlow would not ask for it. A kernel that
        is updated while its old value is still to be read is copied first, which costs five times
        the update; and operations that could run at once are handed from thread to thread.
        """
        biases: list[tf.Tensor] = []  # their gradients, the last layer's first
        for number in reversed(range(len(kernels))):
            gradient = self._product(inputs[number], delta, transpose_a=True)
            with tf.control_dependencies([gradient]):
                whole = number < self.structure.depth and self.structure.whole_vectors
                bias = _sum_of_rows(delta, None if whole else lanes["ones"])
                biases.append(bias)
            if number:
                with tf.control_dependencies([bias]):
                    delta = self._product(delta, kernels[number], transpose_b=True)
            with tf.control_dependencies([bias, delta]):
                updates = self._update_kernel(number, kernels[number], gradient, lanes)
            if number:
                with tf.control_dependencies(updates):
                    tape, z, h, mask = slopes[number - 1]
                    delta = delta if mask is None else delta * mask
                    delta = tape.gradient(h, z, output_gradients=delta)
        self._update(len(kernels), tf.concat(biases[::-1], 2), lanes)

    def _update_kernel(
        self, number: int, kernel: tf.Tensor, gradient: tf.Tensor, lanes: Lanes
    ) -> list[tf.Operation]:
        """Update a layer's kernel, as it was read, given its gradient times the learning rates."""
        if self.structure.penalised:
            gradient += lanes["l1_step"] * tf.sign(kernel) + lanes["l2_step"] * kernel
        updates = [self._update(number, gradient, lanes)]
        if self.structure.bounded:
            variable = self.variables[number]
            norm = tf.sqrt(tf.reduce_sum(tf.square(variable), 1, keepdims=True))
            # as keras.constraints.MaxNorm, its epsilon included
            kept = tf.clip_by_value(norm, 0.0, lanes["radius"]) / (EPSILON + norm)
            variable.assign(variable * kept)
        return updates

    def _update(self, place: int, gradient: tf.Tensor, lanes: Lanes) -> tf.Operation:
        """Update the variable at a place, given its gradient times the learning rates."""
        return tf.raw_ops.ResourceApplyKerasMomentum(
            var=self.variables[place].handle,
            accum=self.variables[len(self.variables) // 2 + place].handle,
            lr=lanes["one"],
            grad=gradient,
            momentum=lanes["momentum"],
            use_nesterov=self.structure.nesterov,
        )


def _sum_of_rows(delta: tf.Tensor, ones: tf.Tensor | None) -> tf.Tensor:
    """Sum over the rows of a batch: `(lanes, rows, units)` to `(lanes, 1, units)`.

    reduce_sum rounds by where a lane begins in memory, unless all begin where a vector of the
    processor does; a product does not, but takes a tenth of a step for wide layers.

    Args:
        delta: What is summed.
        ones: For the product, `(lanes, 1, rows)`; None where units fill whole vectors.
    """
    if ones is None:
        return tf.reduce_sum(delta, 1, keepdims=True)
    return tf.matmul(ones, delta)
