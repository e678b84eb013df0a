"""Dropout masks of all lanes at once, each lane's from its own seed."""

import tensorflow as tf

__all__ = ["keep_masks", "lane_bits"]


def _mixed(bits: tf.Tensor) -> tf.Tensor:
    """Spread every input bit over all output bits: the finaliser of MurmurHash3 (Appleby 2011)."""
    shift = tf.bitwise.right_shift
    bits = tf.bitwise.bitwise_xor(bits, shift(bits, tf.constant(16, tf.uint32)))
    bits *= tf.constant(0x85EBCA6B, tf.uint32)
    bits = tf.bitwise.bitwise_xor(bits, shift(bits, tf.constant(13, tf.uint32)))
    bits *= tf.constant(0xC2B2AE35, tf.uint32)
    return tf.bitwise.bitwise_xor(bits, shift(bits, tf.constant(16, tf.uint32)))


def lane_bits(seeds: tf.Tensor, counter: tf.Tensor, elements: int) -> tf.Tensor:
    """Return random bits that depend on a lane's seed and the counter, and on no other lane.

    TensorFlow's own generators take one seed for a whole tensor, so that a lane's numbers would
    depend on how many lanes there are; one call a lane costs more than the training step.

    Args:
        seeds: Shape `(lanes,)`, uint32.
        counter: A scalar, int32, that is never used twice: which layer of which step.
        elements: Numbers that each lane needs.

    Returns:
        Shape `(lanes, elements)`, uint32.
    """
    step = _mixed(tf.cast(counter, tf.uint32) * tf.constant(0x9E3779B9, tf.uint32))
    keys = _mixed(tf.bitwise.bitwise_xor(_mixed(seeds), step))
    numbers = tf.range(elements, dtype=tf.int32)
    positions = _mixed(tf.cast(numbers, tf.uint32) + tf.constant(0x6A09E667, tf.uint32))
    return _mixed(tf.bitwise.bitwise_xor(positions[None], keys[:, None]))


def keep_masks(
    seeds: tf.Tensor, counter: tf.Tensor, rates: tf.Tensor, *, rows: int, units: int
) -> tf.Tensor:
    """Return inverted-dropout factors: 0 with a lane's rate, else 1 / (1 − rate).

    Args:
        seeds: Shape `(lanes,)`, uint32.
        counter: A scalar that is never used twice.
        rates: Shape `(lanes,)`.
        rows: Rows of a batch.
        units: Units of the layer.

    Returns:
        Shape `(lanes, rows, units)`.
    """
    bits = lane_bits(seeds, counter, rows * units)
    uniform = tf.cast(tf.bitwise.right_shift(bits, tf.constant(8, tf.uint32)), tf.float32)
    kept = uniform >= rates[:, None] * 2.0**24
    factors = tf.where(kept, 1.0 / (1.0 - rates)[:, None], 0.0)
    return tf.reshape(factors, [-1, rows, units])
