"""Scaling is fitted on the training rows only."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from tuner.data import Scaling, bound, clip_smoothly, fit_scaler

numbers = st.floats(-1000, 1000, width=32) | st.just(np.nan)


def test_numbers_are_standardised_and_missing_ones_become_the_mean() -> None:
    x = np.array([[1, 7, 0], [3, 7, 1], [np.nan, 7, 1]], np.float32)
    scaler = fit_scaler(
        x, np.arange(3), np.array([Scaling.STANDARD, Scaling.STANDARD, Scaling.NONE])
    )
    assert (scaler.mean.tolist(), scaler.scale.tolist()) == ([2, 7, 0], [1, 1, 1])
    assert (scaler.mean.dtype, scaler.scale.dtype) == (np.float32, np.float32)
    scaled = scaler.apply(x)
    assert scaled.dtype == np.float32
    np.testing.assert_array_equal(scaled, [[-1, 0, 0], [1, 0, 1], [0, 0, 1]])
    assert np.isnan(x[2, 0])


@pytest.mark.parametrize("value", [0.1, 1e30, 1e-45])
def test_a_feature_that_does_not_vary_becomes_zero(value) -> None:
    x = np.full((7, 1), value, np.float32)
    scaler = fit_scaler(x, np.arange(7), np.array([Scaling.STANDARD]))
    assert scaler.scale.tolist() == [1]
    np.testing.assert_array_equal(scaler.apply(x), 0)


@pytest.mark.parametrize("value", [1e6, -3, 1e38, 0, np.nan])
def test_a_feature_without_a_value_in_the_training_rows_is_zero_in_every_row(value) -> None:
    x = np.array([[np.nan, 1], [np.nan, 2], [value, 3]], np.float32)
    scaler = fit_scaler(x, np.array([0, 1]), np.array([Scaling.STANDARD, Scaling.NONE]))
    assert (scaler.mean.tolist(), scaler.scale.tolist()) == ([0, 0], [np.inf, 1])
    np.testing.assert_array_equal(scaler.apply(x), [[0, 1], [0, 2], [0, 3]])


def test_tensorflow_scales_a_feature_without_a_value_to_zero_as_well() -> None:
    import tensorflow as tf

    x = np.array([[np.nan], [np.nan], [1e6], [-1e38]], np.float32)
    scaler = fit_scaler(x, np.array([0, 1]), np.array([Scaling.STANDARD]))
    for compiled in (False, True):

        @tf.function(jit_compile=compiled)
        def scale(rows):
            scaled = (rows - scaler.mean) / scaler.scale
            return tf.where(tf.math.is_nan(scaled), tf.zeros_like(scaled), scaled)

        np.testing.assert_array_equal(scale(tf.constant(x)).numpy(), np.zeros((4, 1)))


def test_keras_layers_scale_a_feature_without_a_value_to_zero_after_reloading(tmp_path) -> None:
    import keras

    x = np.array([[np.nan], [np.nan], [1e6], [-1e38]], np.float32)
    scaler = fit_scaler(x, np.array([0, 1]), np.array([Scaling.STANDARD]))
    rows = keras.Input((1,))
    scaled = (rows - scaler.mean) / scaler.scale
    filled = keras.ops.where(keras.ops.isnan(scaled), keras.ops.zeros_like(scaled), scaled)
    keras.Model(rows, filled).save(tmp_path / "m.keras")
    model = keras.models.load_model(tmp_path / "m.keras")
    np.testing.assert_array_equal(model(x).numpy(), np.zeros((4, 1)))


def test_a_deviation_below_float32_does_not_divide_by_zero() -> None:
    x = np.array([[0]] * 99 + [[1e-45]], np.float32)
    assert np.isfinite(fit_scaler(x, np.arange(100), np.array([Scaling.STANDARD])).apply(x)).all()


def test_moments_are_taken_in_double_precision() -> None:
    x = (16_000_000 + np.arange(1000) % 2).astype(np.float32)[:, None]
    scaler = fit_scaler(x, np.arange(1000), np.array([Scaling.STANDARD]))
    assert scaler.scale.tolist() == [0.5]


@given(arrays(np.float32, (6, 2), elements=numbers), arrays(np.float32, (2, 2), elements=numbers))
def test_rows_outside_the_training_part_are_not_fitted(x, others) -> None:
    train, scalings = np.array([0, 2, 3, 5]), np.full(2, Scaling.STANDARD)
    changed = x.copy()
    changed[[1, 4]] = others
    one, two = fit_scaler(x, train, scalings), fit_scaler(changed, train, scalings)
    np.testing.assert_array_equal(one.mean, two.mean)
    np.testing.assert_array_equal(one.scale, two.scale)


def test_the_pixels_of_a_channel_share_its_mean_and_deviation() -> None:
    images = np.random.default_rng(0).normal((10, 20), (1, 0), size=(40, 5, 4, 2))
    x, train = images.reshape(40, 40).astype(np.float32), np.arange(30)
    scaler = fit_scaler(x, train, np.full(40, Scaling.STANDARD), channels=2)
    first = images[train, :, :, 0]
    np.testing.assert_allclose(scaler.mean, np.tile([first.mean(), 20], 20), rtol=1e-6)
    np.testing.assert_allclose(scaler.scale, np.tile([first.std(), 1], 20), rtol=1e-6)


@pytest.mark.parametrize("kind", [Scaling.STANDARD, Scaling.ROBUST])
def test_finite_numbers_stay_finite_however_far_they_are(kind) -> None:
    x = np.array([[0.01], [0.02], [0.03], [-3.4e38], [3.4e38], [1e37]], np.float32)
    scaled = fit_scaler(x, np.arange(3), np.array([kind])).apply(x)
    assert np.abs(scaled).max() <= 1e6
    assert (scaled[:3] > scaled[3]).all()
    assert (scaled[:3] < scaled[4]).all()


def make_long_tails():
    """Make ordinary numbers of which one in a hundred is 99,999,999, and numbers mostly 0."""
    rng = np.random.default_rng(0)
    ordinary, mostly_zero = rng.normal(50, 10, 1000), np.zeros(1000)
    outlying = np.where(np.arange(1000) % 100, ordinary, 99_999_999)
    mostly_zero[::10] = rng.lognormal(8, 1, 100)
    x = np.stack([ordinary, outlying, mostly_zero], axis=1).astype(np.float32)
    return x, np.array([Scaling.STANDARD, Scaling.ROBUST, Scaling.ROBUST])


def test_outliers_do_not_hide_the_differences_of_the_other_numbers() -> None:
    x, scalings = make_long_tails()
    scaler = fit_scaler(x, np.arange(1000), scalings)
    standard, outlying, mostly_zero = scaler.apply(x).T
    ordinary = x[:, 1] < 1000
    assert np.corrcoef(standard[ordinary], outlying[ordinary])[0, 1] > 0.99
    assert outlying[ordinary].std() > 0.5
    np.testing.assert_allclose(outlying[~ordinary], 3)
    assert np.count_nonzero(mostly_zero) == 100
    assert np.abs(mostly_zero).max() < 3
    assert 0.3 < np.median(mostly_zero[::10]) < 0.7


def test_a_standardised_feature_is_the_same_beside_one_with_long_tails() -> None:
    x, scalings = make_long_tails()
    alone = fit_scaler(x, np.arange(1000), np.array([Scaling.STANDARD, Scaling.NONE, Scaling.NONE]))
    beside = fit_scaler(x, np.arange(1000), scalings)
    np.testing.assert_array_equal(alone.apply(x)[:, 0], beside.apply(x)[:, 0])
    assert alone.clipped is None


@pytest.mark.parametrize("values", [[5.0] * 7, [np.nan] * 7, [3e38, -3e38] * 3 + [np.nan]])
def test_quartiles_of_any_numbers_give_finite_features(values) -> None:
    x = np.array(values, np.float32)[:, None]
    scaler = fit_scaler(x, np.arange(7), np.array([Scaling.ROBUST]))
    scaled = scaler.apply(np.append(x, [[1e38], [-1e38], [np.nan], [5]]).astype("f4")[:, None])
    assert np.isfinite(scaled).all()
    assert np.abs(scaled).max() <= 3


def test_tensorflow_clips_as_numpy_does() -> None:
    import tensorflow as tf

    import keras  # isort: skip  (after TensorFlow, whose start-up it would otherwise repeat)

    z = np.float32([-3e38, -1e6, -10, -3, -0.5, 0, 1e-40, 2, 1e20, np.inf])
    expected = clip_smoothly(bound(z, np), np)
    assert expected[0] == -3
    assert expected[-1] == 3
    for compiled in (False, True):
        clip = tf.function(
            lambda rows: clip_smoothly(bound(rows, keras.ops), keras.ops), jit_compile=compiled
        )
        np.testing.assert_allclose(clip(tf.constant(z)).numpy(), expected, rtol=1e-6, atol=1e-38)
