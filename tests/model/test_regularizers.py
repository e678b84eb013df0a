"""Each kind against the formula in its docstring, computed with numpy."""

import keras
import numpy as np
import pytest

from tuner.model.regularizers import REGULARIZERS, regularizer_arguments
from tuner.space import KIND_USES

KERNEL = np.random.default_rng(0).normal(size=(5, 3)).astype(np.float32)
VALUES = {"strength": 0.02, "balance": 0.3, "radius": 0.7}

FORMULAS = {
    "none": lambda w: 0.0,
    "l1": lambda w: 0.02 * np.abs(w).sum(),
    "l2": lambda w: 0.02 * (w**2).sum(),
    "elastic_net": lambda w: 0.02 * (0.3 * w**2 + np.abs(w)).sum(),
    "max_norm": lambda w: 0.0,
}


def arguments(kind):
    uses = {name: VALUES[name] for name in KIND_USES[kind]}
    return regularizer_arguments({"kind": kind, **uses})


def test_every_kind_of_the_space_grammar_is_built():
    assert set(REGULARIZERS) == set(KIND_USES) == set(FORMULAS)


@pytest.mark.parametrize("kind", REGULARIZERS)
def test_the_penalty_is_its_formula_over_the_kernel_alone(kind):
    layer = keras.layers.Dense(3, bias_initializer="ones", **arguments(kind))
    layer.build((None, 5))
    layer.kernel.assign(KERNEL)
    penalty = float(sum(layer.losses)) if layer.losses else 0.0
    assert penalty == pytest.approx(FORMULAS[kind](KERNEL), rel=1e-5)


def test_max_norm_bounds_the_norm_of_each_units_incoming_weights():
    bounded = np.asarray(arguments("max_norm")["kernel_constraint"](KERNEL))
    norms, expected = np.linalg.norm(bounded, axis=0), np.linalg.norm(KERNEL, axis=0)
    np.testing.assert_allclose(norms, np.minimum(expected, 0.7), rtol=1e-5)


@pytest.mark.parametrize("kind", REGULARIZERS)
def test_each_layer_gets_objects_of_its_own(kind):
    first, second = arguments(kind), arguments(kind)
    assert all(first[name] is not second[name] for name in first)
