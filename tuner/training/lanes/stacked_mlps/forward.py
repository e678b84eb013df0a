"""The forward pass of stacked multilayer perceptrons, which also predicts validation rows.

The weights of all lanes are stacked on a leading axis, so that a layer of all networks is one
batched matrix product. The number of lanes, the widths of the networks and the rows of a batch are
free, because tracing a program takes longer than training a small network with it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import keras
import tensorflow as tf

from tuner.training.lanes.data import gather_rows
from tuner.training.lanes.interfaces import Lanes
from tuner.training.lanes.stacked_mlps.structure import MLPStructure

__all__ = ["ForwardPass", "HiddenLayer", "StackedMLPs"]


class HiddenLayer(NamedTuple):
    """The values of a hidden layer, from which its gradient is computed.

    Attributes:
        tape: Has recorded the activation function.
        z: The weighted sums before the activation, shape `(lanes, rows, units)`.
        activated: The values after the activation, of the same shape.
        mask: The dropout mask, of the same shape; None without dropout.
    """

    tape: tf.GradientTape
    z: tf.Tensor
    activated: tf.Tensor
    mask: tf.Tensor | None


class ForwardPass(NamedTuple):
    """The values of a forward pass.

    Attributes:
        inputs: The input of each layer, shape `(lanes, rows, inputs)`.
        hidden: The values of each hidden layer.
        logits: Shape `(lanes, rows, classes)`.
    """

    inputs: list[tf.Tensor]
    hidden: list[HiddenLayer]
    logits: tf.Tensor


@dataclass(frozen=True)
class StackedMLPs:
    """Multilayer perceptrons of one structure, side by side.

    Attributes:
        structure: The structure of each network.
        variables: As `StackedWeights.variables`.
        alone: Whether there is a single lane.
    """

    structure: MLPStructure
    variables: Sequence[Any]
    alone: bool

    @property
    def weights(self) -> Sequence[Any]:
        """The variables of the kernels, then that of the biases."""
        return self.variables[: self.structure.layers + 1]

    @property
    def optimizer_state(self) -> Sequence[Any]:
        """The variables of the optimizer."""
        return self.variables[self.structure.layers + 1 :]

    @cached_property
    def activation(self) -> Any:
        """The activation function of the hidden layers."""
        return keras.activations.get(self.structure.activation)

    def read_kernels(self) -> list[tf.Tensor]:
        """Return the kernel of each layer, shape `(lanes, inputs, outputs)`."""
        return [tf.convert_to_tensor(kernel) for kernel in self.weights[:-1]]

    def read_biases(self, lanes: Lanes) -> list[tf.Tensor]:
        """Return the biases of each layer, shape `(lanes, 1, outputs)`."""
        return list(tf.split(self.weights[-1], lanes["outputs"], 2, num=self.structure.layers))

    def gather_rows(self, ids: tf.Tensor, lanes: Lanes) -> tf.Tensor:
        """Return rows by number, scaled, as numbers of which products are taken.

        **Shape**: `(lanes, rows)` to `(lanes, rows, features)`, float32.
        """
        return tf.cast(gather_rows(ids, lanes), tf.float32)

    def predict(self, ids: tf.Tensor, lanes: Lanes) -> tf.Tensor:
        """Return the class probabilities of rows.

        **Shape**: `(lanes, rows)`, row numbers, to `(lanes, rows, classes)`.
        """
        x = self.gather_rows(ids, lanes)
        forward = self.run_forward(x, self.read_kernels(), lanes, None)
        return tf.nn.softmax(forward.logits)

    def run_forward(
        self, x: tf.Tensor, kernels: list[tf.Tensor], lanes: Lanes, keys: list[tf.Tensor] | None
    ) -> ForwardPass:
        """Compute the logits of rows, and keep what the backward pass needs.

        Args:
            x: Scaled features, shape `(lanes, rows, features)`.
            kernels: As `read_kernels` returns them.
            lanes: The lanes' inputs, as `prepare_batches` returns them.
            keys: The key of each layer's dropout mask, shape `(lanes, 1, 1)`; None if nothing is
                dropped.
        """
        biases = self.read_biases(lanes)
        if keys is not None and self.structure.input_dropout:
            x *= lanes["input_dropout"].draw_mask(keys[0])
        inputs, hidden = [x], []
        for number in range(len(kernels) - 1):
            z = self.multiply(inputs[-1], kernels[number]) + biases[number]
            with tf.GradientTape(watch_accessed_variables=False) as tape:
                tape.watch(z)
                activated = self.activation(z)
            mask = None
            if keys is not None and self.structure.dropout:
                mask = lanes["dropout"].draw_mask(keys[number + 1])
            hidden.append(HiddenLayer(tape, z, activated, mask))
            inputs.append(activated if mask is None else activated * mask)
        logits = self.multiply(inputs[-1], kernels[-1]) + biases[-1]
        return ForwardPass(inputs, hidden, logits)

    def multiply(self, a: tf.Tensor, b: tf.Tensor, **transposed: bool) -> tf.Tensor:
        """Multiply the matrices of each lane.

        A single lane uses plain matrices. As a batch of one, the gradient of a kernel of 1,024
        units takes a quarter longer.
        """
        if not self.alone:
            return tf.matmul(a, b, **transposed)
        return tf.expand_dims(tf.matmul(tf.squeeze(a, 0), tf.squeeze(b, 0), **transposed), 0)
