"""Dense layers for training, which are faster there than the layers of Keras that compute the same.

They have the weights of these layers, in the same order.
"""

from typing import Any

import keras
import tensorflow as tf

__all__ = ["Factors", "GroupedDense", "ScaledDense"]


class Factors(keras.Layer):
    """Multiplies each value of a row by a learned factor, and may add a learned bias.

    `EinsumDense` computes the same, but takes four times as long in training.

    Args:
        use_bias: Whether there are biases.
        name: The layer's name.
    """

    def __init__(self, *, use_bias: bool, name: str) -> None:
        super().__init__(name=name)
        self.use_bias = use_bias

    def build(self, shape: Any) -> None:
        """Make the variables."""
        self.kernel = self.add_weight(shape=shape[1:], initializer="ones", name="kernel")
        self.bias = None
        if self.use_bias:
            self.bias = self.add_weight(shape=shape[1:], initializer="zeros", name="bias")

    def compute_output_spec(self, inputs: Any) -> keras.KerasTensor:
        """Return the shape of the output."""
        return keras.KerasTensor(inputs.shape, inputs.dtype)

    def call(self, inputs: Any) -> Any:
        """Multiply, and add."""
        values = inputs * self.kernel
        return values if self.bias is None else values + self.bias

    def get_config(self) -> dict[str, Any]:
        """Return the argument."""
        return {**super().get_config(), "use_bias": self.use_bias}


class ScaledDense(keras.Layer):
    """`Dense` whose inputs are multiplied by a number; it multiplies the kernel, which is smaller.

    Args:
        units: Number of outputs.
        scale: The number.
        name: The layer's name.
        **options: The regularizer and the constraint of the kernel, as `Dense` takes them.
    """

    def __init__(self, units: int, scale: float, *, name: str, **options: Any) -> None:
        super().__init__(name=name)
        self.units = units
        self.scale = scale
        self.kernel_regularizer = options.get("kernel_regularizer")
        self.kernel_constraint = options.get("kernel_constraint")

    def build(self, shape: Any) -> None:
        """Make the variables."""
        self.kernel = self.add_weight(
            shape=(shape[-1], self.units),
            initializer="zeros",
            regularizer=self.kernel_regularizer,
            constraint=self.kernel_constraint,
            name="kernel",
        )
        self.bias = self.add_weight(shape=(self.units,), initializer="zeros", name="bias")

    def compute_output_spec(self, inputs: Any) -> keras.KerasTensor:
        """Return the shape of the output."""
        return keras.KerasTensor((*inputs.shape[:-1], self.units), inputs.dtype)

    def call(self, inputs: Any) -> Any:
        """Compute sums, shape `(rows, …, inputs)` to `(rows, …, units)`."""
        kernel = tf.convert_to_tensor(self.kernel)
        kernel = kernel if self.scale == 1 else kernel * self.scale
        rows = tf.reshape(inputs, (-1, inputs.shape[-1])) if len(inputs.shape) > 2 else inputs
        sums = tf.nn.bias_add(tf.matmul(rows, kernel), tf.convert_to_tensor(self.bias))
        return (
            tf.reshape(sums, (-1, *inputs.shape[1:-1], self.units)) if rows is not inputs else sums
        )

    def get_config(self) -> dict[str, Any]:
        """Return the arguments."""
        own = {
            "units": self.units,
            "scale": self.scale,
            "kernel_regularizer": keras.regularizers.serialize(self.kernel_regularizer),
            "kernel_constraint": keras.constraints.serialize(self.kernel_constraint),
        }
        return {**super().get_config(), **own}


class GroupedDense(keras.Layer):
    """A dense layer for each of several groups of inputs, as `EinsumDense` of "bgi,gio->bgo".

    Args:
        units: Number of outputs of each group.
        name: The layer's name.
    """

    def __init__(self, units: int, *, name: str) -> None:
        super().__init__(name=name)
        self.units = units

    def build(self, shape: Any) -> None:
        """Make the variables."""
        _, groups, inputs = shape
        kernel = (groups, inputs, self.units)
        self.kernel = self.add_weight(shape=kernel, initializer="zeros", name="kernel")
        self.bias = self.add_weight(shape=(groups, self.units), initializer="zeros", name="bias")

    def compute_output_spec(self, inputs: Any) -> keras.KerasTensor:
        """Return the shape of the output."""
        return keras.KerasTensor((*inputs.shape[:-1], self.units), inputs.dtype)

    def call(self, inputs: Any) -> Any:
        """Compute sums, shape `(rows, groups, inputs)` to `(rows, groups, units)`."""
        groups_first = tf.transpose(inputs, [1, 0, 2])
        sums = tf.matmul(groups_first, tf.convert_to_tensor(self.kernel))
        return tf.transpose(sums, [1, 0, 2]) + self.bias

    def get_config(self) -> dict[str, Any]:
        """Return the argument."""
        return {**super().get_config(), "units": self.units}
