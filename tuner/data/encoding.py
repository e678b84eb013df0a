"""From raw columns to features: numbers, missing-value indicators, one feature a level.

The order is part of every study and of every exported model, which repeats it with Keras layers:
all numeric columns, then the indicators of those with missing values, then for each other column
one feature a level, followed by one for missing.
"""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tuner.data.column import Column, RawColumns

__all__ = ["encode_columns", "name_features"]


def name_features(columns: Sequence[Column]) -> tuple[str, ...]:
    """Return the name of each feature of the columns used.

    >>> name_features([Column("size", "categorical", ("L", "S")), Column("age", "numeric")])
    ('age', 'size=L', 'size=S')
    """
    numeric = [column for column in columns if column.kind == "numeric"]
    names = [column.name for column in numeric]
    names += [f"{column.name} is missing" for column in numeric if column.missing]
    for column in columns:
        if column.kind != "numeric":
            names += [f"{column.name}={level}" for level in column.levels]
            names += [f"{column.name} is missing"] if column.missing else []
    return tuple(names)


def encode_columns(columns: Sequence[Column], raw: RawColumns) -> np.ndarray:
    """Return the features of the columns used, (rows, features) float32.

    A number that is missing stays NaN, so that it can be filled after scaling. A level that the
    schema does not know, and a missing value where it knows none, are zeros throughout.
    """
    rows = len(raw[columns[0].name])
    x = np.zeros((rows, len(name_features(columns))), np.float32)
    numeric = [column for column in columns if column.kind == "numeric"]
    for feature, column in enumerate(numeric):
        x[:, feature] = raw[column.name]
    feature = len(numeric)
    for column in numeric:
        if column.missing:
            x[:, feature] = np.isnan(raw[column.name])
            feature += 1
    for column in columns:
        if column.kind != "numeric":
            known = (*column.levels, "") if column.missing else column.levels
            codes = _codes(raw[column.name], known)
            seen = np.flatnonzero(codes >= 0)
            x[seen, feature + codes[seen]] = 1
            feature += len(known)
    return x


def _codes(texts: np.ndarray, known: Sequence[str]) -> np.ndarray:
    """Return the place of each text among those known, (rows,) int32, -1 for any other."""
    places = pc.index_in(pa.array(texts, pa.string()), value_set=pa.array(known, pa.string()))
    return np.asarray(pc.fill_null(places, -1).to_numpy())
