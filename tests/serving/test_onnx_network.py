"""Each layer of Keras that is translated computes the same in ONNX; others are named."""

import keras
import numpy as np
import pytest
from keras import layers

from tests.helpers.onnx_graphs import run_network
from tests.helpers.table_networks import (
    LAYOUT,
    RECIPES,
    build_adapted,
    make_recipe,
    make_rows,
)
from tuner.data import Scaler
from tuner.model.averaging import average_folds, average_networks
from tuner.model.tables.network import make_served_network
from tuner.model.temperature import apply_temperature
from tuner.serving.onnx_graph import Graph
from tuner.serving.onnx_layers import Untranslatable
from tuner.serving.onnx_network import translate_network
from tuner.space.keys import ACTIVATIONS

IMAGE = (6, 7, 2)
FLAT = [
    *(layers.Dense(3, activation=name) for name in ACTIVATIONS),
    *(layers.Activation(name) for name in ("softplus", "softsign", "exponential", "mish")),
    *(layers.Activation(name) for name in ("relu6", "hard_sigmoid", "log_softmax", "linear")),
    layers.Dense(3, use_bias=False, activation=layers.LeakyReLU(0.1)),
    *(layers.ReLU(), layers.ReLU(max_value=0.5), layers.ReLU(negative_slope=0.3)),
    *(layers.ELU(0.5), layers.PReLU(), layers.Softmax(), layers.Rescaling(-1.0, offset=1.0)),
    *(layers.BatchNormalization(), layers.BatchNormalization(scale=False, center=False)),
    *(layers.LayerNormalization(), layers.LayerNormalization(scale=False)),
    *(layers.LayerNormalization(epsilon=1), layers.LeakyReLU(negative_slope=2)),
    layers.Normalization(mean=[1.0, 2, 3, 4], variance=[4.0, 1, 0, 1]),
    *(layers.Dropout(0.5), layers.GaussianNoise(1.0), layers.AlphaDropout(0.5), layers.Identity()),
    layers.Reshape((2, 2)),
]
IMAGES = [
    layers.Conv2D(3, 3, padding="same", activation="relu"),
    layers.Conv2D(4, (2, 3), strides=2, groups=2),
    layers.Conv2D(3, 2, dilation_rate=2, padding="same", use_bias=False),
    *(layers.MaxPooling2D(), layers.MaxPooling2D(3, strides=1, padding="same")),
    *(layers.AveragePooling2D(2), layers.AveragePooling2D(3, padding="same")),
    *(layers.GlobalAveragePooling2D(), layers.GlobalMaxPooling2D(keepdims=True)),
    *(layers.BatchNormalization(), layers.Flatten(), layers.Permute((2, 3, 1))),
    *(layers.SpatialDropout2D(0.5), layers.Softmax(axis=1)),
]
SERIES = [
    *(layers.Conv1D(3, 2, padding="same"), layers.MaxPooling1D(), layers.AveragePooling1D(3)),
    *(layers.GlobalAveragePooling1D(), layers.GlobalMaxPooling1D(), layers.SpatialDropout1D(0.5)),
]


def fill(network):
    """Give a network weights that differ from each other and are not all 0."""
    rng = np.random.default_rng(0)
    network.set_weights([rng.uniform(0.1, 1, w.shape) - 0.4 * (w.ndim > 1)
                         for w in network.get_weights()])  # fmt: skip
    return network


def assert_same(network):
    rows = np.random.default_rng(1).normal(size=(5, *network.input_shape[1:])).astype(np.float32)
    expected = network(rows, training=False).numpy()
    np.testing.assert_allclose(run_network(network, rows), expected, rtol=1e-5, atol=2e-6)


@pytest.mark.parametrize(
    ("shape", "layer"),
    [*(((4,), layer) for layer in FLAT), *((IMAGE, layer) for layer in IMAGES),
     *(((5, 2), layer) for layer in SERIES)],
    ids=lambda value: getattr(value, "name", str(value)),
)  # fmt: skip
def test_a_layer_computes_the_same(shape, layer):
    assert_same(fill(keras.Sequential([keras.Input(shape), layer])))


@pytest.mark.parametrize(
    "merge",
    [
        *(layers.Add, layers.Subtract, layers.Multiply, layers.Average),
        *(layers.Maximum, layers.Minimum, layers.Concatenate),
    ],
)
def test_branches_are_merged(merge):
    rows = keras.Input((4,))
    shared = layers.Dense(3)
    merged = merge(name="merged")([shared(rows), shared(rows + 1.0)])
    assert_same(fill(keras.Model(rows, layers.Dense(2, "softmax")(merged))))


def test_an_ensemble_with_a_temperature_is_one_graph():
    networks = [
        fill(keras.Sequential([keras.Input((4,)), layers.Dense(units, "relu"),
                               layers.Dropout(0.5), layers.Dense(3, "softmax")]))
        for units in (2, 5)
    ]  # fmt: skip
    assert_same(apply_temperature(average_networks(networks), 1.5))


def refuse(network):
    graph = Graph()
    rows = graph.add_input("rows", np.float32, network.input_shape[1:])
    with pytest.raises(Untranslatable) as error:
        translate_network(network, rows)
    return str(error.value)


class Twice(layers.Dense):
    """A subclass of a layer in the list computes something else."""

    def call(self, x):
        return 2 * super().call(x)


@pytest.mark.parametrize(
    ("shape", "layer", "reason"),
    [
        ((4,), Twice(2, name="a"), "layer a (Twice) has no translation"),
        ((5, 2), layers.LSTM(3, name="a"), "layer a (LSTM) has no translation"),
        (
            (4,),
            layers.Dense(2, activation=lambda x: 2 * x, name="a"),
            "layer a (Dense) has the activation <lambda>, which has no translation",
        ),
        ((4,), layers.Dense(2, dtype="float16", name="a"), "layer a (Dense) computes in float16"),
        (
            (5, 2),
            layers.BatchNormalization(axis=1, name="a"),
            "layer a (BatchNormalization) normalises other axes than the last",
        ),
        ((5, 2), layers.Conv1D(2, 2, padding="causal", name="a"),
         "layer a (Conv1D) has the padding causal"),
        ((4,), layers.Softmax(axis=(1,), name="a"), "layer a (Softmax) has the axis (1,)"),
        (
            (4,),
            layers.ReLU(threshold=1.0, name="a"),
            "layer a (ReLU) has a threshold, or both a slope and a greatest value",
        ),
    ],
)  # fmt: skip
def test_what_has_no_translation_is_named(shape, layer, reason):
    assert refuse(keras.Sequential([keras.Input(shape), layer])) == reason


def test_a_layer_that_is_called_with_an_option_or_an_unknown_operation_is_named():
    rows = keras.Input((4,))
    trained = layers.BatchNormalization(name="a")(rows, training=True)
    assert refuse(keras.Model(rows, trained)) == "layer a is called with training"
    for computed in (keras.ops.sort(rows), keras.ops.roll(rows, 1, axis=1)):
        assert "of keras.ops has no translation" in refuse(keras.Model(rows, computed))


def add_dense(rows):
    return layers.Dense(4, "relu")(rows)


def add_convolution(rows):
    return layers.Flatten()(layers.Conv1D(2, 2)(layers.Reshape((4, 1))(rows)))


@pytest.mark.parametrize("add_layer", [add_dense, add_convolution], ids=["stacked", "one by one"])
@pytest.mark.parametrize("clipped", [None, np.arange(4) < 2])
def test_the_networks_of_folds_are_one_graph(add_layer, clipped):
    def make():
        rows = keras.Input((4,))
        return fill(keras.Model(rows, layers.Dense(3, "softmax")(add_layer(rows))))

    rng = np.random.default_rng(0)
    scalers = [Scaler(*rng.uniform(1, 2, size=(2, 4)).astype(np.float32), clipped) for _ in "12"]
    network = average_folds([[make(), make()], [make(), make()]], [2, 1], scalers, folds=2)
    rows = rng.normal(size=(5, 4)).astype(np.float32)
    rows[2] = np.nan
    expected = network(rows).numpy()
    np.testing.assert_allclose(run_network(network, rows), expected, rtol=1e-5, atol=2e-6)


@pytest.mark.parametrize("name", RECIPES)
def test_networks_for_tables_are_translated_whole(name):
    recipe, rows = make_recipe(**RECIPES[name]), make_rows()
    served = make_served_network(build_adapted(recipe, rows), recipe, LAYOUT)
    expected = served(rows).numpy()
    np.testing.assert_allclose(run_network(served, rows), expected, rtol=1e-5, atol=2e-6)
