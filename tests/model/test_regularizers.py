"""Each kind against the formula in its docstring, computed with numpy."""

import keras_tuner
import numpy as np
import pytest

from tests.helpers.spaces import make_space
from tuner.model.mlp import MLPHyperModel
from tuner.model.regularizers import REGULARIZERS
from tuner.space import KIND_USES

VALUES = {"strength": 0.02, "balance": 0.3, "radius": 0.7}

FORMULAS = {
    "none": lambda w: 0.0,
    "l1": lambda w: 0.02 * np.abs(w).sum(),
    "l2": lambda w: 0.02 * (w**2).sum(),
    "elastic_net": lambda w: 0.02 * (0.3 * w**2 + np.abs(w)).sum(),
    "max_norm": lambda w: 0.0,
}


@pytest.fixture
def kernel():
    return np.random.default_rng(0).normal(size=(5, 3)).astype(np.float32)


def dense(kind):
    """The output layer of a network without hidden layers."""
    lines = "".join(f"{name} = {VALUES[name]}\n" for name in KIND_USES[kind])
    text = f'[network]\ndepth = 0\n[regularizer]\nkind = "{kind}"\n{lines}'
    hypermodel = MLPHyperModel(make_space(text), features=5, classes=3, epochs=1)
    return hypermodel.build(keras_tuner.HyperParameters()).layers[-1]


def test_every_kind_of_the_space_grammar_is_built():
    assert set(REGULARIZERS) == set(KIND_USES) == set(FORMULAS)


@pytest.mark.parametrize("kind", REGULARIZERS)
def test_the_penalty_is_its_formula_over_the_kernel_alone(kind, kernel):
    layer = dense(kind)
    layer.kernel.assign(kernel)
    layer.bias.assign(np.ones(3))
    penalty = float(sum(layer.losses)) if layer.losses else 0.0
    assert penalty == pytest.approx(FORMULAS[kind](kernel), rel=1e-5)


def test_max_norm_bounds_the_norm_of_each_units_incoming_weights(kernel):
    bounded = np.asarray(dense("max_norm").kernel_constraint(kernel))
    norms, expected = np.linalg.norm(bounded, axis=0), np.linalg.norm(kernel, axis=0)
    np.testing.assert_allclose(norms, np.minimum(expected, 0.7), rtol=1e-5)
