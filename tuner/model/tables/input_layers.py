"""What happens to the features of a row before the first hidden layer."""

import keras
from keras import ops

from tuner.model.tables.dense_layers import GroupedDense
from tuner.model.tables.layout import FeatureLayout
from tuner.model.tables.recipe import InputParts

__all__ = ["CLIP", "add_grouped_dense", "add_input_layers"]

CLIP = 3.0  # robustly scaled numbers stay within ± 3


def add_input_layers(
    rows: keras.KerasTensor, parts: InputParts, layout: FeatureLayout, *, served: bool
) -> keras.KerasTensor:
    """Scale and embed features, with Keras's own layers alone if the network is served.

    **Shape**: `(rows, features)` to `(rows, inputs of the first hidden layer)`.
    """
    blocks = []
    if layout.numbers:
        numbers = rows[:, : layout.numbers]
        blocks.append(_embed_numbers(_scale(numbers, parts), parts, served=served))
    if layout.features > layout.numbers:
        blocks += _embed_levels(rows, parts, layout)
    return blocks[0] if len(blocks) == 1 else keras.layers.Concatenate()(blocks)


def _scale(numbers: keras.KerasTensor, parts: InputParts) -> keras.KerasTensor:
    """Scale numbers, which are standardised already.

    `fit_to_rows` sets the weights of the layers.
    """
    count = numbers.shape[1]
    if parts.scaling == "robust":
        scaled = keras.layers.Normalization(name="robust")(numbers)
        return scaled / ops.sqrt(1.0 + ops.square(scaled / CLIP))
    if parts.scaling == "quantile":
        pieces = _cut("quantiles", numbers, parts.bins)
        return keras.layers.EinsumDense(
            "bnk,nk->bn",
            (count,),
            bias_axes="n",
            kernel_initializer="zeros",
            name="quantile_values",
            trainable=False,
        )(pieces)
    return numbers


def _cut(name: str, numbers: keras.KerasTensor, bins: int) -> keras.KerasTensor:
    """Return how far each number is through each of its bins, from 0 to 1.

    **Shape**: `(rows, numbers)` to `(rows, numbers, bins)`.
    """
    count = numbers.shape[1]
    # subtracts a bin's border before it divides by the bin's width, which keeps all digits
    layer = keras.layers.Normalization(name=name)
    way = ops.clip(layer(ops.repeat(numbers, bins, axis=1)), 0.0, 1.0)
    return ops.reshape(way, (-1, count, bins))


def _embed_numbers(
    numbers: keras.KerasTensor, parts: InputParts, *, served: bool
) -> keras.KerasTensor:
    """Add features to each number: a linear map of cosines, or of linear pieces.

    Periodic embeddings as in RealMLP (Holzmüller et al. 2024, section 3), piecewise linear ones as
    in Gorishniy et al. (2022).
    """
    if parts.numbers == "plain":
        return numbers
    count, width = numbers.shape[1], parts.number_width - 1
    if parts.numbers == "periodic":
        angles = keras.layers.EinsumDense(
            "bn,nk->bnk",
            (count, parts.frequencies),
            bias_axes="nk",
            kernel_initializer="zeros",
            name="frequencies",
        )
        pieces = ops.cos(angles(numbers))
    else:
        pieces = _cut("bins", numbers, parts.bins)
    learned = add_grouped_dense(pieces, width, "number_embedding", served=served)
    both = ops.concatenate([ops.expand_dims(numbers, 2), learned], axis=2)
    return ops.reshape(both, (-1, count * parts.number_width))


def add_grouped_dense(
    values: keras.KerasTensor, units: int, name: str, *, served: bool
) -> keras.KerasTensor:
    """Add a dense layer for each group of values.

    **Shape**: `(rows, groups, inputs)` to `(rows, groups, units)`.
    """
    if not served:
        return GroupedDense(units, name=name)(values)
    shape = (values.shape[1], units)
    return keras.layers.EinsumDense(
        "bgi,gio->bgo", shape, bias_axes="go", kernel_initializer="zeros", name=name
    )(values)


def _embed_levels(
    rows: keras.KerasTensor, parts: InputParts, layout: FeatureLayout
) -> list[keras.KerasTensor]:
    """Return the other features, with embeddings in place of the levels of large columns."""
    blocks, start = [], layout.numbers
    for place, (first, width) in enumerate(layout.levels):
        if not parts.embeds(width):
            continue
        if first > start:
            blocks.append(rows[:, start:first])
        embedding = keras.layers.Dense(
            parts.word_width,
            use_bias=False,
            kernel_initializer="zeros",
            name=f"word_embedding_{place}",
        )
        blocks.append(embedding(rows[:, first : first + width]))
        start = first + width
    if start < layout.features:
        blocks.append(rows[:, start:])
    return blocks
