"""Networks for tables: parametrization, initial biases, heads, and the network that is served."""

import keras
import numpy as np
import pytest

from tests.helpers.table_networks import (
    LAYOUT,
    RECIPES,
    build_adapted,
    make_recipe,
    make_rows,
    read,
)
from tuner.model.tables.network import build_network, make_served_network

X = make_rows()


def fill(model):
    """Give all trainable weights values that differ from each other."""
    rng = np.random.default_rng(0)
    for weight in model.trainable_variables:
        weight.assign(rng.normal(size=weight.shape).astype(np.float32))
    return model


def test_ntk_kernels_are_normal_and_their_inputs_divided_by_the_root_of_their_number():
    recipe = make_recipe(units=200, parametrization="ntk")
    model = build_adapted(recipe, X)
    kernel, bias = model.get_layer("hidden_0").get_weights()
    assert kernel.std() == pytest.approx(1, abs=0.1)
    fill(model)
    kernel, bias = model.get_layer("hidden_0").get_weights()
    np.testing.assert_allclose(
        read(model, "hidden_0", X), X @ kernel / np.sqrt(9) + bias, rtol=1e-4, atol=1e-5
    )


def test_biases_of_data_let_pre_activations_have_variance_1_and_begin_among_the_rows():
    recipe = make_recipe(depth=2, units=50, biases="data", parametrization="ntk")
    model = build_adapted(recipe, X)
    for name in ("hidden_0", "hidden_1"):
        sums = read(model, name, X)
        np.testing.assert_allclose(sums.std(axis=0), 1, rtol=1e-3)
        # 0 is a convex combination of the rows' pre-activations
        assert (sums.min(axis=0) < 0).all()
        assert (sums.max(axis=0) > 0).all()
    again = build_adapted(recipe, X)
    for value, expected in zip(again.get_weights(), model.get_weights(), strict=True):
        np.testing.assert_array_equal(value, expected)


def test_heads_are_networks_that_share_their_kernels_but_for_factors():
    model = fill(build_network(make_recipe(heads=4, depth=2), LAYOUT))
    outputs = np.asarray(model(X))
    kernel, bias = model.get_layer("output").get_weights()
    for head in range(4):
        hidden = X
        for layer in range(2):
            before = model.get_layer(f"input_factors_{layer}").get_weights()[0][head]
            shared, shared_bias = model.get_layer(f"hidden_{layer}").get_weights()
            after, own_bias = (w[head] for w in model.get_layer(f"output_factors_{layer}").weights)
            sums = (hidden * before) @ shared + shared_bias
            hidden = np.tanh(sums * np.asarray(after) + np.asarray(own_bias))
        logits = hidden @ kernel[head] + bias[head]
        shares = np.exp(logits - logits.max(axis=1, keepdims=True))
        shares /= shares.sum(axis=1, keepdims=True)
        np.testing.assert_allclose(outputs[:, head], shares, rtol=1e-3, atol=1e-5)


def test_factors_of_heads_begin_as_random_signs_and_ones():
    model = build_adapted(make_recipe(heads=64, depth=2), X)
    signs = model.get_layer("input_factors_0").get_weights()[0]
    assert set(np.unique(signs)) == {-1.0, 1.0}
    assert abs(signs.mean()) < 0.2
    np.testing.assert_array_equal(model.get_layer("input_factors_1").get_weights()[0], 1)


def test_a_learned_slope_moves_between_the_activation_and_its_argument():
    model = fill(build_network(make_recipe(learned_slope=True, activation="selu"), LAYOUT))
    z = read(model, "hidden_0", X)
    slope = model.get_layer("slope_0").get_weights()[0]
    hidden = z + slope * (np.asarray(keras.activations.selu(z)) - z)
    kernel, bias = model.get_layer("output").get_weights()
    np.testing.assert_allclose(read(model, "output", X), hidden @ kernel + bias, rtol=1e-3)


@pytest.mark.parametrize("name", RECIPES)
def test_the_served_network_has_the_answers_of_the_trained_one_and_parts_of_keras(name):
    recipe = make_recipe(**RECIPES[name])
    model = build_adapted(recipe, X)
    rng = np.random.default_rng(0)
    for weight in model.trainable_variables:
        weight.assign_add(0.1 * rng.normal(size=weight.shape).astype(np.float32))
    expected = np.asarray(model(X, training=False))
    expected = expected.mean(axis=1) if recipe.heads > 1 else expected
    served = make_served_network(model, recipe, LAYOUT)
    np.testing.assert_allclose(np.asarray(served(X)), expected, rtol=1e-5, atol=1e-6)
    assert not any(isinstance(layer, keras.layers.Dropout) for layer in served.layers)
    assert all(type(layer).__module__.startswith("keras.") for layer in served.layers)


@pytest.mark.parametrize("name", ["real", "tabm"])
def test_networks_compute_in_float32_whatever_the_program_chose(name):
    recipe = make_recipe(**RECIPES[name])
    expected = build_adapted(recipe, X)(X)
    keras.config.set_dtype_policy("mixed_float16")
    try:
        model = build_adapted(recipe, X)
        model.compile("sgd", "sparse_categorical_crossentropy")
        np.testing.assert_array_equal(model(X), expected)
        assert make_served_network(model, recipe, LAYOUT)(X).dtype == "float32"
        assert keras.config.dtype_policy().name == "mixed_float16"
    finally:
        keras.config.set_dtype_policy("float32")
    assert type(model.optimizer) is keras.optimizers.SGD  # without scaled losses
