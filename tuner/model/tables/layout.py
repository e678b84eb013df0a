"""Which features of an encoded row are numbers, and which are the levels of a column."""

from dataclasses import dataclass

from tuner.data import Schema
from tuner.data.columns.feature_encoding import list_feature_places

__all__ = ["FeatureLayout"]


@dataclass(frozen=True, slots=True)
class FeatureLayout:
    """The features of an encoded row: numbers, then indicators, then the levels of each column.

    Attributes:
        features: Number of all features.
        numbers: Number of features that are numbers or calendar parts; they come first.
        levels: The first feature and the number of features of each column of levels.
    """

    features: int
    numbers: int
    levels: tuple[tuple[int, int], ...] = ()

    @classmethod
    def from_schema(cls, schema: Schema) -> "FeatureLayout":
        """Return the layout of the rows that a schema encodes."""
        features = len(schema.feature_names)
        if schema.array_shape is not None:
            return cls(features, features)
        places = list_feature_places(schema.used)
        numbers = max(
            (place.features.stop for place in places if place.column.is_measured), default=0
        )
        levels = (
            (place.features.start, place.column.level_width)
            for place in places
            if not place.column.is_measured
        )
        return cls(features, numbers, tuple(levels))
