"""Puts a study's encoding and scaling in front of its network, as Keras layers.

It uses only Keras's own layers and operations. So a saved model loads without this package, and in
Keras's safe mode.
"""

from collections.abc import Mapping, Sequence

import keras
import numpy as np
from keras import ops

from tuner.data import Column, Scaler, Schema
from tuner.data.columns.feature_encoding import index_levels, name_parsed_features
from tuner.data.parsing.characters import VOCABULARY, WIDTH
from tuner.data.parsing.parse_by_notation import parse_codes, parse_texts
from tuner.data.readers.missing_cells import list_missing_numbers
from tuner.serving.input_names import make_input_names

__all__ = ["add_preprocessing"]


def add_preprocessing(network: keras.Model, schema: Schema, scaler: Scaler) -> keras.Model:
    """Put a study's encoding and scaling in front of a trained network.

    Args:
        network: Takes encoded, scaled rows, shape `(rows, features)`.
        schema: Encodes raw columns as features.
        scaler: Fitted on the rows that the network was trained on.

    Returns:
        A model that takes a dictionary of raw columns by input name, each of shape `(rows,)`:
        float32 with NaN for a missing number, strings with "" for a missing text. For an array
        data set it takes one input `x`, shape `(rows, …)`.
    """
    names = make_input_names(schema)
    columns = _make_inputs(schema, {column: f"column.{i}" for i, column in enumerate(names)})
    if schema.array_shape is not None:
        features = keras.layers.Reshape((int(np.prod(schema.array_shape)),))(columns["x"])
        encoded = _scale(features, scaler.mean, scaler.scale)
    else:
        encoded = _encode(schema, scaler, columns)
    # The inner model has input names of our own. A column's name may be "cast" or "stack", which
    # Keras also gives to operations, and a name must be unique within one model.
    inner = keras.Model(list(columns.values()), network(encoded), name="column.all")
    inputs = _make_inputs(schema, names)
    probabilities = inner(list(inputs.values()))
    return keras.Model({names[column]: tensor for column, tensor in inputs.items()}, probabilities)


def _make_inputs(schema: Schema, names: Mapping[str, str]) -> dict[str, keras.KerasTensor]:
    """Make the input of each column, by column.

    Args:
        schema: Says which columns there are, and which are numbers.
        names: The input's name of each column.
    """
    if schema.array_shape is not None:
        return {"x": keras.Input(schema.array_shape, name=names["x"], dtype="float32")}
    dtypes = {c.name: "float32" if c.is_plain else "string" for c in schema.used}
    return {c: keras.Input((), name=names[c], dtype=dtype) for c, dtype in dtypes.items()}


def _encode(
    schema: Schema, scaler: Scaler, inputs: Mapping[str, keras.KerasTensor]
) -> keras.KerasTensor:
    """Compute the features in the order of `Schema.encode`: numbers, missing indicators, levels."""
    numbers, indicated = [], []
    for column in schema.used:
        if column.is_measured:
            parsed = _parse(column, inputs[column.name], schema.missing_texts)
            numbers += parsed
            indicated += parsed[:1] if column.missing else []
    blocks = []
    if numbers:
        count = len(numbers)
        stacked = ops.stack(numbers, axis=1)
        blocks.append(_scale(stacked, scaler.mean[:count], scaler.scale[:count]))
    if indicated:
        blocks.append(ops.cast(ops.isnan(ops.stack(indicated, axis=1)), "float32"))
    blocks += [
        _encode_levels(column, inputs[column.name], schema.missing_texts)
        for column in schema.used
        if not column.is_measured
    ]
    return blocks[0] if len(blocks) == 1 else keras.layers.Concatenate()(blocks)


def _parse(
    column: Column, values: keras.KerasTensor, missing_texts: Sequence[str]
) -> list[keras.KerasTensor]:
    """Return a column's number, or the calendar parts of its date, each of shape `(rows,)`."""
    if column.is_plain:
        for number in list_missing_numbers(missing_texts):
            values = _mark_missing(values, ops.equal(values, number))
        return [values]
    characters = keras.layers.TextVectorization(
        standardize=None,
        split="character",
        output_sequence_length=WIDTH,
        vocabulary=list(VOCABULARY),
    )
    parsed = parse_codes(characters(values), column.notation, ops)
    features = [ops.cast(parsed[name], "float32") for name in name_parsed_features(column)]
    readable = _select_readable(missing_texts, column.notation)
    if not readable:  # as no number or date, each of the texts is missing already
        return features
    lookup = keras.layers.StringLookup(vocabulary=readable, num_oov_indices=1)
    is_missing = ops.greater(lookup(values), 0)
    return [_mark_missing(feature, is_missing) for feature in features]


def _select_readable(texts: Sequence[str], notation: str) -> list[str]:
    """Return the texts that are numbers or dates in a notation."""
    values = next(iter(parse_texts(np.array(texts, object), notation).values()))
    return [text for text, value in zip(texts, values, strict=True) if not np.isnan(value)]


def _mark_missing(numbers: keras.KerasTensor, where: keras.KerasTensor) -> keras.KerasTensor:
    return ops.where(where, np.float32(np.nan), numbers)


def _scale(numbers: keras.KerasTensor, mean: np.ndarray, scale: np.ndarray) -> keras.KerasTensor:
    """Standardise, and replace a missing number by the mean, as `Scaler.apply` does."""
    scaled = (numbers - mean) / scale
    return ops.where(ops.isnan(scaled), ops.zeros_like(scaled), scaled)


def _encode_levels(
    column: Column, values: keras.KerasTensor, missing_texts: Sequence[str]
) -> keras.KerasTensor:
    """Encode levels one-hot; pooled and missing ones come last, and unseen ones are all zeros."""
    known, places, width = index_levels(column, missing_texts)
    unseen = "[UNK]"
    while unseen in known:  # Keras would drop a level of this name
        unseen = f"[{unseen}]"
    lookup = keras.layers.StringLookup(vocabulary=known, num_oov_indices=1, oov_token=unseen)
    indices = ops.take(np.roll(places, 1), lookup(values))  # index 0 of the lookup is unseen
    return ops.one_hot(indices, width, dtype="float32")
