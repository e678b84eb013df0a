"""Puts a study's encoding and scaling into an ONNX graph, as `preprocessing` puts it into Keras."""

from collections.abc import Mapping, Sequence

import numpy as np

from tuner.data import Column, Scaler, Schema, clip_smoothly
from tuner.data.columns.feature_encoding import HELD, index_levels, name_parsed_features
from tuner.data.parsing.date_notations import FRACTION
from tuner.data.parsing.parse_by_notation import parse_codes
from tuner.data.readers.missing_cells import list_missing_numbers
from tuner.serving.input_names import count_columns, make_input_names
from tuner.serving.onnx_graph import Graph, Tensor
from tuner.serving.onnx_operations import Operations, read_codes
from tuner.serving.preprocessing import select_readable

__all__ = ["encode"]

_TYPES = {"string": object, "float32": np.float32, "float64": np.float64}


def encode(graph: Graph, schema: Schema, scaler: Scaler) -> Tensor:
    """Add an input for each raw column, and return the scaled features, `(rows, features)`.

    The inputs have the names, types and shapes of those of the Keras model.
    """
    names = make_input_names(schema)
    ops = Operations(graph)
    if schema.array_shape is not None:
        rows = graph.add_input(names["x"], np.float32, schema.array_shape)
        features = rows.reshape((-1, int(np.prod(schema.array_shape))))
        return _scale(ops, features, scaler)
    shared = {name: (count,) for name, count in count_columns(names).items()}
    dtypes = {names[c.name]: _TYPES[c.raw_type] for c in schema.used}
    given = {
        name: graph.add_input(name, dtype, shared.get(name, ())) for name, dtype in dtypes.items()
    }
    inputs = {column: given[name] for column, name in names.items()}
    measured = [column for column in schema.used if column.is_measured]
    blocks = _encode_measured(ops, measured, schema.missing_texts, scaler, inputs)
    blocks += [
        _encode_levels(ops, column, inputs[column.name], schema.missing_texts)
        for column in schema.used
        if not column.is_measured
    ]
    return _put_beside(ops, blocks)


def _encode_measured(
    ops: Operations,
    columns: Sequence[Column],
    missing_texts: Sequence[str],
    scaler: Scaler,
    inputs: Mapping[str, Tensor],
) -> list[Tensor]:
    """Return the scaled numbers and calendar parts, and the missing-value indicators.

    Columns of one notation are read together, so that a row takes few operations.
    """
    parts, order = [], []
    for kind in dict.fromkeys((column.notation, column.raw_type) for column in columns):
        alike = [column for column in columns if (column.notation, column.raw_type) == kind]
        given = [inputs[column.name] for column in alike]
        names = list(dict.fromkeys(name for c in alike for name in name_parsed_features(c)))
        parts.append(
            _parse(ops, given, alike, names, missing_texts)
            if alike[0].notation
            else _read_plain(ops, given, alike, missing_texts)
        )
        order += [(column.name, name) for column in alike for name in names]
    if not parts:
        return []
    numbers = _put_beside(ops, parts)
    wanted = [(c.name, f) for c in columns for f in name_parsed_features(c)]
    if wanted != order:
        places = {each: place for place, each in enumerate(order)}
        numbers = numbers.choose(np.array([places[each] for each in wanted]))
    blocks = [_scale(ops, numbers, scaler)]
    first = np.cumsum([0, *(len(name_parsed_features(column)) for column in columns)])
    firsts = [place for place, column in zip(first, columns, strict=False) if column.missing]
    if firsts:
        blocks.append(ops.is_nan(numbers.choose(np.array(firsts))).cast(np.float32))
    return blocks


def _read_plain(
    ops: Operations,
    inputs: Sequence[Tensor],
    columns: Sequence[Column],
    missing_texts: Sequence[str],
) -> Tensor:
    """Return plain numbers, shape `(rows, columns)`, NaN for one that means missing.

    Args:
        ops: Adds to the graph.
        inputs: Each of shape `(rows,)`, or all the same one that many columns share.
        columns: The column of each of them.
        missing_texts: Texts that mean a missing value.
    """
    raw = inputs[0]
    if len(raw.shape) == 1:
        raw = _join(ops, inputs).reshape((len(inputs), -1)).transpose(1, 0)
    numbers = _hold(raw, columns)
    for number in list_missing_numbers(missing_texts):
        numbers = ops.where(raw.cast(np.float32).equals(number), np.float32(np.nan), numbers)
    return numbers


def _hold(values: Tensor, columns: Sequence[Column]) -> Tensor:
    """Return numbers as float32, shifted and divided before as their columns ask.

    **Shape**: `(rows, columns)`.
    """
    if any(column.is_held for column in columns):
        shifts = np.array([column.shift for column in columns])
        values = (values - shifts) / np.array([column.unit for column in columns])
    return values.cast(np.float32)


def _parse(
    ops: Operations,
    inputs: Sequence[Tensor],
    columns: Sequence[Column],
    names: Sequence[str],
    missing_texts: Sequence[str],
) -> Tensor:
    """Return some features of texts of one notation, shape `(rows, columns × features)`.

    Args:
        ops: Adds to the graph.
        inputs: The texts of each column, shape `(rows,)`.
        columns: The columns, which have one notation.
        names: The features.
        missing_texts: Texts that mean a missing value.
    """
    texts, notation = _join(ops, inputs), columns[0].notation
    are_held = np.array([column.is_held for column in columns], float)
    parsed = parse_codes(read_codes(ops, texts), notation, ops, fraction=bool(are_held.any()))
    for name in HELD if are_held.any() else ():
        if name in parsed:
            values = parsed[name].reshape((len(inputs), -1)).transpose(1, 0)
            if FRACTION in parsed:
                fractions = parsed[FRACTION].reshape((len(inputs), -1)).transpose(1, 0)
                values = values + fractions * are_held
            parsed[name] = _hold(values, columns).transpose(1, 0).reshape((-1,))
    features = ops.stack([parsed[name].cast(np.float32) for name in names], 1)
    if readable := select_readable(missing_texts, notation):
        means = ops.look_up(texts, dict.fromkeys(readable, 1), other=0)
        is_missing = ops.expand_dims(means.equals(1), 1)
        features = ops.where(is_missing, np.float32(np.nan), features)
    by_column = features.reshape((len(inputs), -1, len(names)))
    return by_column.transpose(1, 0, 2).reshape((-1, len(inputs) * len(names)))


def _put_beside(ops: Operations, blocks: Sequence[Tensor]) -> Tensor:
    """Return blocks of shape `(rows, features)` as one, side by side."""
    return ops.concatenate(blocks, 1) if len(blocks) > 1 else blocks[0]


def _join(ops: Operations, columns: Sequence[Tensor]) -> Tensor:
    """Return columns of shape `(rows,)` as one, below each other."""
    return ops.concatenate(columns, 0) if len(columns) > 1 else columns[0]


def _scale(ops: Operations, numbers: Tensor, scaler: Scaler) -> Tensor:
    """Scale the first features, and replace a missing number by the centre, as `Scaler.apply`."""
    count = numbers.shape[1]
    scaled = (numbers - scaler.mean[:count]) / scaler.scale[:count]
    filled = ops.where(ops.is_nan(scaled), np.float32(0), scaled)
    if scaler.clipped is None:
        return filled
    return ops.where(scaler.clipped[:count], clip_smoothly(filled, ops), filled)


def _encode_levels(
    ops: Operations, column: Column, values: Tensor, missing_texts: Sequence[str]
) -> Tensor:
    """Encode levels one-hot; pooled and missing ones come last, and unseen ones are all zeros."""
    known, places, width = index_levels(column, missing_texts)
    # a place of −1 takes the last row of the table, which has zeros only
    indices = {text: int(place) % (width + 1) for text, place in zip(known, places, strict=False)}
    place = ops.look_up(values, indices, other=int(places[-1]) % (width + 1))
    return ops.take(np.eye(width + 1, width, dtype=np.float32), place)
