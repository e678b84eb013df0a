"""Layers that act in training only.

Their numbers are variables, which no configuration has, so that trials that differ in them share a
program. An exported network has none of these layers.
"""

from typing import Any

import keras
import numpy as np
import tensorflow as tf

from tuner.model.schedules import look_up, tabulate_schedule
from tuner.model.tables.layout import FeatureLayout

__all__ = [
    "FallingDropout",
    "MixRows",
    "ScheduleFactor",
    "SmoothLabels",
    "number_columns",
]

_BYTE = 256.0


class _TrainingLayer(keras.Layer):
    """Base of layers whose output has the shape of its input, and which only training needs."""

    def compute_output_spec(self, inputs: Any, *others: Any, **options: Any) -> keras.KerasTensor:
        """Return the shape of the output; Keras would trace the layer to find it out."""
        return keras.KerasTensor(inputs.shape, inputs.dtype)

    def get_config(self) -> dict[str, Any]:
        """Return the name, but no values of variables."""
        config: dict[str, Any] = super().get_config()
        return config

    def add_number(self, name: str, value: Any) -> Any:
        """Add a variable that training does not change, or not by gradients."""
        value = np.asarray(value, np.float32)
        return self.add_weight(
            shape=value.shape,
            initializer=lambda shape, dtype=None: tf.constant(value, tf.float32),
            trainable=False,
            name=name,
        )


class ScheduleFactor(_TrainingLayer):
    """Gives the factor of a schedule, which goes on with each step of training.

    **Shape**: rows of any shape, which it does not read, to a scalar.

    Args:
        schedule: The schedule's name.
        name: The layer's name.

    Attributes:
        planned_steps: The variable with the steps over which the schedule runs.
    """

    def __init__(self, schedule: str, *, name: str) -> None:
        super().__init__(name=name)
        self.table = self.add_number("schedule", tabulate_schedule(schedule))
        self.planned_steps = self.add_number("planned_steps", 1.0)
        self.step = self.add_number("step", 0.0)
        self.built = True

    def compute_output_spec(self, inputs: Any, training: bool = False) -> keras.KerasTensor:
        """Return the shape of a scalar."""
        return keras.KerasTensor((), "float32")

    def call(self, inputs: Any, training: bool = False) -> Any:
        """Return the factor, and count the step."""
        step = tf.convert_to_tensor(self.step)
        if training:
            self.step.assign(step + 1.0)
        return look_up(tf.convert_to_tensor(self.table), step / self.planned_steps)


class FallingDropout(_TrainingLayer):
    """Dropout whose rate is a variable, times a factor that falls with the training.

    The rate is rounded to a 256th, so that one random number serves four units: drawing them is
    what takes the time of dropout.

    Args:
        rate: The rate at factor 1.
        name: The layer's name.
    """

    def __init__(self, rate: float, *, name: str) -> None:
        super().__init__(name=name)
        self.rate = self.add_number("rate", rate)
        self.seeds = keras.random.SeedGenerator()
        self.built = True

    def call(self, inputs: Any, factor: Any, training: bool = False) -> Any:
        """Drop units.

        Args:
            inputs: Shape `(rows, …, units)`.
            factor: A scalar.
            training: Whether to drop any.
        """
        if not training:
            return inputs
        dropped = tf.minimum(tf.round(self.rate * factor * _BYTE), _BYTE - 1)  # all is nothing
        shape = tf.shape(inputs)
        words = tf.stack([(tf.reduce_prod(shape) + 3) // 4])
        seed = tf.cast(self.seeds.next(), tf.int32)
        bits = tf.random.stateless_uniform(words, seed, None, None, tf.int32)
        bytes_ = tf.reshape(tf.bitcast(bits, tf.int8), [-1])[: tf.reduce_prod(shape)]
        least = tf.cast(dropped - _BYTE / 2, tf.int8)
        kept = tf.reshape(tf.cast(bytes_ >= least, inputs.dtype), shape)
        return inputs * (kept * (_BYTE / (_BYTE - dropped)))


class MixRows(_TrainingLayer):
    """Mixes each row of a batch with the one before it; the loss mixes their labels alike.

    Mix-up (Zhang et al. 2018) takes a convex combination of both rows, cut-mix (Yun et al. 2019)
    some columns of the other row.

    Args:
        kind: `mixup` or `cutmix`.
        strength: α of the Beta(α, α) distribution of a row's share, drawn for each batch.
        columns: The number of the column of each feature: the features of a column stay together.
        name: The layer's name.

    Attributes:
        share: The variable with the share of the row itself, in the last batch.
    """

    def __init__(self, kind: str, strength: float, columns: tuple[int, ...], *, name: str) -> None:
        super().__init__(name=name)
        self.kind = kind
        self.columns = tuple(columns)
        self.strength = self.add_number("strength", strength)
        self.share = self.add_number("share", 1.0)
        self.seeds = keras.random.SeedGenerator()
        self.built = True

    def call(self, inputs: Any, training: bool = False) -> Any:
        """Mix rows, shape `(rows, features)`."""
        if not training:
            return inputs
        share = self._draw_share()
        others = tf.roll(inputs, 1, axis=0)
        if self.kind == "mixup":
            self.share.assign(share)
            return share * inputs + (1.0 - share) * others
        seed = tf.cast(self.seeds.next(), tf.int32)
        own = tf.random.stateless_uniform([max(self.columns) + 1], seed) < share
        self.share.assign(tf.reduce_mean(tf.cast(own, tf.float32)))
        return tf.where(tf.gather(own, self.columns), inputs, others)

    def _draw_share(self) -> Any:
        """Draw from Beta(α, α), as the share of one Gamma(α) variable in two.

        Gamma(α) is Gamma(α + 1) · u^(1/α) with a uniform u, here in logarithms: of a small α it is
        mostly below the least number of float32.
        """
        strength = tf.convert_to_tensor(self.strength)
        seeds = [tf.cast(self.seeds.next(), tf.int32) for _ in range(2)]
        larger = tf.math.log(tf.random.stateless_gamma([2], seeds[0], strength + 1.0))
        logarithms = larger + tf.math.log1p(-tf.random.stateless_uniform([2], seeds[1])) / strength
        return tf.sigmoid(logarithms[0] - logarithms[1])

    def get_config(self) -> dict[str, Any]:
        """Return what no variable has."""
        return {**super().get_config(), "kind": self.kind, "columns": self.columns}


class SmoothLabels(_TrainingLayer):
    """Passes its input on; its variable is the share of labels that the loss smooths.

    Args:
        smoothing: The share.
        name: The layer's name.
    """

    def __init__(self, smoothing: float, *, name: str) -> None:
        super().__init__(name=name)
        self.smoothing = self.add_number("smoothing", smoothing)
        self.built = True

    def call(self, inputs: Any) -> Any:
        """Return the input."""
        return inputs


def number_columns(layout: FeatureLayout) -> tuple[int, ...]:
    """Return the number of the column of each feature, from 0."""
    first_level = layout.levels[0][0] if layout.levels else layout.features
    columns = list(range(first_level))
    for place, (_, width) in enumerate(layout.levels):
        columns += [first_level + place] * width
    return tuple(columns)
