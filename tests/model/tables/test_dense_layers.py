"""Dense layers for training compute what Keras's own layers compute."""

import keras
import numpy as np
import pytest
from keras import layers

from tuner.model.tables.dense_layers import Factors, GroupedDense, ScaledDense

RNG = np.random.default_rng(0)
L2 = keras.regularizers.L2(0.1)
ROWS = RNG.normal(size=(5, 3, 4)).astype(np.float32)


@pytest.mark.parametrize(
    ("own", "same"),
    [
        (Factors(use_bias=True, name="a"), layers.EinsumDense("bhu,hu->bhu", (3, 4), None, "hu")),
        (Factors(use_bias=False, name="b"), layers.EinsumDense("bhu,hu->bhu", (3, 4))),
        (ScaledDense(6, 0.5, name="c"), layers.Dense(6)),
        (ScaledDense(6, 1.0, name="d"), layers.Dense(6)),
        (GroupedDense(2, name="e"), layers.EinsumDense("bgi,gio->bgo", (3, 2), None, "go")),
    ],
    ids=lambda layer: type(layer).__name__,
)
def test_a_layer_has_the_weights_and_the_answers_of_a_layer_of_keras(own, same):
    symbol = own(keras.Input((3, 4)))
    same.build(ROWS.shape)
    own.set_weights([RNG.normal(size=weight.shape) for weight in same.weights])
    same.set_weights(own.get_weights())
    answer = own(ROWS)
    assert symbol.shape[1:] == answer.shape[1:]
    np.testing.assert_allclose(answer, same(ROWS * getattr(own, "scale", 1)), rtol=1e-5, atol=1e-6)


def test_a_scaled_layer_has_the_penalty_and_the_bound_of_its_kernel():
    norm = keras.constraints.MaxNorm(1.0)
    layer = ScaledDense(2, 0.5, name="a", kernel_regularizer=L2, kernel_constraint=norm)
    layer.build((None, 3))
    assert layer.kernel.constraint is norm
    assert layer.get_config()["kernel_constraint"]["config"]["max_value"] == 1.0
    assert layer.kernel.regularizer is not None
