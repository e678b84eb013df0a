"""How many rows are predicted at once follows from what a network makes of a row."""

import keras
import pytest
import tensorflow as tf

from tuner.serving.graph_steps import choose_step


def make_graph(*layers):
    network = keras.Sequential([keras.Input((4,)), *layers, keras.layers.Dense(2)])
    function = tf.function(lambda rows: network(rows, training=False))
    return function.get_concrete_function(tf.TensorSpec((None, 4)))


@pytest.mark.parametrize(
    ("units", "rows"),
    [(100, 16_384), (10_240, 409), (100_000, 256)],  # of fewer rows, calls take the time
)
def test_wide_layers_predict_fewer_rows_at_once(units, rows):
    graph = make_graph(keras.layers.Dense(units))
    assert choose_step(graph, most=16_384) == rows


def test_weights_are_not_counted():
    graph = make_graph(keras.layers.Dense(300), keras.layers.Dense(300))  # of 90,000 numbers
    assert choose_step(graph, most=5_000) == 5_000


def test_an_embedding_of_few_numbers_is_counted():
    graph = make_graph(keras.layers.RepeatVector(5_000), keras.layers.Flatten())
    assert choose_step(graph, most=16_384) == 256
