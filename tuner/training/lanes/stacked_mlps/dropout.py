"""Dropout masks of many lanes at once, each lane's drawn from its own seed.

TensorFlow's own generators take one seed for a whole tensor, so a lane's numbers would depend on
how many lanes there are. One call per lane costs more than the training step. Here the parts of a
mask's bits that depend on the step, and those that depend on the unit, are computed before an
epoch; a step only mixes them.
"""

from dataclasses import dataclass

import tensorflow as tf

__all__ = ["Dropout", "draw_bits", "make_keys", "make_positions"]


def _mix(bits: tf.Tensor) -> tf.Tensor:
    """Spread every input bit over all output bits: the finaliser of MurmurHash3 (Appleby 2011)."""
    shift, half = tf.bitwise.right_shift, tf.constant(16, tf.uint32)
    bits = tf.bitwise.bitwise_xor(bits, shift(bits, half))
    bits *= tf.constant(0x85EBCA6B, tf.uint32)
    bits = tf.bitwise.bitwise_xor(bits, shift(bits, tf.constant(13, tf.uint32)))
    bits *= tf.constant(0xC2B2AE35, tf.uint32)
    return tf.bitwise.bitwise_xor(bits, shift(bits, half))


def make_keys(seeds: tf.Tensor, counters: tf.Tensor) -> tf.Tensor:
    """Return one random key per counter and lane; no lane's keys depend on another lane.

    Args:
        seeds: Shape `(lanes,)`, uint32.
        counters: The number of each mask, of any shape, int32. No number is used twice.

    Returns:
        Shape `(*counters, lanes)`, uint32.
    """
    steps = _mix(tf.cast(counters, tf.uint32) * tf.constant(0x9E3779B9, tf.uint32))
    return _mix(tf.bitwise.bitwise_xor(_mix(seeds), tf.expand_dims(steps, -1)))


def make_positions(elements: tf.Tensor) -> tf.Tensor:
    """Return one random number per element of a mask, shape `(elements,)`, uint32."""
    numbers = tf.cast(tf.range(elements, dtype=tf.int32), tf.uint32)
    return _mix(numbers + tf.constant(0x6A09E667, tf.uint32))


def draw_bits(keys: tf.Tensor, positions: tf.Tensor) -> tf.Tensor:
    """Return random bits, uint32, of the shape to which keys and positions broadcast.

    Args:
        keys: The keys of one counter; lanes are the first axis.
        positions: As `make_positions` returns them.
    """
    return _mix(tf.bitwise.bitwise_xor(positions, keys))


@dataclass(frozen=True)
class Dropout:
    """Inverted dropout: a mask's factors are 0 with a lane's rate, else 1 / (1 − rate).

    Attributes:
        threshold: A unit is dropped if its bits are below it, shape `(lanes, 1, 1)`, uint32.
        factor: The factor of units that are kept, shape `(lanes, 1, 1)`.
        positions: A random number per element of a mask, shape `(rows, units)`, uint32.
    """

    threshold: tf.Tensor
    factor: tf.Tensor
    positions: tf.Tensor

    @classmethod
    def from_rates(cls, rates: tf.Tensor, *, rows: tf.Tensor, units: tf.Tensor) -> "Dropout":
        """Prepare the masks of a layer, or of several layers of one width.

        Args:
            rates: Dropout rate of each lane, shape `(lanes,)`.
            rows: Rows of a batch.
            units: Width of the layer.
        """
        rates = tf.reshape(rates, [-1, 1, 1])
        share = tf.cast(tf.math.ceil(rates * 2.0**24), tf.uint32)  # float32 has no more digits
        return cls(
            threshold=tf.bitwise.left_shift(share, tf.constant(8, tf.uint32)),
            factor=1.0 / (1.0 - rates),
            positions=tf.reshape(make_positions(rows * units), [rows, units]),
        )

    def draw_mask(self, keys: tf.Tensor) -> tf.Tensor:
        """Return the factors of a layer's units, shape `(lanes, rows, units)`.

        Args:
            keys: The keys of one counter, shape `(lanes, 1, 1)`.
        """
        return tf.where(draw_bits(keys, self.positions) >= self.threshold, self.factor, 0.0)
