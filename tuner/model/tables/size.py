"""How large a network for tables is, from its recipe alone."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tuner.model.tables.layout import FeatureLayout
from tuner.model.tables.recipe import InputParts, TableRecipe

__all__ = ["TableSize", "measure_size"]


@dataclass(frozen=True, slots=True)
class TableSize:
    """The size of a network for tables; limits read it as they read the recipe of a perceptron.

    Attributes:
        kernels: Shape of each product of a row with a kernel. If several heads share it, their
            number, inputs and outputs.
        parameters: Number of trainable weights and biases.
        convolutions: None; it has no convolutional blocks.
    """

    kernels: list[tuple[int, ...]]
    parameters: int
    convolutions: None = None


def measure_size(values: Mapping[str, Any], *, layout: FeatureLayout, classes: int) -> TableSize:
    """Return the size of a trial's network, without building it.

    Args:
        values: Its active hyperparameters.
        layout: The layout of its rows.
        classes: Number of classes.
    """
    recipe = TableRecipe.from_values(values, classes=classes)
    heads = recipe.heads if recipe.depth else 1
    kernels: list[tuple[int, ...]] = list(_list_embeddings(recipe.inputs, layout))
    parameters = sum(map(math.prod, kernels)) + _count_embedding_biases(recipe.inputs, layout)
    inputs = _count_inputs(recipe.inputs, layout)
    parameters += inputs if recipe.scaling_layer else 0
    shared = (heads,) if heads > 1 else ()
    for _ in range(recipe.depth):
        units = recipe.units
        kernels.append((*shared, inputs, units))
        parameters += (inputs + 1) * units
        parameters += heads * (inputs + 2 * units) if heads > 1 else 0
        parameters += 2 * units if recipe.normalization != "none" else 0
        parameters += heads * units if recipe.learned_slope else 0
        inputs = units
    kernels.append((*shared, inputs, classes))
    return TableSize(kernels, parameters + heads * (inputs + 1) * classes)


def _list_embeddings(parts: InputParts, layout: FeatureLayout) -> Iterator[tuple[int, int]]:
    """Yield the shapes of the products of embeddings."""
    if layout.numbers and parts.numbers != "plain":
        if parts.numbers == "periodic":
            yield layout.numbers, parts.pieces
        yield layout.numbers * parts.pieces, parts.number_width - 1
    for width in _list_embedded(parts, layout):
        yield width, parts.word_width


def _count_embedding_biases(parts: InputParts, layout: FeatureLayout) -> int:
    if parts.numbers == "plain":
        return 0
    phases = parts.frequencies if parts.numbers == "periodic" else 0
    return layout.numbers * (phases + parts.number_width - 1)


def _list_embedded(parts: InputParts, layout: FeatureLayout) -> list[int]:
    """Return the features of each column of levels that is embedded."""
    return [width for _, width in layout.levels if parts.embeds(width)]


def _count_inputs(parts: InputParts, layout: FeatureLayout) -> int:
    """Return the inputs of the first hidden layer."""
    width = 1 if parts.numbers == "plain" else parts.number_width
    embedded = _list_embedded(parts, layout)
    others = layout.features - layout.numbers - sum(embedded)
    return layout.numbers * width + others + len(embedded) * parts.word_width
