"""Standardisation is fitted on the training rows only."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from tuner.data import fit_scaler

numbers = st.floats(-1000, 1000, width=32) | st.just(np.nan)


def test_numbers_are_standardised_and_missing_ones_become_the_mean() -> None:
    x = np.array([[1, 7, 0], [3, 7, 1], [np.nan, 7, 1]], np.float32)
    scaler = fit_scaler(x, np.arange(3), np.array([True, True, False]))
    assert (scaler.mean.tolist(), scaler.scale.tolist()) == ([2, 7, 0], [1, 1, 1])
    assert (scaler.mean.dtype, scaler.scale.dtype) == (np.float32, np.float32)
    scaled = scaler.apply(x)
    assert scaled.dtype == np.float32
    np.testing.assert_array_equal(scaled, [[-1, 0, 0], [1, 0, 1], [0, 0, 1]])
    assert np.isnan(x[2, 0])


@pytest.mark.parametrize("value", [0.1, 1e30, 1e-45])
def test_a_feature_that_does_not_vary_becomes_zero(value) -> None:
    x = np.full((7, 1), value, np.float32)
    scaler = fit_scaler(x, np.arange(7), np.array([True]))
    assert scaler.scale.tolist() == [1]
    np.testing.assert_array_equal(scaler.apply(x), 0)


@pytest.mark.parametrize("value", [1e6, -3, 1e38, 0, np.nan])
def test_a_feature_without_a_value_in_the_training_rows_is_zero_in_every_row(value) -> None:
    x = np.array([[np.nan, 1], [np.nan, 2], [value, 3]], np.float32)
    scaler = fit_scaler(x, np.array([0, 1]), np.array([True, False]))
    assert (scaler.mean.tolist(), scaler.scale.tolist()) == ([0, 0], [np.inf, 1])
    np.testing.assert_array_equal(scaler.apply(x), [[0, 1], [0, 2], [0, 3]])


def test_tensorflow_scales_a_feature_without_a_value_to_zero_as_well() -> None:
    import tensorflow as tf

    x = np.array([[np.nan], [np.nan], [1e6], [-1e38]], np.float32)
    scaler = fit_scaler(x, np.array([0, 1]), np.array([True]))
    for compiled in (False, True):

        @tf.function(jit_compile=compiled)
        def scale(rows):
            scaled = (rows - scaler.mean) / scaler.scale
            return tf.where(tf.math.is_nan(scaled), tf.zeros_like(scaled), scaled)

        np.testing.assert_array_equal(scale(tf.constant(x)).numpy(), np.zeros((4, 1)))


def test_keras_layers_scale_a_feature_without_a_value_to_zero_after_reloading(tmp_path) -> None:
    import keras

    x = np.array([[np.nan], [np.nan], [1e6], [-1e38]], np.float32)
    scaler = fit_scaler(x, np.array([0, 1]), np.array([True]))
    rows = keras.Input((1,))
    scaled = (rows - scaler.mean) / scaler.scale
    filled = keras.ops.where(keras.ops.isnan(scaled), keras.ops.zeros_like(scaled), scaled)
    keras.Model(rows, filled).save(tmp_path / "m.keras")
    model = keras.models.load_model(tmp_path / "m.keras")
    np.testing.assert_array_equal(model(x).numpy(), np.zeros((4, 1)))


def test_a_deviation_below_float32_does_not_divide_by_zero() -> None:
    x = np.array([[0]] * 99 + [[1e-45]], np.float32)
    assert np.isfinite(fit_scaler(x, np.arange(100), np.array([True])).apply(x)).all()


def test_moments_are_taken_in_double_precision() -> None:
    x = (16_000_000 + np.arange(1000) % 2).astype(np.float32)[:, None]
    scaler = fit_scaler(x, np.arange(1000), np.array([True]))
    assert scaler.scale.tolist() == [0.5]


@given(arrays(np.float32, (6, 2), elements=numbers), arrays(np.float32, (2, 2), elements=numbers))
def test_rows_outside_the_training_part_are_not_fitted(x, others) -> None:
    train, scaled = np.array([0, 2, 3, 5]), np.array([True, True])
    changed = x.copy()
    changed[[1, 4]] = others
    one, two = fit_scaler(x, train, scaled), fit_scaler(changed, train, scaled)
    np.testing.assert_array_equal(one.mean, two.mean)
    np.testing.assert_array_equal(one.scale, two.scale)


def test_the_pixels_of_a_channel_share_its_mean_and_deviation() -> None:
    images = np.random.default_rng(0).normal((10, 20), (1, 0), size=(40, 5, 4, 2))
    x, train = images.reshape(40, 40).astype(np.float32), np.arange(30)
    scaler = fit_scaler(x, train, np.ones(40, bool), channels=2)
    first = images[train, :, :, 0]
    np.testing.assert_allclose(scaler.mean, np.tile([first.mean(), 20], 20), rtol=1e-6)
    np.testing.assert_allclose(scaler.scale, np.tile([first.std(), 1], 20), rtol=1e-6)
