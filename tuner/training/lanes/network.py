"""The stacked networks of some lanes: one step of SGD for all of them, and their predictions.

The weights of all lanes are stacked on a leading axis, so that a layer of all networks is one
batched matrix product. The number of lanes is free. The gradient is written out instead of taken
from a tape, whose sums over broadcast axes cost as much as the products at these sizes.

The step is `keras.optimizers.SGD`'s, v ← m v − η g and w ← w + v (Nesterov: w + m v − η g), by
TensorFlow's fused update. That takes one learning rate for a whole tensor; each lane's own is
multiplied into its gradient.
"""

from itertools import pairwise
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from tuner.training.lanes.data import LaneData
from tuner.training.lanes.dropout import keep_masks
from tuner.training.lanes.shape import LaneShape
from tuner.training.objectives import EPSILON

__all__ = ["StackedNetworks"]

_FARTHEST = float(-np.log(EPSILON))  # the loss of a row that is wrong with certainty

Lanes = dict[str, tf.Tensor]  # what differs from lane to lane, by name; lanes on the first axis


class StackedNetworks:
    """Networks of one shape, their weights and momenta.

    Args:
        shape: Of every lane's network.
        data: The rows.

    Attributes:
        weights: Kernels, then biases, each of shape `(lanes, inputs or 1, outputs)`.
        momenta: Of the weights, in the same order.
    """

    def __init__(self, shape: LaneShape, data: LaneData) -> None:
        self.shape = shape
        self.data = data
        self.activation = keras.activations.get(shape.activation)
        layers = list(pairwise(shape.widths))
        self.kernels = [_variable((a, b)) for a, b in layers]
        self.biases = [_variable((1, b)) for _, b in layers]
        self.weights = [*self.kernels, *self.biases]
        self.momenta = [_variable(tuple(w.shape[1:])) for w in self.weights]

    @property
    def variables(self) -> list[tf.Variable]:
        """Weights and momenta."""
        return [*self.weights, *self.momenta]

    def step(self, step: tf.Tensor, lanes: Lanes) -> tuple[tf.Tensor, tf.Tensor]:
        """Train one batch of every lane.

        Args:
            step: Which batch of the epoch, counted from 0.
            lanes: What differs from lane to lane.

        Returns:
            Summed loss of the data, and number of right answers, each of shape `(lanes,)`.
        """
        size = self.shape.batch_size
        ids = lanes["order"][:, step * size : (step + 1) * size]
        left = lanes["rows"] - step * size  # of a last, smaller batch, the rest is masked
        real = tf.cast(tf.range(size)[None] < left[:, None], tf.float32)
        x = self._input(ids, lanes)
        inputs, slopes, logits = self._forward(x, lanes, lanes["first_step"] + step)
        y = tf.gather(self.data.y, ids)
        loss, delta = _softmax_cross_entropy(logits, y)
        right = tf.cast(tf.equal(tf.argmax(logits, -1, tf.int32), y), tf.float32)
        rows = tf.cast(tf.clip_by_value(left, 1, size), tf.float32)
        delta *= (real * (lanes["rate"] / rows)[:, None])[:, :, None]
        self._update(self._gradients(inputs, slopes, delta), lanes)
        loss = tf.reduce_sum(tf.minimum(loss, _FARTHEST) * real, 1)
        return loss, tf.reduce_sum(right * real, 1)

    def step_where_rows_are_left(
        self, step: tf.Tensor, lanes: Lanes
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """Train a batch that only the larger folds have; the other lanes stay as they were."""
        before = [tf.identity(variable) for variable in self.variables]
        answer = self.step(step, lanes)
        trained = (lanes["rows"] > step * self.shape.batch_size)[:, None, None]
        for variable, value in zip(self.variables, before, strict=True):
            variable.assign(tf.where(trained, variable, value))
        return answer

    def penalty(self, lanes: Lanes) -> tf.Tensor:
        """Return what the regularizer adds to each lane's loss, shape `(lanes,)`."""
        penalty = tf.zeros_like(lanes["rate"])
        if self.shape.penalised:
            for kernel in self.kernels:
                penalty += lanes["l1"] * tf.reduce_sum(tf.abs(kernel), [1, 2])
                penalty += lanes["l2"] * tf.reduce_sum(tf.square(kernel), [1, 2])
        return penalty

    def predict(self, ids: tf.Tensor, lanes: Lanes) -> tf.Tensor:
        """Return the probabilities of rows by number: `(lanes, rows, classes)`."""
        _, _, logits = self._forward(self._input(ids, lanes), lanes, None)
        return tf.nn.softmax(logits)

    def _input(self, ids: tf.Tensor, lanes: Lanes) -> tf.Tensor:
        """Return rows by number, scaled by each lane's fold: `(lanes, rows, features)`."""
        x = tf.gather(self.data.x, ids)
        if self.data.scaled:
            x = (x - lanes["mean"]) / lanes["scale"]
        if self.data.has_missing:
            x = tf.where(tf.math.is_nan(x), tf.zeros_like(x), x)
        return x

    def _forward(
        self, x: tf.Tensor, lanes: Lanes, step: tf.Tensor | None
    ) -> tuple[list[tf.Tensor], list[Any], tf.Tensor]:
        """Return each layer's input, how its gradient passes the activation, and the logits.

        Args:
            x: Shape `(lanes, rows, features)`.
            lanes: What differs from lane to lane.
            step: Decides the dropout masks; None where nothing is dropped.
        """
        layers = len(self.kernels)
        if step is not None and self.shape.input_dropout:
            x *= self._mask(lanes, "input_dropout", step * layers, self.shape.widths[0])
        inputs, slopes = [x], []
        for number in range(layers - 1):
            z = tf.matmul(inputs[-1], self.kernels[number]) + self.biases[number]
            with tf.GradientTape(watch_accessed_variables=False) as tape:
                tape.watch(z)
                h = self.activation(z)
            mask = None
            if step is not None and self.shape.dropout:
                units = self.shape.widths[number + 1]
                mask = self._mask(lanes, "dropout", step * layers + number + 1, units)
            slopes.append((tape, z, h, mask))
            inputs.append(h if mask is None else h * mask)
        return inputs, slopes, tf.matmul(inputs[-1], self.kernels[-1]) + self.biases[-1]

    def _mask(self, lanes: Lanes, rate: str, counter: tf.Tensor, units: int) -> tf.Tensor:
        rows = self.shape.batch_size
        return keep_masks(lanes["seed"], counter, lanes[rate], rows=rows, units=units)

    def _gradients(
        self, inputs: list[tf.Tensor], slopes: list[Any], delta: tf.Tensor
    ) -> list[tf.Tensor]:
        """Return the gradients of the weights, given that of the logits: backpropagation."""
        kernels: list[tf.Tensor] = []
        biases: list[tf.Tensor] = []
        for number in reversed(range(len(self.kernels))):
            kernels.insert(0, tf.matmul(inputs[number], delta, transpose_a=True))
            biases.insert(0, tf.reduce_sum(delta, 1, keepdims=True))
            if number:
                delta = tf.matmul(delta, self.kernels[number], transpose_b=True)
                tape, z, h, mask = slopes[number - 1]
                delta = delta if mask is None else delta * mask
                delta = tape.gradient(h, z, output_gradients=delta)
        return [*kernels, *biases]

    def _update(self, gradients: list[tf.Tensor], lanes: Lanes) -> None:
        if self.shape.penalised:
            l1 = (lanes["rate"] * lanes["l1"])[:, None, None]
            l2 = (lanes["rate"] * lanes["l2"] * 2.0)[:, None, None]
            for number, kernel in enumerate(self.kernels):
                gradients[number] += l1 * tf.sign(kernel) + l2 * kernel
        for weight, momentum, gradient in zip(self.weights, self.momenta, gradients, strict=True):
            tf.raw_ops.ResourceApplyKerasMomentum(
                var=weight.handle,
                accum=momentum.handle,
                lr=1.0,
                grad=gradient,
                momentum=self.shape.momentum,
                use_nesterov=self.shape.nesterov,
            )
        if self.shape.bounded:
            radius = lanes["radius"][:, None, None]
            for kernel in self.kernels:
                norm = tf.sqrt(tf.reduce_sum(tf.square(kernel), 1, keepdims=True))
                # as keras.constraints.MaxNorm, its epsilon included
                kernel.assign(kernel * (tf.clip_by_value(norm, 0.0, radius) / (EPSILON + norm)))


def _variable(shape: tuple[int, ...]) -> tf.Variable:
    return tf.Variable(tf.zeros((2, *shape)), shape=(None, *shape), trainable=False)


def _softmax_cross_entropy(logits: tf.Tensor, y: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Return the loss, `(lanes, rows)`, and its gradient by the logits, in one operation."""
    shape = tf.shape(logits)
    loss, delta = tf.raw_ops.SparseSoftmaxCrossEntropyWithLogits(
        features=tf.reshape(logits, [-1, shape[-1]]), labels=tf.reshape(y, [-1])
    )
    return tf.reshape(loss, shape[:2]), tf.reshape(delta, shape)
