"""The values of a column, read back from the features that a network gets."""

import hashlib
from dataclasses import dataclass

import numpy as np

from tuner.data.columns.feature_encoding import list_feature_places
from tuner.data.schema import Schema

__all__ = ["ColumnFeatures", "digest_values", "list_columns"]

_MOST = 5_000  # features of an array: more are pixels or signals, none of which tells a class alone
_FEW = 0.5  # distinct values per row, up to which values that go together are no coincidence


@dataclass(frozen=True, slots=True)
class ColumnFeatures:
    """The features of a column.

    Attributes:
        name: The column, or the feature of an array.
        features: Its features: numbers and calendar parts, or one for each level.
        are_levels: Whether exactly one of them is 1, or all are 0.
    """

    name: str
    features: slice
    are_levels: bool

    def read(self, x: np.ndarray, rows: np.ndarray) -> np.ndarray:
        """Return the column's values, shape `(rows, parts)`, float32.

        Levels are numbers from 0, in one part; a number or date that is missing is NaN.
        """
        values = x[rows, self.features]
        if not self.are_levels:
            return values
        none = ~values.any(axis=1)
        return (values.argmax(axis=1) - none)[:, None].astype(np.float32)


def list_columns(schema: Schema) -> list[ColumnFeatures]:
    """Return the features of each used column; for images none, for other arrays each feature."""
    if schema.array_shape is not None:
        if len(schema.array_shape) != 1 or schema.array_shape[0] > _MOST:
            return []
        names = schema.feature_names
        return [
            ColumnFeatures(name, slice(place, place + 1), False) for place, name in enumerate(names)
        ]
    return [
        ColumnFeatures(place.column.name, place.features, not place.column.is_measured)
        for place in list_feature_places(schema.used)
    ]


def digest_values(values: np.ndarray) -> bytes:
    """Return a digest that two columns share if each value of one goes with one of the other.

    Of few values it is the number of each row's value, in the order in which they come. Of many
    numbers any two columns could be translated into each other, so that they must be equal.

    Args:
        values: Shape `(rows, parts)`.
    """
    import pandas as pd

    if values.shape[1] == 1:
        codes, distinct = pd.factorize(values[:, 0])
        if len(distinct) <= _FEW * len(values):
            return _digest(codes.astype(np.float32))
    return _digest(values)


def _digest(values: np.ndarray) -> bytes:
    return hashlib.blake2b(np.ascontiguousarray(values).data).digest()
