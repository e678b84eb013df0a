"""Puts a study's encoding and scaling in front of its network, as Keras layers.

It uses only Keras's own layers and operations. So a saved model loads without this package, and in
Keras's safe mode.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import keras
import numpy as np
from keras import ops

from tuner.data import Column, Scaler, Schema, clip_smoothly
from tuner.data.columns.feature_encoding import HELD, index_levels, name_parsed_features
from tuner.data.parsing.characters import VOCABULARY, WIDTH
from tuner.data.parsing.date_notations import FRACTION
from tuner.data.parsing.parse_by_notation import NUMBER, parse_codes, parse_texts
from tuner.data.readers.missing_cells import list_missing_numbers
from tuner.serving.input_names import count_columns, make_input_names

__all__ = ["add_preprocessing", "select_readable"]

_PARSED = "column.parsed"
"""The layer with the first feature of each column of numbers or dates in texts, in their order.

A value is NaN where the text could not be read. `served_model.py` looks for the layer by this name.
"""

_Feature: TypeAlias = tuple[str, str]  # a column, and its feature


@dataclass(frozen=True, slots=True, eq=False)
class _Block:
    """Features that are next to each other in a tensor.

    Attributes:
        names: The features, in their order.
        values: Shape `(rows, features)`, float32, NaN if missing.
    """

    names: list[_Feature]
    values: keras.KerasTensor


def add_preprocessing(network: keras.Model, schema: Schema, scaler: Scaler) -> keras.Model:
    """Put a study's encoding and scaling in front of a trained network.

    Args:
        network: Takes encoded, scaled rows, shape `(rows, features)`.
        schema: Encodes raw columns as features.
        scaler: Fitted on the rows that the network was trained on.

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
    if schema.array_shape is not None:
        features = keras.layers.Reshape((int(np.prod(schema.array_shape)),), dtype="float32")(
            columns["x"]
        )
        encoded = _scale(features, scaler)
    else:
        encoded = _encode(schema, scaler, columns)
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


def _encode(
    schema: Schema, scaler: Scaler, inputs: Mapping[str, keras.KerasTensor]
) -> keras.KerasTensor:
    """Compute the features in the order of `Schema.encode`: numbers, missing indicators, levels."""
    measured = [column for column in schema.used if column.is_measured]
    blocks = []
    if measured:
        numbers = _read_measures(measured, inputs, schema.missing_texts)
        blocks.append(_scale(numbers, scaler))
        firsts = np.cumsum([0, *(len(name_parsed_features(column)) for column in measured[:-1])])
        indicated = firsts[[column.missing for column in measured]]
        if len(indicated):
            blocks.append(ops.cast(ops.isnan(_take_features(numbers, indicated)), "float32"))
    blocks += [
        _encode_levels(column, inputs[column.name], schema.missing_texts)
        for column in schema.used
        if not column.is_measured
    ]
    return _join(blocks)


def _read_measures(
    columns: Sequence[Column],
    inputs: Mapping[str, keras.KerasTensor],
    missing_texts: Sequence[str],
) -> keras.KerasTensor:
    """Return the numbers and calendar parts of columns in the order of features.

    Columns of one notation are stacked and read at once, so that the number of operations does not
    grow with the columns.

    **Shape**: `(rows,)` for each column → `(rows, features)`, NaN if missing.
    """
    plain = [column for column in columns if column.raw_type == "float32"]
    held = [column for column in columns if column.raw_type == "float64"]
    parsed = [column for column in columns if not column.is_plain]
    blocks = []
    for group in filter(None, (plain, held)):
        tensors = [inputs[column.name] for column in group]
        are_joined = len(tensors[0].shape) == 2
        raw = tensors[0] if are_joined else ops.stack(tensors, axis=1)
        numbers = _hold(raw, group)
        for number in list_missing_numbers(missing_texts):
            compared = ops.cast(raw, "float32") if number else raw  # 1e-60 is not 0
            numbers = _mark_missing(numbers, ops.equal(compared, number))
        blocks.append(_Block([(column.name, NUMBER) for column in group], numbers))
    if parsed:
        read = [
            block
            for notation in dict.fromkeys(column.notation for column in parsed)
            for block in _parse(
                [c for c in parsed if c.notation == notation], inputs, missing_texts
            )
        ]
        firsts = [(column.name, name_parsed_features(column)[0]) for column in parsed]
        first = keras.layers.Identity(name=_PARSED, dtype="float32")(_select(read, firsts))
        blocks += [_Block(firsts, first), *read]
    return _select(blocks, [(c.name, name) for c in columns for name in name_parsed_features(c)])


def _parse(
    columns: Sequence[Column],
    inputs: Mapping[str, keras.KerasTensor],
    missing_texts: Sequence[str],
) -> list[_Block]:
    """Return a block for each feature of columns of texts that share a notation."""
    notation = columns[0].notation
    texts = ops.reshape(ops.stack([inputs[column.name] for column in columns], axis=1), (-1,))
    characters = keras.layers.TextVectorization(
        standardize=None, split="character", vocabulary=list(VOCABULARY)
    )
    codes = ops.pad(ops.cast(characters(texts), "uint8"), ((0, 0), (0, 1)))  # 0 ends the longest
    are_held = [column.is_held for column in columns]
    parsed = parse_codes(codes[:, :WIDTH], notation, ops, fraction=any(are_held))
    readable = select_readable(missing_texts, notation)
    if readable:  # as no number or date, each of the other texts is missing already
        lookup = keras.layers.StringLookup(vocabulary=readable, num_oov_indices=1)
        is_missing = ops.greater(lookup(texts), 0)
        parsed = {name: _mark_missing(values, is_missing) for name, values in parsed.items()}
    if FRACTION in parsed:
        fractions = ops.reshape(parsed[FRACTION], (-1, len(columns))) * np.array(are_held, float)
        parsed["days"] = parsed["days"] + ops.reshape(fractions, (-1,))
    used = {name for column in columns for name in name_parsed_features(column)}
    return [
        _Block(
            [(column.name, name) for column in columns],
            _hold(ops.reshape(values, (-1, len(columns))), columns if name in HELD else ()),
        )
        for name, values in parsed.items()
        if name in used
    ]


def _hold(values: keras.KerasTensor, columns: Sequence[Column]) -> keras.KerasTensor:
    """Return numbers as float32, shifted and divided before as their columns ask.

    **Shape**: `(rows, columns)`.
    """
    if any(column.is_held for column in columns):
        shifts = np.array([column.shift for column in columns])
        values = (values - shifts) / np.array([column.unit for column in columns])
    return ops.cast(values, "float32")


def _select(blocks: Sequence[_Block], wanted: Sequence[_Feature]) -> keras.KerasTensor:
    """Return features in the order that is wanted, each from the first block that has it.

    **Shape**: `(rows, features)`.
    """
    names = [name for block in blocks for name in block.names]
    places = {name: place for place, name in reversed([*enumerate(names)])}
    chosen = np.array([places[name] for name in wanted])
    return _take_features(_join([block.values for block in blocks]), chosen)


def _take_features(values: keras.KerasTensor, places: np.ndarray) -> keras.KerasTensor:
    """Return the features at some places, shape `(rows, features)`."""
    if np.array_equal(places, np.arange(values.shape[1])):
        return values
    return ops.take(values, places, axis=1)


def _join(blocks: Sequence[keras.KerasTensor]) -> keras.KerasTensor:
    return blocks[0] if len(blocks) == 1 else keras.layers.Concatenate(dtype="float32")(blocks)


def select_readable(texts: Sequence[str], notation: str) -> list[str]:
    """Return the texts that are numbers or dates in a notation."""
    values = next(iter(parse_texts(np.array(texts, object), notation).values()))
    return [text for text, value in zip(texts, values, strict=True) if not np.isnan(value)]


def _mark_missing(numbers: keras.KerasTensor, where: keras.KerasTensor) -> keras.KerasTensor:
    return ops.where(where, np.float32(np.nan), numbers)


def _scale(numbers: keras.KerasTensor, scaler: Scaler) -> keras.KerasTensor:
    """Scale the first features, and replace a missing number by the centre, as `Scaler.apply`."""
    count = numbers.shape[1]
    scaled = (numbers - scaler.mean[:count]) / scaler.scale[:count]
    filled = ops.where(ops.isnan(scaled), ops.zeros_like(scaled), scaled)
    if scaler.clipped is None:
        return filled
    return ops.where(scaler.clipped[:count], clip_smoothly(filled, ops), filled)


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
