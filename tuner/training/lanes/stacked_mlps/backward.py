"""The backward pass of stacked multilayer perceptrons, which updates each layer on its way.

The gradient is written out instead of taken from a tape, whose sums over broadcast axes cost as
much as the products at these sizes. Only the derivatives of the activations come from tapes.
"""

import tensorflow as tf

from tuner.training.lanes.interfaces import Lanes
from tuner.training.lanes.stacked_mlps.forward import ForwardPass, StackedMLPs

__all__ = ["backpropagate", "sum_over_rows"]


def backpropagate(
    networks: StackedMLPs,
    kernels: list[tf.Tensor],
    forward: ForwardPass,
    delta: tf.Tensor,
    lanes: Lanes,
) -> None:
    """Backpropagate the gradient of the logits, and update each layer as soon as possible.

    Control dependencies force the operations to run in order, which TensorFlow does not require.
    Without them, TensorFlow copies a kernel whose old value is still to be read when it is updated,
    which costs five times the update; and it hands operations from thread to thread.

    Args:
        networks: The networks; their variables are updated.
        kernels: The kernels that the forward pass used.
        forward: The values of the forward pass.
        delta: The gradient of the loss with respect to the logits, times the learning rates,
            shape `(lanes, rows, classes)`.
        lanes: The lanes' inputs, as `prepare_batches` returns them.
    """
    structure = networks.structure
    bias_gradients: list[tf.Tensor] = []  # the last layer's first
    for number in reversed(range(len(kernels))):
        gradient = networks.multiply(forward.inputs[number], delta, transpose_a=True)
        with tf.control_dependencies([gradient]):
            whole = number < structure.depth and structure.whole_vectors
            bias = sum_over_rows(delta, None if whole else lanes["ones"])
            bias_gradients.append(bias)
        if number:
            with tf.control_dependencies([bias]):
                delta = networks.multiply(delta, kernels[number], transpose_b=True)
        with tf.control_dependencies([bias, delta]):
            update = _update_kernel(networks, number, kernels[number], gradient, lanes)
        if number:
            with tf.control_dependencies([update]):
                layer = forward.hidden[number - 1]
                delta = delta if layer.mask is None else delta * layer.mask
                delta = layer.tape.gradient(layer.activated, layer.z, output_gradients=delta)
    _update(networks, len(kernels), tf.concat(bias_gradients[::-1], 2), lanes)


def _update_kernel(
    networks: StackedMLPs, number: int, kernel: tf.Tensor, gradient: tf.Tensor, lanes: Lanes
) -> tf.Operation:
    """Update a layer's kernel, given its gradient times the learning rates."""
    regularizer = networks.structure.regularizer
    update = _update(networks, number, regularizer.add_gradient(gradient, kernel, lanes), lanes)
    regularizer.bound_norms(networks.weights[number], lanes)
    return update


def _update(networks: StackedMLPs, place: int, gradient: tf.Tensor, lanes: Lanes) -> tf.Operation:
    """Update the weights at a place, given their gradient times the learning rates."""
    return networks.structure.optimizer.update(
        place, networks.weights, networks.optimizer_state, gradient, lanes
    )


def sum_over_rows(delta: tf.Tensor, ones: tf.Tensor | None) -> tf.Tensor:
    """Sum over the rows of a batch.

    How reduce_sum rounds depends on where a lane begins in memory, unless all lanes begin where a
    vector of the processor does. A product does not depend on it, but takes a tenth of a step for
    wide layers.

    **Shape**: `(lanes, rows, units)` to `(lanes, 1, units)`.

    Args:
        delta: The summands.
        ones: Ones for the product, shape `(lanes, 1, rows)`; None if units fill whole vectors.
    """
    if ones is None:
        return tf.reduce_sum(delta, 1, keepdims=True)
    return tf.matmul(ones, delta)
