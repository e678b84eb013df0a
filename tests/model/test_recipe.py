import keras_tuner
import numpy as np
import pytest

from tests.helpers.spaces import make_space
from tuner.model.mlp import MLPHyperModel
from tuner.model.recipe import draw_weights


def recipe(text):
    hypermodel = MLPHyperModel(make_space(text), features=200, classes=3, epochs=1)
    return hypermodel.make_recipe(keras_tuner.HyperParameters())


def test_a_recipe_counts_its_parameters_as_keras_does():
    text = "[network]\ndepth = 2\nunits = 7\n"
    hypermodel = MLPHyperModel(make_space(text), features=4, classes=3, epochs=1)
    hp = keras_tuner.HyperParameters()
    assert hypermodel.make_recipe(hp).parameters == hypermodel.build(hp).count_params()


@pytest.mark.parametrize(
    ("activation", "variance"),
    [("relu", 2 / 200), ("selu", 1 / 200), ("tanh", 2 / (200 + 300)), ("gelu", 2 / 200)],
)
def test_initial_kernels_have_the_variance_that_suits_the_activation(activation, variance):
    text = f'[network]\ndepth = 1\nunits = 300\nactivation = "{activation}"\n'
    kernel, bias, output, _ = draw_weights(recipe(text), seed=0)
    assert kernel.var() == pytest.approx(variance, rel=0.03)
    assert output.var() == pytest.approx(2 / (300 + 3), rel=0.1)
    assert not bias.any()


def test_a_seed_decides_the_initial_weights():
    made = recipe("[network]\ndepth = 1\nunits = 4\n")
    first, same, other = (draw_weights(made, seed=seed)[0] for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, same)
    assert not np.array_equal(first, other)
