"""The inputs of all training steps of an epoch, computed before the first step."""

import tensorflow as tf

from tuner.training.lanes.interfaces import Lanes
from tuner.training.lanes.stacked_mlps.dropout import Dropout, make_keys
from tuner.training.lanes.stacked_mlps.structure import MLPStructure

__all__ = ["prepare_batches"]


# Over 40 lines: its docstring shows the layout of batches and names each tensor.
def prepare_batches(structure: MLPStructure, lanes: Lanes) -> Lanes:
    """Return the lanes' inputs with those that each step takes.

    A lane's last batch has fewer rows than the others, and a small fold has fewer batches than
    the largest. So all batches are padded to the same number of rows, and a mask marks the real
    ones. The rows of a fold of 5, in batches of 4 that are padded to 6, and their mask:

        [[r0 r1 r2 r3  0  0]    [[1 1 1 1 0 0]
         [r4  0  0  0  0  0]]    [1 0 0 0 0 0]]

    Args:
        structure: The structure of each network.
        lanes: As `LaneProgram.train_epoch` takes them.

    Returns:
        The lanes' inputs, those of dropout and penalties, and

        - `order`: row numbers, now of shape `(steps, lanes, stored rows)`;
        - `row_mask`: 1 for real rows and 0 for padding, of the same shape;
        - `y`: classes of the rows, shape `(steps, lanes · stored rows)`;
        - `gradient_scale`: factor of the gradient of each row's loss, shape
          `(steps, lanes, stored rows, 1)`;
        - `ones` and `one`: constants that steps multiply with.
    """
    size = lanes["batch_size"]
    order = tf.transpose(lanes["order"], [1, 0, 2])
    steps, _, stored = tf.unstack(tf.shape(order))
    begins = tf.expand_dims(tf.range(steps) * size, 1)
    rows = tf.clip_by_value(lanes["rows"] - begins, 0, size)  # of each batch, without padding
    row_mask = tf.cast(tf.range(stored) < tf.expand_dims(rows, 2), tf.float32)
    y = tf.gather(lanes["y"], order)
    weights = row_mask
    if "row_weights" in lanes:
        weights *= tf.gather(lanes["row_weights"], order)
    return {
        **lanes,
        **_prepare_dropout(structure, lanes, steps, stored),
        **structure.regularizer.prepare_steps(lanes),
        "order": order,
        "row_mask": row_mask,
        "gradient_scale": _scale_gradients(structure, lanes, rows, weights, y),
        "y": tf.reshape(y, [steps, -1]),
        "ones": tf.ones_like(lanes["order"][:, :1], tf.float32),
        "one": tf.constant(1.0),
    }


def _scale_gradients(
    structure: MLPStructure, lanes: Lanes, rows: tf.Tensor, weights: tf.Tensor, y: tf.Tensor
) -> tf.Tensor:
    """Return the factor of the gradient of each row's loss; 0 for padding.

    Args:
        structure: The structure of each network.
        lanes: As `LaneProgram.train_epoch` takes them.
        rows: Rows of each batch, shape `(steps, lanes)`.
        weights: The weight of each row, 0 for padding, shape `(steps, lanes, stored rows)`.
        y: The classes of the rows, of the same shape.
    """
    scale = structure.optimizer.compute_gradient_scale(lanes, rows)
    scale = weights * tf.expand_dims(scale, 2)
    if "class_weights" in lanes:
        by_lane = tf.gather(lanes["class_weights"], tf.transpose(y, [1, 0, 2]), batch_dims=1)
        scale *= tf.transpose(by_lane, [1, 0, 2])
    return tf.expand_dims(scale, 3)


def _prepare_dropout(
    structure: MLPStructure, lanes: Lanes, steps: tf.Tensor, rows: tf.Tensor
) -> Lanes:
    """Return the `Dropout` of features and hidden layers, and the keys of all masks.

    The keys have the shape `(steps, layers, lanes, 1, 1)`.
    """
    widths: Lanes = {}
    if structure.input_dropout:
        widths["input_dropout"] = tf.shape(lanes["x"])[1]
    if structure.dropout:
        widths["dropout"] = lanes["outputs"][0]
    if not widths:
        return {}
    layers = structure.layers
    first = lanes["first_step"] * layers
    counters = tf.reshape(first + tf.range(steps * layers), [steps, layers])
    return {
        "mask_keys": tf.reshape(make_keys(lanes["seed"], counters), [steps, layers, -1, 1, 1]),
        **{
            name: Dropout.from_rates(lanes[name], rows=rows, units=width)
            for name, width in widths.items()
        },
    }
