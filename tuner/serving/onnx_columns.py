"""Puts a study's encoding and scaling into an ONNX graph, as `preprocessing` puts it into Keras."""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

import numpy as np

from tuner.data import Column, Scaler, Schema, clip_smoothly
from tuner.data.columns.feature_encoding import HELD, index_levels, name_parsed_features
from tuner.data.parsing.date_notations import FRACTION
from tuner.data.parsing.parse_by_notation import NUMBER, parse_codes
from tuner.data.readers.missing_cells import list_missing_numbers
from tuner.serving.input_names import count_columns, make_input_names
from tuner.serving.onnx_graph import Graph, Tensor
from tuner.serving.onnx_operations import Operations, read_codes
from tuner.serving.preprocessing import select_readable

__all__ = ["encode"]

_TYPES = {"float32": np.float32, "float64": np.float64, "string": object}  # of a column's values
_Feature: TypeAlias = tuple[str, str]  # a column, and its feature


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
    groups: dict[tuple[str, str], list[Column]] = {}
    for column in columns:
        groups.setdefault((column.raw_type, column.notation), []).append(column)
    order: list[_Feature] = []
    parts: list[Tensor] = []
    for (_, notation), alike in groups.items():
        given = [inputs[column.name] for column in alike]
        if not notation:
            read = {NUMBER: _read_plain(ops, given, alike, missing_texts)}
        else:
            read = _parse(ops, given, alike, missing_texts)
        parts += read.values()
        order += [(column.name, name) for name in read for column in alike]
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
        columns: The column of each, all of one type.
        missing_texts: Texts that mean a missing value.
    """
    raw = inputs[0]
    if len(raw.shape) == 1:
        raw = _put_in_columns(_join(ops, inputs), len(inputs))
    numbers = _hold(raw, columns)
    for number in list_missing_numbers(missing_texts):
        compared = raw.cast(np.float32) if number else raw  # 1e-60 is not 0
        numbers = ops.where(compared.equals(number), np.float32(np.nan), numbers)
    return numbers


def _parse(
    ops: Operations,
    inputs: Sequence[Tensor],
    columns: Sequence[Column],
    missing_texts: Sequence[str],
) -> dict[str, Tensor]:
    """Return the features of texts of one notation by name, each of shape `(rows, columns)`.

    Args:
        ops: Adds to the graph.
        inputs: The texts of each column, shape `(rows,)`.
        columns: The columns, all of one notation.
        missing_texts: Texts that mean a missing value.
    """
    notation, texts = columns[0].notation, _join(ops, inputs)
    are_held = [column.is_held for column in columns]
    parsed = parse_codes(read_codes(ops, texts), notation, ops, fraction=any(are_held))
    if readable := select_readable(missing_texts, notation):
        is_missing = ops.look_up(texts, dict.fromkeys(readable, 1), other=0).equals(1)
        parsed = {name: ops.where(is_missing, np.nan, each) for name, each in parsed.items()}
    side_by_side = {name: _put_in_columns(each, len(inputs)) for name, each in parsed.items()}
    if FRACTION in parsed:
        fractions = side_by_side[FRACTION] * np.array(are_held, float)
        side_by_side["days"] = side_by_side["days"] + fractions
    used = {name for column in columns for name in name_parsed_features(column)}
    return {
        name: _hold(each, columns if name in HELD else ())
        for name, each in side_by_side.items()
        if name in used
    }


def _hold(values: Tensor, columns: Sequence[Column]) -> Tensor:
    """Return numbers as float32, shifted and divided before as their columns ask.

    **Shape**: `(rows, columns)`.
    """
    if any(column.is_held for column in columns):
        shifts = np.array([column.shift for column in columns])
        values = (values - shifts) / np.array([column.unit for column in columns])
    return values.cast(np.float32)


def _put_in_columns(values: Tensor, count: int) -> Tensor:
    """Return columns that stand below each other side by side, shape `(rows, columns)`."""
    return values.reshape((count, -1)).transpose(1, 0)


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
