"""A training step of stacked multilayer perceptrons: one batch of every lane."""

import numpy as np
import tensorflow as tf

from tuner.scoring.objectives import EPSILON
from tuner.training.lanes.interfaces import Lanes
from tuner.training.lanes.stacked_mlps.backward import backpropagate
from tuner.training.lanes.stacked_mlps.forward import StackedMLPs

__all__ = ["sum_answers", "train_batch", "train_extra_batch"]

MAX_ROW_LOSS = float(-np.log(EPSILON))  # 16.1, the loss of a row that is wrong with certainty


def train_batch(
    networks: StackedMLPs, step: tf.Tensor, lanes: Lanes
) -> tuple[tf.Tensor, tf.Tensor]:
    """Train one batch of every lane.

    Args:
        networks: The networks; their variables are updated.
        step: Which batch of the epoch, counted from 0.
        lanes: The lanes' inputs, as `prepare_batches` returns them.

    Returns:
        The loss of each row and its most probable class, both from before the update, each of
        shape `(lanes · rows,)`. The values of padding rows mean nothing.
    """
    x = networks.gather_rows(tf.gather(lanes["order"], step), lanes)
    keys = None
    if "mask_keys" in lanes:
        keys = tf.unstack(tf.gather(lanes["mask_keys"], step), num=networks.structure.layers)
    kernels = networks.read_kernels()
    forward = networks.run_forward(x, kernels, lanes, keys)
    logits = tf.reshape(forward.logits, [-1, networks.structure.classes])
    loss, delta = tf.raw_ops.SparseSoftmaxCrossEntropyWithLogits(
        features=logits, labels=tf.gather(lanes["y"], step)
    )
    delta = tf.reshape(delta, tf.shape(forward.logits)) * tf.gather(lanes["gradient_scale"], step)
    backpropagate(networks, kernels, forward, delta, lanes)
    return loss, tf.argmax(logits, -1, tf.int32)


def train_extra_batch(
    networks: StackedMLPs, step: tf.Tensor, lanes: Lanes
) -> tuple[tf.Tensor, tf.Tensor]:
    """Train a batch that only the larger folds have; the other lanes keep their variables."""
    before = [tf.identity(variable) for variable in networks.variables]
    answer = train_batch(networks, step, lanes)
    has_batch = lanes["rows"] > step * lanes["batch_size"]
    for variable, value in zip(networks.variables, before, strict=True):
        mask = tf.reshape(has_batch, [-1, *[1] * (len(variable.shape) - 1)])
        variable.assign(tf.where(mask, variable, value))
    return answer


def sum_answers(losses: tf.Tensor, classes: tf.Tensor, lanes: Lanes) -> tuple[tf.Tensor, tf.Tensor]:
    """Return the sum of each lane's losses over an epoch, and its number of right answers.

    The sums run first over the steps, then over the rows of a batch, where each lane is aligned.

    **Shape**: twice `(steps, lanes · rows)` to twice `(lanes,)`.

    Args:
        losses: The losses that the steps returned; a row counts with 16.1 at most.
        classes: The most probable classes that the steps returned.
        lanes: The lanes' inputs, as `prepare_batches` returns them.
    """
    row_mask = lanes["row_mask"]
    right = tf.cast(tf.equal(classes, lanes["y"]), tf.float32)

    def total(values: tf.Tensor) -> tf.Tensor:
        masked = tf.reshape(values, tf.shape(row_mask)) * row_mask
        return tf.reduce_sum(tf.reduce_sum(masked, 0), 1)

    return total(tf.minimum(losses, MAX_ROW_LOSS)), total(right)
