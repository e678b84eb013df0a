"""Dropout masks: each lane's share, and random bits that only its own seed determines."""

import numpy as np
import tensorflow as tf

from tuner.training.lanes.stacked_mlps.dropout import (
    Dropout,
    draw_bits,
    make_keys,
    make_positions,
)


def test_a_mask_drops_a_lanes_own_share_and_keeps_the_mean():
    rates = tf.constant([0.1, 0.5, 0.9])
    keys = make_keys(tf.constant([1, 2, 3], tf.uint32), tf.constant(7))
    dropout = Dropout.from_rates(rates, rows=tf.constant(64), units=tf.constant(512))
    masks = dropout.draw_mask(keys[:, None, None]).numpy()
    assert masks.shape == (3, 64, 512)
    np.testing.assert_allclose((masks == 0).mean(axis=(1, 2)), rates, atol=0.01)
    np.testing.assert_allclose(masks.mean(axis=(1, 2)), 1.0, atol=0.05)


def test_random_bits_depend_on_seed_and_counter_and_are_uncorrelated():
    seeds = tf.constant([0, 1, 2, 2**31], tf.uint32)
    positions = make_positions(20_000)
    both = make_keys(seeds, tf.constant([0, 1]))
    draws = [draw_bits(keys[:, None], positions).numpy() for keys in both]
    streams = np.concatenate(draws).astype(np.float64) / 2**32
    correlation = np.corrcoef(streams) - np.eye(8)
    assert abs(correlation).max() < 0.04
    shifted = np.corrcoef(streams[0, 1:], streams[0, :-1])[0, 1]
    assert abs(shifted) < 0.04
    alone = draw_bits(make_keys(seeds[2:3], tf.constant(1))[:, None], positions).numpy()
    np.testing.assert_array_equal(alone[0], draws[1][2])
