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
    dtypes = {c.name: "float32" if c.kind == "numeric" else "string" for c in schema.used}
    return {c: keras.Input((), name=names[c], dtype=dtype) for c, dtype in dtypes.items()}


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
    unseen = "[UNK]"
    while unseen in vocabulary:  # Keras would take that level out
        unseen = f"[{unseen}]"
    lookup = keras.layers.StringLookup(
        vocabulary=vocabulary, num_oov_indices=1, oov_token=unseen, output_mode="one_hot"
    )
    return lookup(values)[:, 1:]  # without the feature of the unseen
