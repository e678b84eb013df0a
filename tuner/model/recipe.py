"""A trial's network as plain data: what any trainer needs to build and train it."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from tuner.model.convolutions import Convolutions
from tuner.model.optimizers import SGD
from tuner.model.regularizers import Penalty, make_penalty

__all__ = ["Recipe", "draw_weights"]

# Variance-preserving initial weights, uniform within ±limit: Glorot and Bengio (2010) for
# saturating activations and the softmax, Klambauer et al. (2017) for selu, He et al. (2015) for
# all that resemble the rectifier.
_GLOROT = frozenset({"tanh", "sigmoid", "softmax"})
_DRAWN = 1 << 14  # numbers at once, of 8 bytes: they and what comes of them fit into a cache


@dataclass(frozen=True, slots=True)
class Recipe:
    """A perceptron with a softmax, perhaps behind convolutions, and the SGD that trains it.

    Attributes:
        widths: Features, the units of each hidden layer, classes. Behind convolutional blocks the
            features are what the last of them leaves.
        activation: Of the hidden layers and convolutions, by Keras's name.
        penalty: Of its regularizer.
        dropout: Rate after every hidden layer, and after the last block.
        input_dropout: Rate before the first layer.
        optimizer: Trains it.
        batch_size: Rows of a batch.
        convolutions: The blocks before the perceptron; None where there are none.
    """

    widths: tuple[int, ...]
    activation: str
    penalty: Penalty
    dropout: float
    input_dropout: float
    optimizer: SGD
    batch_size: int
    convolutions: Convolutions | None = None

    @classmethod
    def from_values(
        cls, values: Mapping[str, Any], *, features: int, classes: int, units: int
    ) -> "Recipe":
        """Return the recipe of a trial.

        Args:
            values: The hyperparameters that act in it.
            features: Width of an encoded row.
            classes: Number of classes.
            units: Width of its hidden layers; not used where it has none.
        """
        return cls(
            widths=(features, *[units] * int(values["depth"]), classes),
            activation=str(values.get("activation", "linear")),
            penalty=make_penalty(values),
            dropout=float(values.get("dropout", 0.0)),
            input_dropout=float(values["input_dropout"]),
            optimizer=SGD.from_values(values),
            batch_size=int(values["batch_size"]),
        )

    @property
    def kernels(self) -> list[tuple[int, ...]]:
        """The shape of each layer's kernel; the last axis is that of its outputs."""
        convolutions = self.convolutions.kernels if self.convolutions else []
        return [*convolutions, *pairwise(self.widths)]

    @property
    def parameters(self) -> int:
        """Weights and biases."""
        return sum(math.prod(kernel) + kernel[-1] for kernel in self.kernels)


def draw_weights(recipe: Recipe, seed: int) -> list[np.ndarray]:
    """Return the initial kernel and bias of each layer, float32, in Keras's order.

    Args:
        recipe: The network.
        seed: Decides the kernels; biases are zero.
    """
    rng = np.random.default_rng(seed)
    weights: list[np.ndarray] = []
    *hidden, last = recipe.kernels
    for shape, activation in [*((each, recipe.activation) for each in hidden), (last, "softmax")]:
        kernel = np.empty(shape, np.float32)
        _fill_uniformly(kernel.reshape(-1), _limit(shape, activation), rng)
        weights += [kernel, np.zeros(shape[-1], np.float32)]
    return weights


def _fill_uniformly(values: np.ndarray, limit: float, rng: np.random.Generator) -> None:
    """Draw numbers between -limit and limit, in pieces that stay in a core's caches."""
    for start in range(0, len(values), _DRAWN):
        piece = values[start : start + _DRAWN]
        piece[:] = rng.uniform(-limit, limit, size=len(piece))


def _limit(kernel: tuple[int, ...], activation: str) -> float:
    *window, channels, filters = kernel  # a dense layer's is one without a window
    inputs, outputs = math.prod(window) * channels, math.prod(window) * filters
    if activation in _GLOROT:
        return float(np.sqrt(6.0 / (inputs + outputs)))
    return float(np.sqrt((3.0 if activation == "selu" else 6.0) / inputs))
