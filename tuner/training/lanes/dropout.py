"""Dropout masks of all lanes at once, each lane's from its own seed.

TensorFlow's own generators take one seed for a whole tensor, so that a lane's numbers would depend
on how many lanes there are; one call a lane costs more than the training step. Here, what depends
on the step and what depends on the unit is worked out before an epoch, and mixed in it.
"""

from dataclasses import dataclass

import tensorflow as tf

__all__ = ["Dropout", "keys_of", "lane_bits", "positions_of"]


def _mixed(bits: tf.Tensor) -> tf.Tensor:
    """Spread every input bit over all output bits: the finaliser of MurmurHash3 (Appleby 2011)."""
    shift, half = tf.bitwise.right_shift, tf.constant(16, tf.uint32)
    bits = tf.bitwise.bitwise_xor(bits, shift(bits, half))
    bits *= tf.constant(0x85EBCA6B, tf.uint32)
    bits = tf.bitwise.bitwise_xor(bits, shift(bits, tf.constant(13, tf.uint32)))
    bits *= tf.constant(0xC2B2AE35, tf.uint32)
    return tf.bitwise.bitwise_xor(bits, shift(bits, half))


def keys_of(seeds: tf.Tensor, counters: tf.Tensor) -> tf.Tensor:
    """Return what the masks of each lane depend on, and of no other lane.

    Args:
        seeds: Shape `(lanes,)`, uint32.
        counters: Of any shape, int32, none of which is ever used twice: which layer of which step.

    Returns:
        Shape `(*counters, lanes)`, uint32.
    """
    steps = _mixed(tf.cast(counters, tf.uint32) * tf.constant(0x9E3779B9, tf.uint32))
    return _mixed(tf.bitwise.bitwise_xor(_mixed(seeds), tf.expand_dims(steps, -1)))


def positions_of(elements: tf.Tensor) -> tf.Tensor:
    """Return what a mask depends on at each of its places, `(elements,)`, uint32."""
    numbers = tf.cast(tf.range(elements, dtype=tf.int32), tf.uint32)
    return _mixed(numbers + tf.constant(0x6A09E667, tf.uint32))


def lane_bits(keys: tf.Tensor, positions: tf.Tensor) -> tf.Tensor:
    """Return random bits, of the shape that both broadcast to, uint32.

    Args:
        keys: Of one counter, lanes on the first axis.
        positions: Of a lane.
    """
    return _mixed(tf.bitwise.bitwise_xor(positions, keys))


@dataclass(frozen=True)
class Dropout:
    """The inverted dropout of lanes: factors of 0 with a lane's rate, else 1 / (1 − rate).

    Attributes:
        below: Bits below it drop a unit, `(lanes, 1, 1)`, uint32.
        factor: Of a unit that is kept, `(lanes, 1, 1)`.
        positions: Of a mask, `(rows, units)`.
    """

    below: tf.Tensor
    factor: tf.Tensor
    positions: tf.Tensor

    @classmethod
    def of(cls, rates: tf.Tensor, *, rows: tf.Tensor, units: tf.Tensor) -> "Dropout":
        """Work out what masks need beside their keys.

        Args:
            rates: Shape `(lanes,)`.
            rows: Rows of a batch.
            units: Of each layer that is dropped from.
        """
        rates = tf.reshape(rates, [-1, 1, 1])
        share = tf.cast(tf.math.ceil(rates * 2.0**24), tf.uint32)  # float32 has no more digits
        return cls(
            below=tf.bitwise.left_shift(share, tf.constant(8, tf.uint32)),
            factor=1.0 / (1.0 - rates),
            positions=tf.reshape(positions_of(rows * units), [rows, units]),
        )

    def mask(self, keys: tf.Tensor) -> tf.Tensor:
        """Return the factors of a layer's units, `(lanes, rows, units)`.

        Args:
            keys: Shape `(lanes, 1, 1)`, of a counter that is never used twice.
        """
        return tf.where(lane_bits(keys, self.positions) >= self.below, self.factor, 0.0)
