"""The backward pass; its gradients are tested by the parity of trainings with `fit`."""

import numpy as np
import pytest
import tensorflow as tf

from tuner.training.lanes.data import align
from tuner.training.lanes.stacked_mlps.backward import sum_over_rows


@pytest.mark.parametrize("units", [3, 10, 16, 128])
def test_a_sum_over_rows_does_not_depend_on_the_lanes_beside_it(units):
    delta = tf.constant(np.random.default_rng(0).normal(size=(7, 32, units)), tf.float32)
    ones = None if units == align(units) else tf.ones((7, 1, 32))
    together = sum_over_rows(delta, ones).numpy()
    np.testing.assert_allclose(together[:, 0], delta.numpy().sum(axis=1), atol=1e-5)
    for start in range(5):
        two_ones = None if ones is None else ones[:2]
        beside_fewer = sum_over_rows(delta[start : start + 2], two_ones).numpy()
        np.testing.assert_array_equal(beside_fewer, together[start : start + 2])
