"""One TensorFlow program that trains many networks of one shape: an epoch of all of them a call.

The weights of all lanes are stacked on a leading axis, so that a layer of all networks is one
batched matrix product. The number of lanes is free: the same program serves any group, and goes on
with fewer lanes when a trial ends. The gradient is written out instead of taken from a tape, whose
sums over broadcast axes cost as much as the products at these sizes.

The step is `keras.optimizers.SGD`'s, v ← m v − η g and w ← w + v (Nesterov: w + m v − η g), by
TensorFlow's fused update. That takes one learning rate for a whole tensor; each lane's own is
multiplied into its gradient.
"""

from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from tuner.training.lanes.data import LaneData
from tuner.training.lanes.dropout import keep_masks
from tuner.training.lanes.shape import LaneShape
from tuner.training.objectives import EPSILON

__all__ = ["LaneProgram", "LaneValues"]

_FARTHEST = float(-np.log(EPSILON))  # the loss of a row that is wrong with certainty


@dataclass(slots=True)
class LaneValues:
    """What differs from lane to lane; each of shape `(lanes,)`.

    Attributes:
        fold: The fold of each lane.
        l1: Factor of Σ |W|.
        l2: Factor of Σ W².
        radius: Of the max-norm constraint.
        dropout: Rate after hidden layers.
        input_dropout: Rate of the features.
        seed: Of the dropout masks, uint32.
    """

    fold: np.ndarray
    l1: np.ndarray
    l2: np.ndarray
    radius: np.ndarray
    dropout: np.ndarray
    input_dropout: np.ndarray
    seed: np.ndarray

    def take(self, lanes: np.ndarray) -> "LaneValues":
        """Return the values of some lanes."""
        return LaneValues(*(getattr(self, name)[lanes] for name in self.__slots__))


class LaneProgram:
    """The program of one shape, and the weights of the lanes that it trains now.

    Args:
        shape: The shape of every lane's network.
        data: The rows.
    """

    def __init__(self, shape: LaneShape, data: LaneData) -> None:
        self.shape = shape
        self.data = data
        self.activation = keras.activations.get(shape.activation)
        layers = list(zip(shape.widths, shape.widths[1:], strict=False))
        # the number of lanes is free, so that one trace serves every group
        self.kernels = [_variable((a, b)) for a, b in layers]
        self.biases = [_variable((1, b)) for _, b in layers]
        self.weights = [*self.kernels, *self.biases]
        self.momenta = [_variable(tuple(w.shape[1:])) for w in self.weights]
        steps = -(-data.train_rows // shape.batch_size)
        self.steps = int(steps.max())
        self.common_steps = int(steps.min())  # those that every fold takes
        self._program = tf.function(self._train_epoch, input_signature=[self._signature()])

    def load(self, initial: list[list[np.ndarray]]) -> None:
        """Begin with the initial weights of each lane, as `initial_weights` orders them."""
        for number, (kernel, bias) in enumerate(zip(self.kernels, self.biases, strict=True)):
            kernel.assign(np.stack([lane[2 * number] for lane in initial]))
            bias.assign(np.stack([lane[2 * number + 1][None] for lane in initial]))
        for weight, momentum in zip(self.weights, self.momenta, strict=True):
            momentum.assign(tf.zeros_like(weight))

    def keep(self, lanes: np.ndarray) -> None:
        """Go on with some of the lanes."""
        for variable in [*self.weights, *self.momenta]:
            variable.assign(tf.gather(variable, lanes))

    def epoch(
        self, order: np.ndarray, learning_rates: np.ndarray, values: LaneValues, *, epoch: int
    ) -> dict[str, np.ndarray]:
        """Train every lane for an epoch and predict its validation rows.

        Args:
            order: Row numbers in the order in which each lane visits them, filled up to whole
                batches, shape `(lanes, steps × batch size)`, int32.
            learning_rates: Of this epoch, shape `(lanes,)`.
            values: What differs from lane to lane.
            epoch: Counted from 0; decides the dropout masks.

        Returns:
            `loss`, `accuracy` and `penalty`, each of shape `(lanes,)`, and `probabilities` of
            shape `(lanes, padded validation rows, classes)`.
        """
        data, fold = self.data, values.fold
        answer = self._program(
            {
                "order": tf.constant(order),
                "rows": tf.constant(data.train_rows[fold].astype(np.int32)),
                "validation": tf.constant(data.validation[fold]),
                "mean": tf.constant(data.mean[fold]),
                "scale": tf.constant(data.scale[fold]),
                "rate": _vector(learning_rates),
                "l1": _vector(values.l1),
                "l2": _vector(values.l2),
                "radius": _vector(values.radius),
                "dropout": _vector(values.dropout),
                "input_dropout": _vector(values.input_dropout),
                "seed": tf.constant(values.seed.astype(np.uint32)),
                "first_step": tf.constant(epoch * self.steps, tf.int32),
            }
        )
        return {name: tensor.numpy() for name, tensor in answer.items()}

    def _signature(self) -> dict[str, tf.TensorSpec]:
        """Return what `_train_epoch` takes; the lanes' axis is free, so that it is traced once."""
        features, integers = self.shape.widths[0], tf.int32
        order = self.steps * self.shape.batch_size
        numbers = ("rate", "l1", "l2", "radius", "dropout", "input_dropout")
        return {
            "order": tf.TensorSpec((None, order), integers),
            "rows": tf.TensorSpec((None,), integers),
            "validation": tf.TensorSpec((None, self.data.validation.shape[1]), integers),
            "mean": tf.TensorSpec((None, 1, features)),
            "scale": tf.TensorSpec((None, 1, features)),
            **{name: tf.TensorSpec((None,)) for name in numbers},
            "seed": tf.TensorSpec((None,), tf.uint32),
            "first_step": tf.TensorSpec((), integers),
        }

    def _train_epoch(self, lanes: dict[str, tf.Tensor]) -> dict[str, tf.Tensor]:
        loss, right = tf.zeros_like(lanes["rate"]), tf.zeros_like(lanes["rate"])
        for step in tf.range(self.common_steps):
            step_loss, step_right = self._step(step, lanes)
            loss += step_loss
            right += step_right
        for step in range(self.common_steps, self.steps):
            before = [tf.identity(v) for v in [*self.weights, *self.momenta]]
            step_loss, step_right = self._step(tf.constant(step), lanes)
            self._undo_where_done(before, step, lanes["rows"])
            loss += step_loss
            right += step_right
        rows = tf.cast(lanes["rows"], tf.float32)
        return {
            "loss": loss / rows,
            "accuracy": right / rows,
            "penalty": self._penalty(lanes),
            "probabilities": self._predict(lanes),
        }

    def _step(self, step: tf.Tensor, lanes: dict[str, tf.Tensor]) -> tuple[tf.Tensor, tf.Tensor]:
        """Train one batch of every lane; return each lane's summed loss and right answers."""
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

    def _input(self, ids: tf.Tensor, lanes: dict[str, tf.Tensor]) -> tf.Tensor:
        """Return rows by number, scaled by each lane's fold: `(lanes, rows, features)`."""
        x = self.data.unscaled_rows(ids)
        if self.data.scaled:
            x = (x - lanes["mean"]) / lanes["scale"]
        if self.data.has_missing:
            x = tf.where(tf.math.is_nan(x), tf.zeros_like(x), x)
        return x

    def _forward(
        self, x: tf.Tensor, lanes: dict[str, tf.Tensor], step: tf.Tensor | None
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

    def _mask(
        self, lanes: dict[str, tf.Tensor], rate: str, counter: tf.Tensor, units: int
    ) -> tf.Tensor:
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

    def _update(self, gradients: list[tf.Tensor], lanes: dict[str, tf.Tensor]) -> None:
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

    def _undo_where_done(self, before: list[tf.Tensor], step: int, rows: tf.Tensor) -> None:
        """Take back a step of the lanes whose fold had no row left for it."""
        trained = (rows > step * self.shape.batch_size)[:, None, None]
        for variable, value in zip([*self.weights, *self.momenta], before, strict=True):
            variable.assign(tf.where(trained, variable, value))

    def _penalty(self, lanes: dict[str, tf.Tensor]) -> tf.Tensor:
        penalty = tf.zeros_like(lanes["rate"])
        if self.shape.penalised:
            for kernel in self.kernels:
                penalty += lanes["l1"] * tf.reduce_sum(tf.abs(kernel), [1, 2])
                penalty += lanes["l2"] * tf.reduce_sum(tf.square(kernel), [1, 2])
        return penalty

    def _predict(self, lanes: dict[str, tf.Tensor]) -> tf.Tensor:
        chunk = self.data.chunk
        chunks = self.data.validation.shape[1] // chunk
        parts = tf.TensorArray(tf.float32, size=chunks)
        for number in tf.range(chunks):
            ids = lanes["validation"][:, number * chunk : (number + 1) * chunk]
            _, _, logits = self._forward(self._input(ids, lanes), lanes, None)
            parts = parts.write(number, tf.transpose(tf.nn.softmax(logits), [1, 0, 2]))
        return tf.transpose(parts.concat(), [1, 0, 2])


def _variable(shape: tuple[int, ...]) -> tf.Variable:
    return tf.Variable(tf.zeros((2, *shape)), shape=(None, *shape), trainable=False)


def _vector(values: np.ndarray) -> tf.Tensor:
    return tf.constant(values.astype(np.float32))


def _softmax_cross_entropy(logits: tf.Tensor, y: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Return the loss, `(lanes, rows)`, and its gradient by the logits, in one operation."""
    shape = tf.shape(logits)
    loss, delta = tf.raw_ops.SparseSoftmaxCrossEntropyWithLogits(
        features=tf.reshape(logits, [-1, shape[-1]]), labels=tf.reshape(y, [-1])
    )
    return tf.reshape(loss, shape[:2]), tf.reshape(delta, shape)
