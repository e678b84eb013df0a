"""Layers that learn from rows before training, such as `Normalization` and `TextVectorization`.

A hypermodel adapts them in a method `adapt(hp, model, x)`, which is called for each fold with the
rows that the fold trains on, and for a final network with all training rows.
"""

from collections.abc import Iterator
from typing import Any

import keras
import numpy as np

from tuner.problem import Inputs, take_rows

__all__ = ["adapt_network", "adapts", "find_unstackable", "list_normalizations"]


def adapts(hypermodel: Any) -> bool:
    """Return whether a hypermodel adapts its networks to the rows of each fold."""
    return callable(getattr(hypermodel, "adapt", None))


def adapt_network(hypermodel: Any, hp: Any, model: Any, x: Inputs, rows: np.ndarray) -> None:
    """Adapt a network to its training rows, if its hypermodel does so.

    Args:
        hypermodel: Its `adapt` is called with the hyperparameters, the network and the rows.
        hp: The trial's hyperparameters.
        model: The network.
        x: All rows.
        rows: Row numbers of the network's training rows.
    """
    if adapts(hypermodel):
        hypermodel.adapt(hp, model, take_rows(x, rows))


def list_normalizations(model: Any) -> list[keras.layers.Normalization]:
    """Return the layers whose mean and variance are variables, as `adapt` sets them."""
    return [
        layer
        for layer in _iterate_layers(model)
        if isinstance(layer, keras.layers.Normalization) and layer.input_mean is None
    ]


def find_unstackable(model: Any) -> Any:
    """Return a layer whose `adapt` sets more than variables; None if there is none."""
    known = list_normalizations(model)
    layers = (layer for layer in _iterate_layers(model) if hasattr(layer, "adapt"))
    return next((layer for layer in layers if layer not in known), None)


def _iterate_layers(layer: Any) -> Iterator[Any]:
    """Yield all layers within a layer."""
    for inner in getattr(layer, "layers", ()):
        yield inner
        yield from _iterate_layers(inner)
