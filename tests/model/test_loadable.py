"""Networks of a user that can be exported, and those that cannot."""

import keras
import pytest

from tuner.model.loadable import find_unloadable


class Doubled(keras.layers.Layer):
    def call(self, x):
        return 2 * x


@keras.saving.register_keras_serializable()
class Registered(Doubled): ...


def double(x):
    return 2 * x


def loss(y, p):
    return keras.losses.sparse_categorical_crossentropy(y, p)


def make(*layers):
    model = keras.Sequential([keras.Input((3,)), *layers, keras.layers.Dense(2, "softmax")])
    model.compile("adam", loss)
    return model


@pytest.mark.parametrize(
    ("layer", "part"),
    [
        (lambda: keras.layers.Lambda(lambda x: 2 * x), "a Lambda layer"),
        (lambda: keras.Sequential([keras.layers.Lambda(double)]), "a Lambda layer"),
        (lambda: keras.layers.Dense(3, double), "the function double"),
        (Doubled, "the class Doubled"),
        (Registered, "the class Registered"),
    ],
    ids=["lambda", "nested", "function", "own", "registered"],
)
def test_parts_that_only_the_program_has_are_found(layer, part):
    assert find_unloadable(make(layer())) == part


def test_layers_of_keras_can_be_loaded():
    layers = keras.layers
    dense = layers.Dense(4, "relu", kernel_regularizer=keras.regularizers.L2(0.1))
    bound = layers.Dense(4, "gelu", kernel_constraint=keras.constraints.MaxNorm(1.0))
    assert find_unloadable(make(dense, layers.BatchNormalization(), bound)) == ""
    x = keras.Input((3,))
    network = keras.Model(x, layers.Dense(2)(layers.Add()([x, layers.Rescaling(0.5)(x)])))
    assert find_unloadable(network) == ""
