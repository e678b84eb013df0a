"""Networks of one architecture, computed as one."""

import keras
import numpy as np
import pytest
from keras import layers, ops

from tuner.data import Scaler
from tuner.model.averaging import average_folds
from tuner.model.stacking import stack_networks

FEATURES = 6


def make_network(add_parts):
    rows = keras.Input((FEATURES,))
    return keras.Model(rows, layers.Dense(3, "softmax")(add_parts(rows)))


def fill(network, seed):
    rng = np.random.default_rng(seed)
    network.set_weights([rng.uniform(0.1, 1, w.shape) - 0.4 * (w.ndim > 1)
                         for w in network.get_weights()])  # fmt: skip
    return network


def add_perceptron(rows):
    hidden = layers.BatchNormalization()(layers.Dense(4, "relu")(layers.Dropout(0.5)(rows)))
    return layers.LayerNormalization()(layers.Dense(4, use_bias=False)(hidden))


def add_embeddings(rows):
    numbers = layers.Normalization(mean=[1.0, 2, 3, 4], variance=[4.0, 1, 0, 1])(rows[:, :4])
    numbers = numbers / ops.sqrt(1.0 + ops.square(numbers / 3))
    angles = layers.EinsumDense("bn,nk->bnk", (4, 5), bias_axes="nk")(numbers)
    learned = layers.EinsumDense("bnk,nkd->bnd", (4, 2), bias_axes="nd")(ops.cos(angles))
    both = ops.concatenate([ops.expand_dims(numbers, 2), learned], axis=2)
    flat = ops.reshape(both, (-1, 12))
    cut = ops.reshape(ops.clip(ops.repeat(numbers, 3, axis=1), 0.0, 1.0), (-1, 12))
    return layers.Concatenate()([flat, cut, rows[:, 4:]])


def add_heads(rows):
    heads = layers.RepeatVector(2)(layers.Dense(4)(rows))
    heads = layers.EinsumDense("bhu,hu->bhu", (2, 4))(heads)
    activated = layers.Activation("selu")(layers.Dense(4)(heads))
    slope = layers.EinsumDense("bhu,hu->bhu", (2, 4), bias_axes="hu")(activated - heads)
    heads = layers.Softmax()(layers.Add()([heads, slope]) * 0.5)
    return ops.mean(heads, axis=1)


def make_sequential():
    return keras.Sequential(
        [keras.Input((FEATURES,)), layers.Dense(4, "tanh"), layers.Dense(3, "softmax")]
    )


def make_nested():
    rows = keras.Input((FEATURES,))
    return keras.Model(rows, layers.Softmax()(make_sequential()(rows)))


@pytest.mark.parametrize(
    "make",
    [
        *(lambda part=part: make_network(part)
          for part in (add_perceptron, add_embeddings, add_heads)),
        *(make_sequential, make_nested),
    ],
)  # fmt: skip
def test_a_stack_answers_as_its_networks(make):
    networks = [fill(make(), seed) for seed in range(3)]
    rows = np.random.default_rng(9).normal(size=(7, 3, FEATURES)).astype(np.float32)
    stacked = stack_networks(networks)
    expected = [network(rows[:, place]).numpy() for place, network in enumerate(networks)]
    np.testing.assert_allclose(stacked(rows).numpy(), np.stack(expected, axis=1), atol=2e-6)


def add_convolution(rows):
    return layers.Flatten()(layers.Conv1D(2, 2)(layers.Reshape((FEATURES, 1))(rows)))


@pytest.mark.parametrize(
    "part",
    [
        add_convolution,
        layers.EinsumDense("...i,io->...o", 4),
        lambda rows: layers.LayerNormalization(axis=1)(layers.RepeatVector(2)(rows))[:, 0],
        lambda rows: ops.flip(rows, axis=1),
        lambda rows: ops.reshape(ops.reshape(rows, (-1,)), (-1, FEATURES)),
    ],
)
def test_what_has_no_stacked_form_is_left_to_others(part):
    assert stack_networks([make_network(part) for _ in range(2)]) is None


@pytest.mark.parametrize("part", [add_perceptron, add_convolution])
@pytest.mark.parametrize("clipped", [None, np.arange(FEATURES) < 2])
def test_the_networks_of_folds_see_rows_as_each_scaled_them(part, clipped):
    rng = np.random.default_rng(3)
    scalers = [
        Scaler(*rng.uniform(1, 2, size=(2, FEATURES)).astype(np.float32), clipped) for _ in range(3)
    ]
    scalers[1].scale[4] = np.inf
    trials = [[fill(make_network(part), 10 * trial + fold) for fold in range(3)]
              for trial in range(2)]  # fmt: skip
    rows = rng.normal(scale=9, size=(5, FEATURES)).astype(np.float32)
    rows[1, :] = np.nan
    expected = np.zeros((5, 3))
    for networks, weight in zip(trials, (3, 1), strict=True):
        for network, scaler in zip(networks, scalers, strict=True):
            expected += weight / 12 * network(scaler.apply(rows)).numpy()
    averaged = average_folds(trials, [3, 1], scalers, folds=3)
    np.testing.assert_allclose(averaged(rows).numpy(), expected, atol=2e-6)
    if part is add_perceptron:  # Keras's convolutions do not take no rows
        assert averaged(rows[:0]).shape == (0, 3)


@pytest.mark.parametrize("part", [add_perceptron, add_convolution])
def test_networks_on_all_rows_count_as_much_as_those_of_the_folds(part):
    rng = np.random.default_rng(3)
    scalers = [
        Scaler(*rng.uniform(1, 2, size=(2, FEATURES)).astype(np.float32), None) for _ in range(3)
    ]
    scalers.append(scalers[-1])
    both = [fill(make_network(part), seed) for seed in range(4)]
    folds = [fill(make_network(part), 10 + seed) for seed in range(2)]
    rows = rng.normal(size=(5, FEATURES)).astype(np.float32)
    expected = np.zeros((5, 3))
    for networks, shares in ((both, (1, 1, 1, 1)), (folds, (2, 2))):
        for network, scaler, share in zip(networks, scalers, shares, strict=False):
            expected += share / 8 * network(scaler.apply(rows)).numpy()
    averaged = average_folds([both, folds], [1, 1], scalers, folds=2)
    np.testing.assert_allclose(averaged(rows).numpy(), expected, atol=2e-6)
