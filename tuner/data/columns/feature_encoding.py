"""From raw columns to features: numbers, calendar parts, missing-value indicators, levels.

The order is part of every study and of every exported model, which repeats it with Keras layers:
all numbers, of a date its calendar parts, in the order of the columns; then the indicators of
those with missing values; then for each other column one feature a level, followed by one for the
pooled ones and one for missing.
"""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tuner.data.columns.column import Column, RawColumns
from tuner.data.parsing.characters import character_codes
from tuner.data.parsing.date_notations import parse_dates, part_features
from tuner.data.parsing.number_notations import parse_numbers
from tuner.data.parsing.text_column import distinct

__all__ = [
    "encode_columns",
    "index_levels",
    "name_features",
    "name_measures",
    "read_dates",
    "read_numbers",
]

_TEXTS = 1 << 14  # texts that are read at once, so that what is worked out fits a core's cache


def name_features(columns: Sequence[Column]) -> tuple[str, ...]:
    """Return the name of each feature of the columns used.

    >>> name_features([Column("size", "categorical", ("L", "S")), Column("age", "numeric")])
    ('age', 'size=L', 'size=S')
    """
    names = name_measures(columns)
    names += [f"{c.name} is missing" for c in columns if c.is_measured and c.missing]
    for column in columns:
        if not column.is_measured:
            names += [f"{column.name}={level}" for level in column.levels]
            names += [f"{column.name} is other"] if column.other else []
            names += [f"{column.name} is missing"] if column.missing else []
    return tuple(names)


def name_measures(columns: Sequence[Column]) -> list[str]:
    """Return the names of the features that are numbers, which come first."""
    return [name for column in columns if column.is_measured for name in _measures(column)]


def _measures(column: Column) -> list[str]:
    if column.kind == "numeric":
        return [column.name]
    return [f"{column.name} {feature}" for feature in part_features(column.parts)]


def encode_columns(columns: Sequence[Column], raw: RawColumns) -> np.ndarray:
    """Return the features of the columns used, (rows, features) float32.

    A number that is missing stays NaN, so that it can be filled after scaling; so does a text
    that is none in the notation of its column. A level that the schema does not know is "other"
    where rare ones were pooled; elsewhere it is zeros throughout, as is a missing value in a
    column that had none.
    """
    rows = len(raw[columns[0].name])
    x = np.zeros((rows, len(name_features(columns))), np.float32)
    feature, indicators = 0, []
    for column in columns:
        if column.is_measured:
            found = _measured(column, raw[column.name])
            x[:, feature : feature + len(found)] = np.transpose(found)
            feature += len(found)
            indicators += [np.isnan(found[0])] if column.missing else []
    for indicator in indicators:
        x[:, feature] = indicator
        feature += 1
    for column in columns:
        if not column.is_measured:
            known, places, width = index_levels(column)
            at = places[_codes(raw[column.name], known)]
            there = np.flatnonzero(at >= 0)
            x[there, feature + at[there]] = 1
            feature += width
    return x


def _measured(column: Column, values: np.ndarray) -> list[np.ndarray]:
    """Return the numbers or calendar parts of raw values, each (rows,) float32."""
    if column.is_plain:
        return [values]
    texts, codes = distinct(pa.chunked_array([pa.array(values, pa.string())]))
    if column.kind == "numeric":
        found = [read_numbers(texts, column.notation)]
    else:
        parts = read_dates(texts, column.notation)
        found = [parts[feature] for feature in part_features(column.parts)]
    return [numbers.astype(np.float32)[codes] for numbers in found]


def read_numbers(texts: np.ndarray, notation: str) -> np.ndarray:
    """Return what texts mean in a notation of numbers, (texts,) float64, NaN for no number."""
    parts = [parse_numbers(character_codes(part), notation, np) for part in _parts(texts)]
    return np.concatenate(parts)


def read_dates(texts: np.ndarray, notation: str) -> dict[str, np.ndarray]:
    """Return the features of dates by name, (texts,) float64, NaN for no date."""
    parts = [parse_dates(character_codes(part), notation, np) for part in _parts(texts)]
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _parts(texts: np.ndarray) -> list[np.ndarray]:
    return [texts[at : at + _TEXTS] for at in range(0, max(len(texts), 1), _TEXTS)]


def index_levels(column: Column) -> tuple[list[str], np.ndarray, int]:
    """Return which of a column's features each text is.

    Returns:
        The texts that are known, (texts,); the place of each of them among the column's features
        and last that of all other texts, (texts + 1,) int64, -1 for zeros throughout; and the
        number of features.

    >>> index_levels(Column("size", "categorical", ("L", "S"), other=True))
    (['L', 'S', ''], array([ 0,  1, -1,  2]), 3)
    """
    levels = {level: place for place, level in enumerate(column.levels)}
    known = {**levels, **{text: levels[level] for level, text in column.spellings}}
    other, missing = len(levels), len(levels) + column.other
    known[""] = missing if column.missing else -1
    places = np.array([*known.values(), other if column.other else -1])
    return list(known), places, missing + column.missing


def _codes(texts: np.ndarray, known: Sequence[str]) -> np.ndarray:
    """Return the place of each text among those known, (rows,) int32, the last for any other."""
    places = pc.index_in(pa.array(texts, pa.string()), value_set=pa.array(known, pa.string()))
    return np.asarray(pc.fill_null(places, len(known)).to_numpy())
