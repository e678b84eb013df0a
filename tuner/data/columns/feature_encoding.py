"""From columns to features: numbers, calendar parts, missing-value indicators, levels.

The order of features is part of every study and of every exported model, which repeats it with
Keras layers. First come all numbers and calendar parts, in the order of the columns; then the
missing-value indicators of those columns; then, for each other column, one feature per level, one
for the pooled levels and one for missing values.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tuner.data.columns.column import Column, RawColumns
from tuner.data.parsing.date_notations import FRACTION, name_part_features
from tuner.data.parsing.parse_by_notation import NUMBER, parse_texts
from tuner.data.parsing.text_column import index_texts
from tuner.data.precision import shift_and_divide

__all__ = [
    "SHIFTED_FEATURES",
    "EncodedColumn",
    "FeaturePlace",
    "encode_columns",
    "encode_raw",
    "find_tails",
    "get_feature",
    "index_levels",
    "list_feature_places",
    "name_features",
    "name_parsed_features",
]


SHIFTED_FEATURES = (NUMBER, "days")
"""The features that are shifted and divided where float32 does not hold them."""

_UNBOUNDED = (*SHIFTED_FEATURES, "year")


@dataclass(frozen=True, slots=True, eq=False)
class EncodedColumn:
    """The features of a column, once per distinct text.

    Attributes:
        features: For a number or date, one array per feature, shape `(texts,)`, float32, NaN if
            missing. For levels, one array with the index of the text's feature among the column's
            features, shape `(texts,)`, integers, −1 if all of them are 0.
        indices: The index of each row's text, shape `(rows,)`; None if `features` has one value per
            row.
    """

    features: tuple[np.ndarray, ...]
    indices: np.ndarray | None = None

    def expand(self, feature: np.ndarray) -> np.ndarray:
        """Return the value of one of `features` in each row, shape `(rows,)`."""
        return feature if self.indices is None else feature[self.indices]


@dataclass(frozen=True, slots=True)
class FeaturePlace:
    """Where the features of a used column stand.

    Attributes:
        column: The column.
        features: Its numbers or calendar parts, or its levels.
        indicator: The missing-value indicator of a number or date that has one, else None.
    """

    column: Column
    features: slice
    indicator: int | None = None


def list_feature_places(columns: Sequence[Column]) -> list[FeaturePlace]:
    """Return where the features of each used column stand, in the order of the columns."""
    measured = [column for column in columns if column.is_measured]
    number, indicator = 0, len(_name_measures(columns))
    level = indicator + sum(column.missing for column in measured)
    places = []
    for column in columns:
        if column.is_measured:
            end = number + len(name_parsed_features(column))
            places.append(
                FeaturePlace(column, slice(number, end), indicator if column.missing else None)
            )
            number = end
            indicator += column.missing
        else:
            places.append(FeaturePlace(column, slice(level, level + column.level_width)))
            level += column.level_width
    return places


def name_features(columns: Sequence[Column]) -> tuple[str, ...]:
    """Return the name of each feature of the used columns.

    >>> name_features([Column("size", "categorical", ("L", "S")), Column("age", "numeric")])
    ('age', 'size=L', 'size=S')
    """
    names = _name_measures(columns)
    names += [f"{c.name} is missing" for c in columns if c.is_measured and c.missing]
    for column in columns:
        if not column.is_measured:
            names += [f"{column.name}={level}" for level in column.levels]
            names += [f"{column.name} is other"] if column.other else []
            names += [f"{column.name} is missing"] if column.missing else []
    return tuple(names)


def find_tails(columns: Sequence[Column]) -> list[bool]:
    """Return whether each number or calendar part, in the order of features, has long tails.

    The parts of a date that are points on a circle have none.
    """
    return [
        column.tails and feature in _UNBOUNDED
        for column in columns
        if column.is_measured
        for feature in name_parsed_features(column)
    ]


def _name_measures(columns: Sequence[Column]) -> list[str]:
    """Return the names of the features that are numbers or calendar parts, which come first."""
    return [
        column.name if feature == NUMBER else f"{column.name} {feature}"
        for column in columns
        if column.is_measured
        for feature in name_parsed_features(column)
    ]


def name_parsed_features(column: Column) -> tuple[str, ...]:
    """Return the features of a number or date, by the names that `parse_codes` gives them."""
    return (NUMBER,) if column.kind == "numeric" else name_part_features(column.parts)


def get_feature(column: Column, parsed: Mapping[str, np.ndarray], name: str) -> np.ndarray:
    """Return a feature of a column's parsed texts, shape `(texts,)`, float32.

    Args:
        column: A number or date.
        parsed: What `parse_codes` returns for its texts.
        name: The name of the feature among these.
    """
    values = parsed[name]
    if name not in SHIFTED_FEATURES:
        return values.astype(np.float32)
    if column.is_shifted and column.kind == "date":
        values = values + parsed[FRACTION]
    return shift_and_divide(values, column.shift, column.unit)


def encode_columns(
    columns: Sequence[Column], encoded: Iterable[EncodedColumn], rows: int
) -> np.ndarray:
    """Return the features of the used columns, shape `(rows, features)`, float32.

    A missing number stays NaN, so that it can be filled after scaling.

    Args:
        columns: The used columns.
        encoded: The features of each of them, in the same order; each is used once.
        rows: The number of rows.
    """
    x = np.zeros((rows, len(name_features(columns))), np.float32)
    for place, cells in zip(list_feature_places(columns), encoded, strict=True):
        first = place.features.start
        if place.column.is_measured:
            for number, feature in enumerate(cells.features, first):
                x[:, number] = cells.expand(feature)
            if place.indicator is not None:
                x[:, place.indicator] = np.isnan(cells.expand(cells.features[0]))
        else:
            of_rows = cells.expand(cells.features[0])
            known = np.flatnonzero(of_rows >= 0)
            x[known, first + of_rows[known]] = 1
    return x


def encode_raw(columns: Sequence[Column], raw: RawColumns) -> np.ndarray:
    """Return the features of raw rows, shape `(rows, features)`, float32.

    A text that is not in the notation of its column becomes NaN. A level that the schema does not
    have is "other" if rare levels were pooled. Otherwise all features of its column are 0, as they
    are for a missing value in a column that had none.
    """
    encoded = (_encode_values(column, raw[column.name]) for column in columns)
    return encode_columns(columns, encoded, len(raw[columns[0].name]))


def _encode_values(column: Column, values: np.ndarray) -> EncodedColumn:
    if column.is_plain:
        return EncodedColumn((shift_and_divide(values, column.shift, column.unit),))
    if column.is_measured:
        texts, indices = index_texts(pa.chunked_array([pa.array(values, pa.string())]))
        parsed = parse_texts(texts, column.notation)
        features = (get_feature(column, parsed, name) for name in name_parsed_features(column))
        return EncodedColumn(tuple(features), indices)
    known, indices, _ = index_levels(column)
    places = pc.index_in(pa.array(values, pa.string()), value_set=pa.array(known, pa.string()))
    return EncodedColumn((indices,), np.asarray(pc.fill_null(places, len(known)).to_numpy()))


def index_levels(
    column: Column, missing_texts: Sequence[str] = ()
) -> tuple[list[str], np.ndarray, int]:
    """Return which of a column's features each text has.

    Args:
        column: A categorical or boolean column.
        missing_texts: Texts that mean a missing value, besides "".

    Returns:
        The known texts; the index of the feature of each known text, then of all other texts, shape
        `(texts + 1,)`, int64, −1 if all features are 0; the number of features.

    >>> index_levels(Column("size", "categorical", ("L", "S"), other=True))
    (['L', 'S', ''], array([ 0,  1, -1,  2]), 3)
    """
    levels = {level: index for index, level in enumerate(column.levels)}
    known = {**levels, **{text: levels[level] for level, text in column.spellings}}
    missing = column.level_width - 1 if column.missing else -1
    known |= dict.fromkeys(["", *missing_texts], missing)
    indices = np.array([*known.values(), len(levels) if column.other else -1])
    return list(known), indices, column.level_width
