"""The encoding and scaling of a study as Keras layers in front of its network.

Only layers and operations that Keras itself brings: a saved model loads without this package, and
in Keras's safe mode.
"""

from collections.abc import Mapping

import keras
import numpy as np
from keras import ops

from tuner.data import Column, Scaler, Schema
from tuner.serving.inputs import input_names

__all__ = ["with_preprocessing"]


def with_preprocessing(network: keras.Model, schema: Schema, scaler: Scaler) -> keras.Model:
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
    names = input_names(schema)
    if schema.array_shape is not None:
        inputs = {"x": keras.Input(schema.array_shape, name=names["x"], dtype="float32")}
        features = keras.layers.Reshape((int(np.prod(schema.array_shape)),))(inputs["x"])
        encoded = _scaled(features, scaler.mean, scaler.scale)
    else:
        inputs = {column.name: _input(column, names) for column in schema.used}
        encoded = _encoded(schema, scaler, inputs)
    return keras.Model({names[c]: tensor for c, tensor in inputs.items()}, network(encoded))


def _input(column: Column, names: Mapping[str, str]) -> keras.KerasTensor:
    dtype = "float32" if column.kind == "numeric" else "string"
    return keras.Input((), name=names[column.name], dtype=dtype)


def _encoded(
    schema: Schema, scaler: Scaler, inputs: Mapping[str, keras.KerasTensor]
) -> keras.KerasTensor:
    """Build the features in the order of `Schema.encode`: numbers, indicators, levels."""
    parts = []
    numeric = [column for column in schema.used if column.kind == "numeric"]
    if numeric:
        count = len(numeric)
        numbers = ops.stack([inputs[column.name] for column in numeric], axis=1)
        parts.append(_scaled(numbers, scaler.mean[:count], scaler.scale[:count]))
        indicated = [inputs[column.name] for column in numeric if column.missing]
        if indicated:
            parts.append(ops.cast(ops.isnan(ops.stack(indicated, axis=1)), "float32"))
    parts += [
        _one_hot(column, inputs[column.name]) for column in schema.used if column.kind != "numeric"
    ]
    return parts[0] if len(parts) == 1 else keras.layers.Concatenate()(parts)


def _scaled(numbers: keras.KerasTensor, mean: np.ndarray, scale: np.ndarray) -> keras.KerasTensor:
    """Standardise, and put a missing number at the mean, as `Scaler.apply` does."""
    scaled = (numbers - mean) / scale
    return ops.where(ops.isnan(scaled), ops.zeros_like(scaled), scaled)


def _one_hot(column: Column, values: keras.KerasTensor) -> keras.KerasTensor:
    """Encode levels, the missing one last; what was never seen is all zeros."""
    vocabulary = [*column.levels, *([""] if column.missing else [])]
    lookup = keras.layers.StringLookup(
        vocabulary=vocabulary, num_oov_indices=1, output_mode="one_hot"
    )
    return lookup(values)[:, 1:]  # without the feature of the unseen
