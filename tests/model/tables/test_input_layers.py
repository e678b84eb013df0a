"""What networks for tables compute of features, compared with the formulas of the papers."""

import numpy as np
import pytest
from scipy.stats import norm

from tests.helpers.table_networks import (
    LAYOUT,
    build_adapted,
    make_recipe,
    make_rows,
    read_input,
)

X = make_rows()
NUMBERS = X[:, :3].astype(np.float64)


def clip_robustly(numbers):
    low, median, high = np.quantile(numbers, [0.25, 0.5, 0.75], axis=0)
    scaled = (numbers - median) / (high - low)
    return scaled / np.sqrt(1 + (scaled / 3) ** 2)


def compute_inputs(x=X, **values):
    model = build_adapted(make_recipe(**values), x)
    return model, read_input(model, "hidden_0", x)


def test_features_pass_as_they_are_without_parts():
    np.testing.assert_array_equal(compute_inputs()[1], X)


def test_robust_scaling_divides_by_the_distance_of_the_quartiles_and_clips_smoothly():
    _, inputs = compute_inputs(scaling="robust")
    np.testing.assert_allclose(inputs[:, :3], clip_robustly(NUMBERS), rtol=1e-5, atol=1e-6)
    np.testing.assert_array_equal(inputs[:, 3:], X[:, 3:])
    assert np.abs(inputs[:, :3]).max() < 3


def test_robust_scaling_goes_by_the_other_numbers_where_the_quartiles_agree():
    x = X.copy()
    x[:, 0], x[:2, 0], x[:, 1] = 5, [3, 11], 7
    _, inputs = compute_inputs(x, scaling="robust")
    scaled = np.array([-0.25, 0.75, 0.0])  # by twice the median of the distances 2 and 6
    expected = scaled / np.sqrt(1 + (scaled / 3) ** 2)
    np.testing.assert_allclose(inputs[:3, 0], expected, rtol=1e-5, atol=1e-6)
    np.testing.assert_array_equal(inputs[:, 1], 0)


def test_quantile_scaling_gives_ranks_the_quantiles_of_a_normal_distribution():
    _, inputs = compute_inputs(scaling="quantile", bins=8)
    borders = np.quantile(NUMBERS, np.linspace(0, 1, 9), axis=0)
    normal = norm.ppf((np.arange(9) + 0.5) / 9)
    expected = np.stack([np.interp(NUMBERS[:, n], borders[:, n], normal) for n in range(3)], 1)
    np.testing.assert_allclose(inputs[:, :3], expected, atol=1e-4)


def test_periodic_numbers_have_a_linear_map_of_cosines_beside_them():
    values = {"frequencies": 6, "number_width": 4, "frequency_scale": 0.5}
    model, inputs = compute_inputs(scaling="robust", numbers="periodic", **values)
    numbers = clip_robustly(NUMBERS)
    angles, phases = model.get_layer("frequencies").get_weights()  # radians
    kernel, bias = model.get_layer("number_embedding").get_weights()
    cosines = np.cos(numbers[:, :, None] * angles + phases)
    learned = np.einsum("bnk,nkd->bnd", cosines, kernel) + bias
    expected = np.concatenate([numbers[:, :, None], learned], axis=2).reshape(len(X), 12)
    np.testing.assert_allclose(inputs[:, :12], expected, rtol=1e-4, atol=1e-4)
    np.testing.assert_array_equal(inputs[:, 12:], X[:, 3:])
    assert np.std(angles) == pytest.approx(2 * np.pi * 0.5, rel=0.4)
    assert np.abs(phases).max() <= np.pi


def test_piecewise_numbers_have_a_linear_map_of_their_way_through_quantile_bins():
    model, inputs = compute_inputs(numbers="piecewise", bins=5, number_width=3)
    kernel, bias = model.get_layer("number_embedding").get_weights()
    borders = np.quantile(NUMBERS, np.linspace(0, 1, 6), axis=0).T[None]
    way = np.clip(
        (NUMBERS[:, :, None] - borders[..., :-1]) / np.diff(borders, axis=2), 0, 1
    )  # Gorishniy et al. 2022, equation 1, the outer bins closed
    learned = np.einsum("bnk,nkd->bnd", way, kernel) + bias
    expected = np.concatenate([NUMBERS[:, :, None], learned], axis=2).reshape(len(X), 9)
    np.testing.assert_allclose(inputs[:, :9], expected, rtol=1e-4, atol=1e-4)


def test_bins_follow_the_scaling():
    model, _ = compute_inputs(scaling="robust", numbers="piecewise", bins=2)
    layer = model.get_layer("bins")
    borders = np.quantile(clip_robustly(NUMBERS), [0, 0.5, 1], axis=0).T
    np.testing.assert_allclose(
        np.reshape(layer.adapt_mean, (3, 2)), borders[:, :-1], rtol=1e-4, atol=1e-5
    )
    np.testing.assert_allclose(
        np.sqrt(np.reshape(layer.adapt_variance, (3, 2))), np.diff(borders, axis=1), rtol=1e-4
    )


@pytest.mark.parametrize("scaling", ["standard", "quantile"])
def test_a_value_of_many_rows_takes_no_bins_from_the_others(scaling):
    x = X.copy()
    x[:, 0], x[:30, 1], x[30:, 1] = 5, 0, 1 + np.arange(10)
    x[:, 2] = np.arange(40) * 1e-5  # closer than rounding errors allow
    model, inputs = compute_inputs(x, scaling=scaling, numbers="piecewise", bins=4)
    way = read_input(model, "number_embedding", x)
    np.testing.assert_array_equal(way[:, 0], 0)
    np.testing.assert_array_equal(way[:30, 1], 0)  # borders at 0, 1, 4, 7 and 10
    np.testing.assert_allclose(way[30, 1], [1, 0, 0, 0], atol=1e-5)
    np.testing.assert_allclose(way[36, 1], [1, 1, 1, 0], atol=1e-5)
    np.testing.assert_allclose(way[39, 1], 1, atol=1e-5)
    assert 0 < way[35, 1, 2] < 1
    np.testing.assert_array_equal(way[:, 2], 0)
    assert np.isfinite(inputs).all()
    if scaling == "quantile":
        np.testing.assert_allclose(inputs[:, 0], 0, atol=1e-6)  # all at the median
        assert inputs[0, 4] == inputs[29, 4] < inputs[30, 4] < inputs[39, 4]


def test_columns_of_more_levels_than_one_hot_are_embedded():
    model, inputs = compute_inputs(one_hot=2, word_width=2)
    kernel = model.get_layer("word_embedding_1").get_weights()[0]
    assert inputs.shape == (len(X), 6 + 2)
    np.testing.assert_array_equal(inputs[:, :6], X[:, :6])
    np.testing.assert_allclose(inputs[:, 6:], X[:, 6:] @ kernel, rtol=1e-6)


def test_rows_that_were_not_adapted_to_change_nothing():
    first, other = make_rows(), make_rows(seed=1)
    recipe = make_recipe(scaling="robust", numbers="piecewise", biases="data")
    model = build_adapted(recipe, first)
    before = model.get_weights()
    model(other)
    for value, expected in zip(model.get_weights(), before, strict=True):
        np.testing.assert_array_equal(value, expected)
    assert LAYOUT.features == 9
