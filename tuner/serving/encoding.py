"""A study's encoding and scaling of raw columns, as operations of an exported model.

It is written once, over operations that are an argument: `KerasOperations` makes them part of a
Keras model, `OnnxOperations` of an ONNX graph. The order of the features is that of
`Schema.encode`: numbers and parts of dates, missing-value indicators, levels.
"""

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np

from tuner.data import Column, Scaler, Schema, scale_rows
from tuner.data.columns.feature_encoding import (
    SHIFTED_FEATURES,
    index_levels,
    list_feature_places,
    name_parsed_features,
)
from tuner.data.parsing.date_notations import FRACTION
from tuner.data.parsing.parse_by_notation import (
    NUMBER,
    find_family,
    parse_codes,
    parse_texts,
)
from tuner.data.readers.missing_cells import list_missing_numbers

__all__ = ["encode"]

_Feature: TypeAlias = tuple[str, str]  # a column, and its feature
_Block: TypeAlias = tuple[list[_Feature], Any]
"""Features that are next to each other, and their values: `(rows, features)`, NaN if missing."""


def encode(ops: Any, schema: Schema, scaler: Scaler | None, inputs: Mapping[str, Any]) -> Any:
    """Return the scaled features, shape `(rows, features)`, float32.

    Args:
        ops: The operations.
        schema: Encodes raw columns as features.
        scaler: Fitted on the rows that the network was trained on. None if the network scales
            rows itself: missing numbers are NaN then.
        inputs: Each raw column, shape `(rows,)`; columns of numbers that share an input have the
            same one, shape `(rows, columns)`. An array data set has `x`, shape `(rows, …)`.
    """
    if schema.array_shape is not None:
        return _scale(ops, ops.reshape(inputs["x"], (-1, int(np.prod(schema.array_shape)))), scaler)
    measured = [column for column in schema.used if column.is_measured]
    blocks = []
    if measured:
        numbers = _read_measures(ops, measured, inputs, schema.missing_texts)
        blocks.append(_scale(ops, numbers, scaler))
        places = [place for place in list_feature_places(measured) if place.indicator is not None]
        if places:
            indicated = np.array([place.features.start for place in places])
            missing = ops.isnan(_take_features(ops, numbers, indicated))
            blocks.append(ops.cast(missing, "float32"))
    blocks += [
        _encode_levels(ops, column, inputs[column.name], schema.missing_texts)
        for column in schema.used
        if not column.is_measured
    ]
    return _join(ops, blocks)


def _read_measures(
    ops: Any, columns: Sequence[Column], inputs: Mapping[str, Any], missing_texts: Sequence[str]
) -> Any:
    """Return the numbers and calendar parts of columns in the order of features.

    Columns of one family of notations are read together, so that the number of operations does
    not grow with the columns.
    """
    plain = [column for column in columns if column.raw_type == "float32"]
    shifted = [column for column in columns if column.raw_type == "float64"]
    parsed = [column for column in columns if not column.is_plain]
    blocks = []
    for group in filter(None, (plain, shifted)):
        names = [(column.name, NUMBER) for column in group]
        blocks.append((names, _read_plain(ops, group, inputs, missing_texts)))
    if parsed:
        read = [
            block
            for family in dict.fromkeys(find_family(column.notation) for column in parsed)
            for block in _parse(
                ops, [c for c in parsed if find_family(c.notation) == family], inputs, missing_texts
            )
        ]
        firsts = [(column.name, name_parsed_features(column)[0]) for column in parsed]
        blocks += [(firsts, ops.mark_parsed(_select(ops, read, firsts))), *read]
    return _select(
        ops, blocks, [(c.name, name) for c in columns for name in name_parsed_features(c)]
    )


def _read_plain(
    ops: Any, columns: Sequence[Column], inputs: Mapping[str, Any], missing_texts: Sequence[str]
) -> Any:
    """Return plain numbers of one type, NaN for one that means missing."""
    tensors = [inputs[column.name] for column in columns]
    raw = tensors[0] if len(tensors[0].shape) == 2 else _split(ops, _stack(ops, tensors), columns)
    numbers = _shift_and_divide(ops, raw, columns)
    for number in list_missing_numbers(missing_texts):
        compared = ops.cast(raw, "float32") if number else raw  # 1e-60 is not 0
        numbers = ops.where(ops.equal(compared, number), np.float32(np.nan), numbers)
    return numbers


def _parse(
    ops: Any, columns: Sequence[Column], inputs: Mapping[str, Any], missing_texts: Sequence[str]
) -> list[_Block]:
    """Return a block for each feature of columns of texts whose notations are of one family."""
    notations = [column.notation for column in columns]
    texts = _stack(ops, [inputs[column.name] for column in columns])
    are_shifted = [column.is_shifted for column in columns]
    parsed = parse_codes(ops.read_codes(texts), notations, ops, fraction=any(are_shifted))
    readable = [
        text
        for notation in dict.fromkeys(notations)
        for text in _select_readable(missing_texts, notation)
    ]
    if readable:  # as no number or date, each of the other texts is missing already
        is_missing = ops.equal(ops.look_up(texts, dict.fromkeys(readable, 1), other=0), 1)
        parsed = {name: ops.where(is_missing, np.nan, values) for name, values in parsed.items()}
    split = {name: _split(ops, values, columns) for name, values in parsed.items()}
    if FRACTION in split:
        split["days"] = split["days"] + split[FRACTION] * np.array(are_shifted, float)
    used = {name for column in columns for name in name_parsed_features(column)}
    return [
        (
            [(column.name, name) for column in columns],
            _shift_and_divide(ops, values, columns if name in SHIFTED_FEATURES else ()),
        )
        for name, values in split.items()
        if name in used
    ]


def _select_readable(texts: Sequence[str], notation: str) -> list[str]:
    """Return the texts that are numbers or dates in a notation."""
    values = next(iter(parse_texts(np.array(texts, object), notation).values()))
    return [text for text, value in zip(texts, values, strict=True) if not np.isnan(value)]


def _shift_and_divide(ops: Any, values: Any, columns: Sequence[Column]) -> Any:
    """Return numbers as float32, shifted and divided before as their columns ask.

    **Shape**: `(rows, columns)`.
    """
    if any(column.is_shifted for column in columns):
        shifts = np.array([column.shift for column in columns])
        values = (values - shifts) / np.array([column.unit for column in columns])
    return ops.cast(values, "float32")


def _stack(ops: Any, columns: Sequence[Any]) -> Any:
    """Return columns of shape `(rows,)` as one, below each other."""
    return ops.concatenate(columns, axis=0) if len(columns) > 1 else columns[0]


def _split(ops: Any, values: Any, columns: Sequence[Column]) -> Any:
    """Return columns that stand below each other side by side, shape `(rows, columns)`."""
    return ops.transpose(ops.reshape(values, (len(columns), -1)))


def _select(ops: Any, blocks: Sequence[_Block], wanted: Sequence[_Feature]) -> Any:
    """Return features in the order that is wanted, each from the first block that has it."""
    names = [name for block, _ in blocks for name in block]
    places = {name: place for place, name in reversed([*enumerate(names)])}
    chosen = np.array([places[name] for name in wanted])
    return _take_features(ops, _join(ops, [values for _, values in blocks]), chosen)


def _take_features(ops: Any, values: Any, places: np.ndarray) -> Any:
    """Return the features at some places, shape `(rows, features)`."""
    if np.array_equal(places, np.arange(values.shape[1])):
        return values
    return ops.take(values, places, axis=1)


def _join(ops: Any, blocks: Sequence[Any]) -> Any:
    """Return blocks of shape `(rows, features)` as one, side by side."""
    return ops.concatenate(blocks, axis=1) if len(blocks) > 1 else blocks[0]


def _scale(ops: Any, numbers: Any, scaler: Scaler | None) -> Any:
    """Scale the first features, and replace a missing number by the centre, as `Scaler.apply`."""
    if scaler is None:
        return numbers
    count = numbers.shape[1]
    clipped = None if scaler.clipped is None else scaler.clipped[:count]
    return scale_rows(numbers, scaler.mean[:count], scaler.scale[:count], clipped=clipped, ops=ops)


def _encode_levels(ops: Any, column: Column, values: Any, missing_texts: Sequence[str]) -> Any:
    """Encode levels one-hot; pooled and missing ones come last, and unseen ones are all zeros."""
    known, places, width = index_levels(column, missing_texts)
    *indices, other = np.where(places < 0, width, places).tolist()  # one-hot, width is all zeros
    place = ops.look_up(values, dict(zip(known, indices, strict=True)), other=other)
    return ops.one_hot(place, width, dtype="float32")
