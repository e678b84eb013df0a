"""The initial weights of networks for tables, drawn from a seed."""

import math
from typing import Any

import keras
import numpy as np

from tuner.model.tables.recipe import TableRecipe
from tuner.model.tables.weight_groups import name_kind

__all__ = ["draw_weights"]


def draw_weights(model: keras.Model, recipe: TableRecipe, seed: int) -> None:
    """Give a network that `build_network` built random weights; its other variables stay.

    Args:
        model: The network.
        recipe: Its recipe.
        seed: Decides the weights, and the random numbers of dropout and mixing.
    """
    rng = np.random.default_rng(seed)
    for layer in model.layers:
        kernel = _draw_kernel(layer, recipe, rng)
        if kernel is not None:
            layer.kernel.assign(kernel.astype(np.float32))
        if layer.name == "frequencies":
            layer.bias.assign(rng.uniform(-np.pi, np.pi, layer.bias.shape).astype(np.float32))
        if hasattr(layer, "seeds"):
            layer.seeds.state.assign([rng.integers(1 << 32, dtype=np.uint32), 0])


def _draw_kernel(layer: Any, recipe: TableRecipe, rng: np.random.Generator) -> np.ndarray | None:
    """Return the kernel of a layer; None if it does not begin with random numbers."""
    kind = name_kind(layer.name)
    if kind in ("hidden", "output"):
        return _draw_dense(kind, layer.kernel.shape, recipe, rng)
    if layer.name == "input_factors_0":
        return rng.choice([-1.0, 1.0], layer.kernel.shape)  # the heads differ by these signs
    deviations = {
        "frequencies": 2 * np.pi * recipe.inputs.frequency_scale,  # in radians
        "number_embedding": recipe.inputs.pieces**-0.5,
        "word_embedding": 1.0,
    }
    if kind not in deviations:
        return None
    return rng.normal(scale=deviations[kind], size=layer.kernel.shape)


def _draw_dense(
    kind: str, shape: tuple[int, ...], recipe: TableRecipe, rng: np.random.Generator
) -> np.ndarray:
    """Return the kernel of a hidden layer or of the output, perhaps with an axis of heads first.

    Limits are those of Glorot and Bengio (2010) and He et al. (2015).
    """
    *_, inputs, outputs = shape
    if recipe.parametrization == "ntk" and len(shape) == 2:
        return rng.normal(size=shape)
    glorot = kind == "output" or recipe.activation in ("tanh", "sigmoid")
    limit = math.sqrt(6 / (inputs + outputs if glorot else inputs))
    return rng.uniform(-limit, limit, shape)
