"""The encoding and scaling of a study as Keras layers in front of its network.

Only layers and operations that Keras itself brings: a saved model loads without this package, and
in Keras's safe mode.
"""

from collections.abc import Mapping

import keras
import numpy as np
from keras import ops

from tuner.data import Column, Scaler, Schema
from tuner.data.columns.feature_encoding import index_levels, name_parsed_features
from tuner.data.parsing.characters import VOCABULARY, WIDTH
from tuner.data.parsing.notations import parse_codes
from tuner.serving.input_names import make_input_names

__all__ = ["add_preprocessing"]


def add_preprocessing(network: keras.Model, schema: Schema, scaler: Scaler) -> keras.Model:
    """Put a study's encoding and scaling in front of a trained network.

    Args:
        network: Takes encoded, scaled rows, shape `(rows, features)`.
        schema: How raw columns become features.
        scaler: Fitted on the rows that the network was trained on.

    Returns:
        A model that takes a dictionary of raw columns by input name, each of shape `(rows,)`:
        float32 with NaN where a number is missing, strings that are empty where one is missing.
        For an array data set it takes one input `x`, shape `(rows, …)`.
    """
    names = make_input_names(schema)
    columns = _inputs(schema, {column: f"column.{i}" for i, column in enumerate(names)})
    if schema.array_shape is not None:
        features = keras.layers.Reshape((int(np.prod(schema.array_shape)),))(columns["x"])
        encoded = _scaled(features, scaler.mean, scaler.scale)
    else:
        encoded = _encoded(schema, scaler, columns)
    # a model in the model: Keras names operations "cast" or "stack", as a column may be called
    whole = keras.Model(list(columns.values()), network(encoded), name="column.all")
    inputs = _inputs(schema, names)
    answer = whole(list(inputs.values()))
    return keras.Model({names[column]: tensor for column, tensor in inputs.items()}, answer)


def _inputs(schema: Schema, names: Mapping[str, str]) -> dict[str, keras.KerasTensor]:
    """Make the inputs by column, under names that may be others than the columns'."""
    if schema.array_shape is not None:
        return {"x": keras.Input(schema.array_shape, name=names["x"], dtype="float32")}
    dtypes = {c.name: "float32" if c.is_plain else "string" for c in schema.used}
    return {c: keras.Input((), name=names[c], dtype=dtype) for c, dtype in dtypes.items()}


def _encoded(
    schema: Schema, scaler: Scaler, inputs: Mapping[str, keras.KerasTensor]
) -> keras.KerasTensor:
    """Build the features in the order of `Schema.encode`: numbers, indicators, levels."""
    parts, indicated = [], []
    measured = [column for column in schema.used if column.is_measured]
    for column in measured:
        found = _measured(column, inputs[column.name])
        parts += found
        indicated += found[:1] if column.missing else []
    blocks = []
    if parts:
        count = len(parts)
        numbers = ops.stack(parts, axis=1)
        blocks.append(_scaled(numbers, scaler.mean[:count], scaler.scale[:count]))
    if indicated:
        blocks.append(ops.cast(ops.isnan(ops.stack(indicated, axis=1)), "float32"))
    blocks += [
        _one_hot(column, inputs[column.name]) for column in schema.used if not column.is_measured
    ]
    return blocks[0] if len(blocks) == 1 else keras.layers.Concatenate()(blocks)


def _measured(column: Column, values: keras.KerasTensor) -> list[keras.KerasTensor]:
    """Work out a number, or the calendar parts of a date, each of shape `(rows,)`."""
    if column.is_plain:
        return [values]
    characters = keras.layers.TextVectorization(
        standardize=None,
        split="character",
        output_sequence_length=WIDTH,
        vocabulary=list(VOCABULARY),
    )
    parsed = parse_codes(characters(values), column.notation, ops)
    return [ops.cast(parsed[feature], "float32") for feature in name_parsed_features(column)]


def _scaled(numbers: keras.KerasTensor, mean: np.ndarray, scale: np.ndarray) -> keras.KerasTensor:
    """Standardise, and put a missing number at the mean, as `Scaler.apply` does."""
    scaled = (numbers - mean) / scale
    return ops.where(ops.isnan(scaled), ops.zeros_like(scaled), scaled)


def _one_hot(column: Column, values: keras.KerasTensor) -> keras.KerasTensor:
    """Encode levels, the pooled ones and the missing last; what is none of them is all zeros."""
    known, places, width = index_levels(column)
    unseen = "[UNK]"
    while unseen in known:  # Keras would take that level out
        unseen = f"[{unseen}]"
    lookup = keras.layers.StringLookup(vocabulary=known, num_oov_indices=1, oov_token=unseen)
    at = ops.take(np.roll(places, 1), lookup(values))  # Keras has what is unknown first
    return ops.one_hot(at, width, dtype="float32")
