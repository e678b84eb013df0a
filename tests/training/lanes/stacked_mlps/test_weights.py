"""The variables of stacked lanes."""

import numpy as np

from tuner.training.lanes.stacked_mlps.sgd import StackedSGD
from tuner.training.lanes.stacked_mlps.weights import (
    StackedWeights,
    from_keras_weights,
    to_keras_weights,
)

SHAPES = [(4, 8), (8, 3), (1, 11)]


def make_weights(lanes):
    weights = StackedWeights(SHAPES, StackedSGD(nesterov=True))
    rng = np.random.default_rng(lanes)
    values = [[rng.normal(size=shape).astype(np.float32) for shape in SHAPES] for _ in range(lanes)]
    weights.load(values)
    return weights, values


def test_weights_begin_with_their_values_and_velocities_of_zero():
    weights, values = make_weights(2)
    for network, expected in zip(weights.read_networks([0, 1]), values, strict=True):
        for variable, value in zip(network, expected, strict=True):
            np.testing.assert_array_equal(variable, value)
    state = [variable.numpy() for variable in weights.variables[3:]]
    assert [values.shape for values in state] == [(2, *shape) for shape in SHAPES]
    assert not any(values.any() for values in state)


def test_lanes_are_copied_from_several_weights():
    (first, ones), (second, others) = make_weights(2), make_weights(3)
    copied = StackedWeights(SHAPES, StackedSGD(nesterov=True))
    copied.copy_lanes([first, second], np.array([1, 2, 4]))
    for lane, expected in zip(
        copied.read_networks(range(3)), [ones[1], others[0], others[2]], strict=True
    ):
        np.testing.assert_array_equal(lane[0], expected[0])


def test_kerass_weights_come_back():
    rng = np.random.default_rng(0)
    weights = [rng.normal(size=shape) for shape in [(4, 8), (8,), (8, 5), (5,), (5, 3), (3,)]]
    again = to_keras_weights(from_keras_weights(weights), (4, 8, 5, 3))
    for first, second in zip(weights, again, strict=True):
        np.testing.assert_array_equal(first, second)
