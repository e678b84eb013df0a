"""Small networks for tables."""

from typing import Any

import keras
import numpy as np

from tuner.model.tables.drawing import draw_weights
from tuner.model.tables.layout import FeatureLayout
from tuner.model.tables.network import build_network
from tuner.model.tables.recipe import TableRecipe
from tuner.model.tables.row_statistics import fit_to_rows

LAYOUT = FeatureLayout(features=9, numbers=3, levels=((4, 2), (6, 3)))
"""Three numbers, an indicator, and two columns of levels."""

CLASSES = 3

_REAL = {
    **{"scaling": "robust", "numbers": "periodic", "one_hot": 2, "word_width": 2, "depth": 2},
    **{"activation": "selu", "learned_slope": True, "scaling_layer": True, "biases": "data"},
    **{"parametrization": "ntk", "dropout": 0.3, "input_dropout": 0.1},
}
_TABM = {"scaling": "quantile", "numbers": "piecewise", "heads": 4, "depth": 2, "dropout": 0.1}
_BLOCKS = {"depth": 3, "residual": True, "normalization": "batch", "kind": "l2", "strength": 0.1}
RECIPES = {"real": _REAL, "tabm": _TABM, "blocks": _BLOCKS, "layer": {"normalization": "layer"}}
"""Hyperparameters of networks that have all parts between them."""


def make_recipe(**values: Any) -> TableRecipe:
    """Make the recipe of a network with one hidden layer of 5 units, or other values."""
    usual = {"depth": 1, "units": 5, "activation": "tanh", "input_dropout": 0.0, "kind": "none"}
    usual |= {"optimizer": "adamw", "learning_rate": 0.01, "batch_size": 16, "schedule": "constant"}
    return TableRecipe.from_values(usual | values, classes=CLASSES)


def make_rows(rows: int = 40, seed: int = 0) -> np.ndarray:
    """Make rows of `LAYOUT`, whose numbers have long tails."""
    rng = np.random.default_rng(seed)
    x = np.zeros((rows, LAYOUT.features), np.float32)
    x[:, :3] = rng.standard_t(2, size=(rows, 3))
    x[:, 3] = rng.integers(0, 2, rows)
    for first, width in LAYOUT.levels:
        x[np.arange(rows), first + rng.integers(0, width, rows)] = 1
    return x


def build_adapted(recipe: TableRecipe, x: np.ndarray, seed: int = 0) -> keras.Model:
    """Build a network, and adapt it to rows."""
    model = build_network(recipe, LAYOUT)
    draw_weights(model, recipe, seed)
    fit_to_rows(model, recipe, x, LAYOUT.numbers)
    return model


def read(model: keras.Model, layer: str, x: np.ndarray) -> np.ndarray:
    """Return what a layer of a network gives for rows."""
    part = keras.Model(model.input, model.get_layer(layer).output)
    return np.asarray(part(x, training=False))


def read_input(model: keras.Model, layer: str, x: np.ndarray) -> np.ndarray:
    """Return what a layer of a network takes of rows."""
    part = keras.Model(model.input, model.get_layer(layer).input)
    return np.asarray(part(x, training=False))
