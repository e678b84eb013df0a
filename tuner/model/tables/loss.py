"""The loss of networks for tables: cross-entropy of labels that may be smoothed and mixed."""

from typing import Any

import keras
import tensorflow as tf

from tuner.model.tables.training_layers import MixRows, SmoothLabels

__all__ = ["TableLoss", "make_loss"]

_TINY = 1e-7  # least probability whose logarithm is taken, as in Keras


class TableLoss(keras.losses.Loss):
    """Cross-entropy against labels as layers of the network smooth and mix them.

    Its numbers are variables of these layers, so that trials that differ in them share a program.
    A mixed row has the weight of the row that gives it its place.

    Args:
        smooth: The layer with the share that is spread over all classes; None to smooth nothing.
        mix: The layer that mixes rows; None if there is none.
    """

    def __init__(self, smooth: SmoothLabels | None, mix: MixRows | None) -> None:
        super().__init__(name="cross_entropy")
        self.smooth = smooth
        self.mix = mix

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Return the loss of each row.

        **Shape**: class numbers `(rows,)` and probabilities `(rows, classes)` to `(rows,)`; or each
        with an axis of heads after the rows.
        """
        losses = self._compare(y_true, y_pred)
        if self.mix is not None:
            others = self._compare(tf.roll(y_true, 1, axis=0), y_pred)
            share = tf.convert_to_tensor(self.mix.share)
            losses = share * losses + (1.0 - share) * others
        if self.smooth is not None:
            smoothing = tf.convert_to_tensor(self.smooth.smoothing)
            logarithms = tf.math.log(tf.clip_by_value(y_pred, _TINY, 1.0 - _TINY))
            spread = -tf.reduce_mean(logarithms, axis=-1)
            losses = (1.0 - smoothing) * losses + smoothing * spread
        return losses

    def _compare(self, y_true: Any, y_pred: Any) -> Any:
        return keras.losses.sparse_categorical_crossentropy(y_true, y_pred)

    def get_config(self) -> dict[str, Any]:
        """Return what no variable has."""
        return {"smooths": self.smooth is not None, "mixes": self.mix is not None}


def make_loss(model: keras.Model) -> keras.losses.Loss:
    """Return the loss of a network that `build_network` built."""
    smooth = [layer for layer in model.layers if isinstance(layer, SmoothLabels)]
    mix = [layer for layer in model.layers if isinstance(layer, MixRows)]
    if not smooth and not mix:
        return keras.losses.SparseCategoricalCrossentropy()
    return TableLoss(*(found[0] if found else None for found in (smooth, mix)))
