"""The recipe of a network: plain data that any trainer can build and train it from."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np

from tuner.model.convolutions import Convolutions
from tuner.model.optimizers import Optimizer, read_optimizer
from tuner.model.regularizers import Penalty, make_penalty
from tuner.model.width import find_units

__all__ = ["Recipe", "draw_weights", "read_recipe", "read_units"]

# Initial weights are uniform within ±limit, which preserves variances: Glorot and Bengio (2010)
# for saturating activations and the softmax, Klambauer et al. (2017) for selu, He et al. (2015)
# for activations similar to the rectifier.
_GLOROT = frozenset({"tanh", "sigmoid", "softmax"})
_DRAWN = 1 << 14  # numbers of 8 bytes that are drawn at once, so that they fit into a cache


@dataclass(frozen=True, slots=True)
class Recipe:
    """A perceptron with a softmax, perhaps after convolutional blocks, and its optimizer.

    Attributes:
        widths: Number of features, units of each hidden layer, number of classes. After
            convolutional blocks, the features are those of the last block.
        activation: Activation of the hidden layers and convolutions, by its name in Keras.
        penalty: Penalty of its regularizer.
        dropout: Dropout rate after every hidden layer and after the last block.
        input_dropout: Dropout rate before the first layer.
        optimizer: Optimizer that trains the network.
        batch_size: Number of rows of a batch.
        convolutions: Blocks before the perceptron; None if there are none.
    """

    widths: tuple[int, ...]
    activation: str
    penalty: Penalty
    dropout: float
    input_dropout: float
    optimizer: Optimizer
    batch_size: int
    convolutions: Convolutions | None = None

    @classmethod
    def from_values(
        cls, values: Mapping[str, Any], *, features: int, classes: int, units: int
    ) -> "Recipe":
        """Return the recipe of a trial.

        Args:
            values: Its active hyperparameters.
            features: Number of features of an encoded row.
            classes: Number of classes.
            units: Units of each hidden layer; not used without hidden layers.
        """
        return cls(
            widths=(features, *[units] * int(values["depth"]), classes),
            activation=str(values.get("activation", "linear")),
            penalty=make_penalty(values),
            dropout=float(values.get("dropout", 0.0)),
            input_dropout=float(values["input_dropout"]),
            optimizer=read_optimizer(values),
            batch_size=int(values["batch_size"]),
        )

    @property
    def kernels(self) -> list[tuple[int, ...]]:
        """Shape of each layer's kernel; the last axis is that of its outputs."""
        convolutions = self.convolutions.kernels if self.convolutions else []
        return [*convolutions, *pairwise(self.widths)]

    @property
    def parameters(self) -> int:
        """Number of weights and biases."""
        return sum(math.prod(kernel) + kernel[-1] for kernel in self.kernels)


def read_recipe(
    values: Mapping[str, Any],
    *,
    features: int,
    classes: int,
    image: tuple[int, int, int] | None = None,
) -> Recipe:
    """Return the recipe of a trial of a space, without building its network.

    Args:
        values: Its active hyperparameters.
        features: Number of features of an encoded row; an image has all its pixels.
        classes: Number of classes.
        image: Height, width and channels of an image, for a space with convolutional blocks.
    """
    units = read_units(values, features=features, classes=classes)
    recipe = Recipe.from_values(values, features=features, classes=classes, units=units)
    if image is None or not values.get("blocks"):
        return recipe
    convolutions = Convolutions.from_values(values, image)
    assert convolutions is not None  # there are blocks
    widths = (convolutions.features, *recipe.widths[1:])
    return replace(recipe, widths=widths, convolutions=convolutions)


def read_units(values: Mapping[str, Any], *, features: int, classes: int) -> int:
    """Return the units of a trial's hidden layers; 0 if it has none.

    Args:
        values: Its active hyperparameters, with the units or a budget of parameters.
        features: Number of features of an encoded row.
        classes: Number of classes.
    """
    if "parameters" not in values:
        return int(values.get("units", 0))
    depth = int(values["depth"])
    return find_units(int(values["parameters"]), features=features, classes=classes, depth=depth)


def draw_weights(recipe: Recipe, seed: int) -> list[np.ndarray]:
    """Draw the initial kernel and bias of each layer, float32, in Keras's order.

    Args:
        recipe: Recipe of the network.
        seed: Decides the kernels; biases are zero.
    """
    rng = np.random.default_rng(seed)
    weights: list[np.ndarray] = []
    *hidden, last = recipe.kernels
    for shape, activation in [
        *((kernel, recipe.activation) for kernel in hidden),
        (last, "softmax"),
    ]:
        kernel = np.empty(shape, np.float32)
        _fill_uniformly(kernel.reshape(-1), _find_limit(shape, activation), rng)
        weights += [kernel, np.zeros(shape[-1], np.float32)]
    return weights


def _fill_uniformly(values: np.ndarray, limit: float, rng: np.random.Generator) -> None:
    """Draw numbers between -limit and limit, in pieces that fit into a core's caches."""
    for start in range(0, len(values), _DRAWN):
        piece = values[start : start + _DRAWN]
        piece[:] = rng.uniform(-limit, limit, size=len(piece))


def _find_limit(kernel: tuple[int, ...], activation: str) -> float:
    *window, channels, filters = kernel  # a dense kernel has no window
    inputs, outputs = math.prod(window) * channels, math.prod(window) * filters
    if activation in _GLOROT:
        return float(np.sqrt(6.0 / (inputs + outputs)))
    return float(np.sqrt((3.0 if activation == "selu" else 6.0) / inputs))
