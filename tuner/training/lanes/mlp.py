"""Multilayer perceptrons in lanes: the networks that the space files describe.

The weights of all lanes are stacked on a leading axis, so that a layer of all networks is one
batched matrix product. The number of lanes is free. The gradient is written out instead of taken
from a tape, whose sums over broadcast axes cost as much as the products at these sizes.

The step is `keras.optimizers.SGD`'s, v ← m v − η g and w ← w + v (Nesterov: w + m v − η g), by
TensorFlow's fused update. That takes one learning rate for a whole tensor; each lane's own is
multiplied into its gradient.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import keras
import keras_tuner
import numpy as np
import tensorflow as tf

from tuner.model.mlp import MLPHyperModel
from tuner.model.recipe import Recipe, initial_weights
from tuner.training.compiling import build_network
from tuner.training.lanes.data import LaneData, aligned
from tuner.training.lanes.dropout import Dropout, keys_of
from tuner.training.lanes.network import Lanes, LaneTrial
from tuner.training.lanes.stacked import StackedNetworks, StackedShape
from tuner.training.objectives import EPSILON
from tuner.training.problem import Job, Plan

__all__ = ["MLPShape", "is_mlp", "mlp_trial"]

_FARTHEST = float(-np.log(EPSILON))  # the loss of a row that is wrong with certainty

# Rows of a power of two fall on the same places of a cache: a product of 256 rows by 1024×1024
# runs at 42 GFLOP/s on one core, by 1040×1040 at 85 (512: 52, 528: 83).
_CONFLICTING_UNITS = 512
_PADDING = 16
_SILENT = frozenset({"elu", "gelu", "leaky_relu", "relu", "selu", "silu", "tanh"})  # f(0) = 0


@dataclass(frozen=True)
class MLPShape(StackedShape):
    """The shape of a multilayer perceptron.

    Attributes:
        widths: Features, the units of each hidden layer, classes.
        activation: Of the hidden layers.
        batch_size: Rows of a batch.
        nesterov: Whether the momentum is Nesterov's.
        penalised: Whether there is an L1 or L2 penalty; their factors are the lanes' own.
        bounded: Whether there is a max-norm constraint; its radius is the lane's own.
        dropout: Whether there is dropout after hidden layers; its rate is the lane's own.
        input_dropout: Whether there is dropout of the features; its rate is the lane's own.
    """

    widths: tuple[int, ...]
    activation: str
    batch_size: int
    nesterov: bool
    penalised: bool
    bounded: bool
    dropout: bool
    input_dropout: bool

    @classmethod
    def of(cls, recipe: Recipe) -> "MLPShape":
        """Return the shape of a trial's network."""
        return cls(
            widths=recipe.widths,
            activation=recipe.activation,
            batch_size=recipe.batch_size,
            nesterov=recipe.nesterov,
            penalised=recipe.penalty.l1 > 0 or recipe.penalty.l2 > 0,
            bounded=recipe.penalty.radius is not None,
            dropout=recipe.dropout > 0,
            input_dropout=recipe.input_dropout > 0,
        )

    @property
    def stored_rows(self) -> int:
        """Rows that a batch takes, filled up so that lanes are aligned."""
        return aligned(self.batch_size)

    @cached_property
    def layers(self) -> list[tuple[int, int]]:
        """Inputs and outputs of each layer as they are stored, units of padding included.

        A unit of padding has weights of zero before and after it, and an activation of zero, so
        that no gradient ever moves them: it is worth nothing but faster products.
        """
        features, *hidden, classes = self.widths
        padded = [
            units + _PADDING
            if units % _CONFLICTING_UNITS == 0 and self.activation in _SILENT
            else units
            for units in hidden
        ]
        return list(pairwise([features, *padded, classes]))

    @property
    def outputs(self) -> list[int]:
        """Outputs of each layer as they are stored, and so its biases."""
        return [outputs for _, outputs in self.layers]

    @property
    def variable_shapes(self) -> list[tuple[int, ...]]:
        """The kernel of each layer, the biases of all of them, and the momenta of both."""
        weights = [*self.layers, (1, sum(self.outputs))]
        return [*weights, *weights]

    @property
    def row_elements(self) -> int:
        """Features, units and classes."""
        return sum(self.widths)

    def networks(self, data: LaneData, variables: Sequence[Any], *, alone: bool) -> "StackedMLPs":
        """Return the networks of these variables."""
        return StackedMLPs(self, data, variables, alone)


def is_mlp(job: Job, hypermodel: keras_tuner.HyperModel) -> bool:
    """Return whether the networks of a trial are multilayer perceptrons of a space file."""
    if not isinstance(hypermodel, MLPHyperModel):
        return False
    return hypermodel.recipe(job.hyperparameters).convolutions is None


def mlp_trial(job: Job, hypermodel: MLPHyperModel, plan: Plan) -> LaneTrial:
    """Return a trial whose networks are multilayer perceptrons.

    Args:
        job: The trial.
        hypermodel: Describes its network.
        plan: Its epochs are those over which a cosine schedule decays.
    """
    recipe = hypermodel.recipe(job.hyperparameters)
    shape, penalty = MLPShape.of(recipe), recipe.penalty

    def network(variables: Sequence[np.ndarray]) -> keras.Model:
        # the optimizer's variables too are made, since Keras warns where a saved one has others
        model = build_network(hypermodel, job.hyperparameters, seed=0)
        model.set_weights(_keras_weights(variables, recipe, shape))
        return model

    return LaneTrial(
        job.trial,
        shape,
        values={
            "l1": penalty.l1,
            "l2": penalty.l2,
            "radius": penalty.radius or 0.0,
            "dropout": recipe.dropout,
            "input_dropout": recipe.input_dropout,
        },
        common={"momentum": recipe.momentum},  # the fused update takes one for all lanes
        parameters=recipe.parameters,
        initial_variables=lambda seed: _initial_variables(recipe, shape, seed),
        network=network,
        learning_rate_at=lambda epoch: recipe.learning_rate_at(epoch, plan.epochs),
        epochs=job.epochs,
    )


def _initial_variables(recipe: Recipe, shape: MLPShape, seed: int) -> list[np.ndarray]:
    """Return kernels and biases as every trainer begins with them, and momenta of zero."""
    begun = initial_weights(recipe, seed)
    kernels = [_padded(*each) for each in zip(begun[::2], shape.layers, strict=True)]
    biases = [
        _padded(bias[None], (1, outputs))
        for bias, outputs in zip(begun[1::2], shape.outputs, strict=True)
    ]
    weights = [*kernels, np.concatenate(biases, axis=1)]
    return [*weights, *map(np.zeros_like, weights)]


def _keras_weights(
    variables: Sequence[np.ndarray], recipe: Recipe, shape: MLPShape
) -> list[np.ndarray]:
    """Return a lane's kernels and biases as `Model.set_weights` takes them, without padding."""
    layers = len(shape.layers)
    biases = np.split(variables[layers][0], np.cumsum(shape.outputs)[:-1])
    weights = []
    for (inputs, outputs), kernel, bias in zip(
        pairwise(recipe.widths), variables[:layers], biases, strict=True
    ):
        weights += [kernel[:inputs, :outputs], bias[:outputs]]
    return weights


@dataclass(frozen=True)
class StackedMLPs(StackedNetworks):
    """Multilayer perceptrons side by side."""

    shape: MLPShape

    def kernels(self) -> list[tf.Tensor]:
        """Read those of each layer, shape `(lanes, inputs, outputs)`."""
        return [tf.convert_to_tensor(each) for each in self.variables[: len(self.shape.layers)]]

    def biases(self) -> list[tf.Tensor]:
        """Read those of each layer, shape `(lanes, 1, outputs)`.

        They are one variable, so that one operation reads and one updates them.
        """
        return list(tf.split(self.variables[len(self.shape.layers)], self.shape.outputs, 2))

    @cached_property
    def activation(self) -> Any:
        """Of the hidden layers."""
        return keras.activations.get(self.shape.activation)

    @property
    def common_steps(self) -> int:
        """Steps that every fold takes: rows that a last batch lacks are masked."""
        return int(self.data.steps(self.shape.batch_size).min())

    def batches(self, lanes: Lanes) -> Lanes:
        """Add what each step takes of a lane, worked out for all steps at once."""
        size, stored = self.shape.batch_size, self.shape.stored_rows
        order = tf.transpose(lanes["order"], [1, 0, 2])
        steps = tf.shape(order)[0]
        begins = tf.range(steps)[:, None] * size
        rows = tf.clip_by_value(lanes["rows"][None] - begins, 0, size)  # the rest is masked
        real = tf.cast(tf.range(stored) < rows[:, :, None], tf.float32)
        share = lanes["rate"] / tf.cast(tf.maximum(rows, 1), tf.float32)
        share = real * share[:, :, None]
        y = tf.gather(self.data.y, order)
        if "class_weights" in lanes:
            by_lane = tf.gather(lanes["class_weights"], tf.transpose(y, [1, 0, 2]), batch_dims=1)
            share *= tf.transpose(by_lane, [1, 0, 2])
        return {
            **lanes,
            **self._masks(lanes, steps),
            "order": order,
            "real": real,
            "share": share[..., None],
            "y": tf.reshape(y, [steps, -1]),
            "ones": tf.ones_like(lanes["order"][:, :1], tf.float32),
        }

    def _masks(self, lanes: Lanes, steps: tf.Tensor) -> Lanes:
        """Return each lane's dropout, and the keys of all masks, `(steps, layers, lanes)`."""
        layers, dropped = len(self.shape.layers), {}
        if self.shape.input_dropout:
            dropped["input_dropout"] = self.shape.widths[:1]
        if self.shape.dropout:
            dropped["dropout"] = tuple(self.shape.outputs[:-1])
        if not dropped:
            return {}
        counters = (lanes["first_step"] + tf.range(steps))[:, None] * layers + tf.range(layers)
        rows = self.shape.stored_rows
        return {
            "mask_keys": keys_of(lanes["seed"], counters),
            **{name: Dropout.of(lanes[name], rows=rows, units=of) for name, of in dropped.items()},
        }

    def step(self, step: tf.Tensor, lanes: Lanes) -> tuple[tf.Tensor, tf.Tensor]:
        """Train one batch of every lane."""
        x = self.data.rows(tf.gather(lanes["order"], step), lanes)
        keys = tf.gather(lanes["mask_keys"], step) if "mask_keys" in lanes else None
        kernels = self.kernels()
        inputs, slopes, logits = self._forward(x, kernels, lanes, keys)
        rows, classes = logits.shape[1:]
        flat = tf.reshape(logits, [-1, classes])
        loss, delta = tf.raw_ops.SparseSoftmaxCrossEntropyWithLogits(
            features=flat, labels=tf.gather(lanes["y"], step)
        )
        delta = tf.reshape(delta, [-1, rows, classes]) * tf.gather(lanes["share"], step)
        self._descend(inputs, kernels, slopes, delta, lanes)
        return loss, tf.argmax(flat, -1, tf.int32)

    def step_apart(self, step: tf.Tensor, lanes: Lanes) -> tuple[tf.Tensor, tf.Tensor]:
        """Train a batch that only the larger folds have; the other lanes stay as they were."""
        before = [tf.identity(variable) for variable in self.variables]
        answer = self.step(step, lanes)
        self.where(lanes["rows"] > step * self.shape.batch_size, before)
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
        if self.shape.penalised:
            for kernel in self.kernels():
                penalty += lanes["l1"] * tf.reduce_sum(tf.abs(kernel), [1, 2])
                penalty += lanes["l2"] * tf.reduce_sum(tf.square(kernel), [1, 2])
        return penalty

    def predict(self, ids: tf.Tensor, lanes: Lanes) -> tf.Tensor:
        """Return the probabilities of rows by number."""
        _, _, logits = self._forward(self.data.rows(ids, lanes), self.kernels(), lanes, None)
        return tf.nn.softmax(logits)

    def _forward(
        self, x: tf.Tensor, kernels: list[tf.Tensor], lanes: Lanes, keys: tf.Tensor | None
    ) -> tuple[list[tf.Tensor], list[Any], tf.Tensor]:
        """Return each layer's input, how its gradient passes the activation, and the logits.

        Args:
            x: Shape `(lanes, rows, features)`.
            kernels: Of each layer.
            lanes: What differs from lane to lane.
            keys: Of each layer's mask, `(layers, lanes)`; None where nothing is dropped.
        """
        biases = self.biases()
        if keys is not None and self.shape.input_dropout:
            x *= lanes["input_dropout"].mask(keys[0], self.shape.widths[0])
        inputs, slopes = [x], []
        for number in range(len(kernels) - 1):
            z = self._product(inputs[-1], kernels[number]) + biases[number]
            with tf.GradientTape(watch_accessed_variables=False) as tape:
                tape.watch(z)
                h = self.activation(z)
            mask = None
            if keys is not None and self.shape.dropout:
                mask = lanes["dropout"].mask(keys[number + 1], self.shape.outputs[number])
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
        return tf.matmul(tf.squeeze(a, 0), tf.squeeze(b, 0), **transposed)[None]

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
                bias = _sum_of_rows(delta, lanes["ones"])
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
        if self.shape.penalised:
            l1 = (lanes["rate"] * lanes["l1"])[:, None, None]
            l2 = (lanes["rate"] * lanes["l2"] * 2.0)[:, None, None]
            gradient += l1 * tf.sign(kernel) + l2 * kernel
        updates = [self._update(number, gradient, lanes)]
        if self.shape.bounded:
            radius, variable = lanes["radius"][:, None, None], self.variables[number]
            norm = tf.sqrt(tf.reduce_sum(tf.square(variable), 1, keepdims=True))
            # as keras.constraints.MaxNorm, its epsilon included
            variable.assign(variable * (tf.clip_by_value(norm, 0.0, radius) / (EPSILON + norm)))
        return updates

    def _update(self, place: int, gradient: tf.Tensor, lanes: Lanes) -> tf.Operation:
        """Update the variable at a place, given its gradient times the learning rates."""
        return tf.raw_ops.ResourceApplyKerasMomentum(
            var=self.variables[place].handle,
            accum=self.variables[len(self.variables) // 2 + place].handle,
            lr=1.0,
            grad=gradient,
            momentum=lanes["momentum"],
            use_nesterov=self.shape.nesterov,
        )


def _padded(values: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """Fill an array up with zeros."""
    gaps = [(0, whole - have) for whole, have in zip(shape, values.shape, strict=True)]
    return np.pad(values, gaps)


def _sum_of_rows(delta: tf.Tensor, ones: tf.Tensor) -> tf.Tensor:
    """Sum over the rows of a batch: `(lanes, rows, units)` to `(lanes, 1, units)`.

    reduce_sum rounds by where a lane begins in memory, unless all begin where a vector of the
    processor does; a product does not, but takes a tenth of a step for wide layers.
    """
    units = int(delta.shape[-1])
    if units == aligned(units):
        return tf.reduce_sum(delta, 1, keepdims=True)
    return tf.matmul(ones, delta)
