"""Puts a study's encoding and scaling in front of its network, as Keras layers.

It uses only Keras's own layers and operations. So a saved model loads without this package, and in
Keras's safe mode.
"""

from collections.abc import Mapping

import keras

from tuner.data import Scaler, Schema
from tuner.serving.encoding import encode
from tuner.serving.input_names import count_columns, make_input_names
from tuner.serving.keras_operations import KerasOperations

__all__ = ["add_preprocessing"]


def add_preprocessing(network: keras.Model, schema: Schema, scaler: Scaler | None) -> keras.Model:
    """Put a study's encoding and scaling in front of a trained network.

    Args:
        network: Takes encoded, scaled rows, shape `(rows, features)`.
        schema: Encodes raw columns as features.
        scaler: As of `encode`.

    Returns:
        A model that takes a dictionary of raw columns by input name, each of shape `(rows,)`:
        numbers with NaN for a missing one, strings with "" for a missing text. Columns of
        numbers that share an input are one array, shape `(rows, columns)`. For an array data set
        it takes one input `x`, shape `(rows, …)`.
    """
    names = make_input_names(schema)
    own = {name: f"column.{place}" for place, name in enumerate(dict.fromkeys(names.values()))}
    own_names = {column: own[name] for column, name in names.items()}
    own_inputs = _make_inputs(schema, own_names)
    columns = {column: own_inputs[name] for column, name in own_names.items()}
    encoded = encode(KerasOperations(), schema, scaler, columns)
    # The inner model has input names of our own. A column's name may be "cast" or "stack", which
    # Keras also gives to operations, and a name must be unique within one model.
    inner = keras.Model(list(own_inputs.values()), network(encoded), name="column.all")
    inputs = _make_inputs(schema, names)
    return keras.Model(inputs, inner(list(inputs.values())))


def _make_inputs(schema: Schema, names: Mapping[str, str]) -> dict[str, keras.KerasTensor]:
    """Make the inputs, by name.

    Args:
        schema: Says which columns there are, and which are numbers.
        names: The input's name of each column.
    """
    if schema.array_shape is not None:
        return {names["x"]: keras.Input(schema.array_shape, name=names["x"], dtype="float32")}
    dtypes = {names[c.name]: c.raw_type for c in schema.used}
    shared = {name: (count,) for name, count in count_columns(names).items()}
    return {
        name: keras.Input(shared.get(name, ()), name=name, dtype=dtype)
        for name, dtype in dtypes.items()
    }
