"""Layers that learn from rows before training, such as `Normalization` and `TextVectorization`.

A hypermodel adapts them in a method `adapt(hp, model, x)`, which is called for each fold with the
rows that the fold trains on, and for a final network with all training rows.
"""

from collections.abc import Iterator
from typing import Any

import keras
import numpy as np

from tuner.model.mlp import MLPHyperModel
from tuner.problem import Problem, take_rows

__all__ = [
    "adapt_network",
    "adapts",
    "find_leak",
    "find_unstackable",
    "list_normalizations",
]


def adapts(hypermodel: Any) -> bool:
    """Return whether a hypermodel adapts its networks to the rows of each fold."""
    return callable(getattr(hypermodel, "adapt", None))


def adapt_network(hypermodel: Any, hp: Any, model: Any, problem: Problem, rows: np.ndarray) -> None:
    """Adapt a network to its training rows, if its hypermodel does so.

    It gets them as the network does: scaled, if the problem's rows are.

    Args:
        hypermodel: Its `adapt` is called with the hyperparameters, the network and the rows.
        hp: The trial's hyperparameters.
        model: The network.
        problem: All rows.
        rows: Row numbers of the network's training rows.
    """
    if adapts(hypermodel):
        x, scaler = take_rows(problem.x, rows), problem.fit_scaler(rows)
        hypermodel.adapt(hp, model, scaler.apply(x) if scaler else x)


def find_leak(hypermodel: Any, hp: Any) -> str | None:
    """Return a warning if `build` adapts a layer, which may then see rows that folds hold out.

    Args:
        hypermodel: The hypermodel, which builds a network to see that.
        hp: Hyperparameters of which it can build one.
    """
    if adapts(hypermodel) or isinstance(hypermodel, MLPHyperModel):
        return None
    layers = _iterate_layers(hypermodel.build(hp))
    learned = [layer.name for layer in layers if _has_learned(layer)]
    if not learned:
        return None
    return (
        f"{type(hypermodel).__name__}: build adapts the layer {learned[0]}; if it does so with "
        "rows that folds hold out, scores are better than those of new rows. Adapt it in a method "
        "adapt(hp, model, x), which gets the training rows of each fold"
    )


def _has_learned(layer: Any) -> bool:
    """Return whether a layer was adapted, and not given what it knows by its constructor."""
    config = layer.get_config() if hasattr(layer, "adapt") else {}
    if isinstance(layer, keras.layers.Normalization):
        moments = layer.input_mean is None and layer.built
        return bool(moments and (np.any(layer.adapt_mean) or np.any(layer.adapt_variance != 1)))
    if hasattr(layer, "get_vocabulary") and config.get("vocabulary") is None:
        return len(layer.get_vocabulary(include_special_tokens=False)) > 0
    return config.get("num_bins") is not None and config.get("bin_boundaries") is not None


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
