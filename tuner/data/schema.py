"""What a data set's rows are made of; fixed once a study, and stored with every model."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from tuner.data.columns.column import Column, RawColumns
from tuner.data.columns.feature_encoding import encode_columns, name_features, name_measures

__all__ = ["Schema"]


@dataclass(frozen=True, slots=True)
class Schema:
    """The columns of a table, or the shape of an array's rows, with the target and its classes.

    Args:
        columns: In the table's order, without the target; empty for an array data set.
        target: The target's column; "y" for an `.npz` file, "class" for a folder of images.
        classes: The labels, in the order of the network's outputs.
        array_shape: The shape of one row of an array data set, else None.
        channels: Of an image, whose pixels are standardised alike; None for other rows.
    """

    columns: tuple[Column, ...]
    target: str
    classes: tuple[str, ...]
    array_shape: tuple[int, ...] | None = None
    channels: int | None = None

    @property
    def used(self) -> tuple[Column, ...]:
        """The columns that the network sees."""
        return tuple(column for column in self.columns if column.is_used)

    @property
    def image(self) -> tuple[int, int, int] | None:
        """Height, width and channels, where a row is an array of two or three dimensions."""
        match self.array_shape:
            case (height, width):
                return height, width, 1
            case (height, width, channels):
                return height, width, channels
        return None

    @property
    def feature_names(self) -> tuple[str, ...]:
        """The name of each feature, in the order of `encode`."""
        if self.array_shape is None:
            return name_features(self.used)
        return tuple(f"x[{','.join(map(str, at))}]" for at in np.ndindex(self.array_shape))

    @property
    def scaled(self) -> np.ndarray:
        """Which features are numbers to standardise on a fold's training rows, (features,) bool."""
        if self.array_shape is not None:
            return np.ones(int(np.prod(self.array_shape)), bool)
        return np.arange(len(self.feature_names)) < len(name_measures(self.used))

    def encode(self, raw: RawColumns) -> np.ndarray:
        """Return the features of raw rows, (rows, features) float32, NaN where a number is missing.

        The order is that of `feature_names`: numbers and the parts of dates, the missing-value
        indicators of those with missing values, then the levels of each other column, its "other"
        and its "missing". An unknown level of a column without "other", and a missing value of one
        that had none, is zeros throughout.
        """
        if self.array_shape is None:
            return encode_columns(self.used, raw)
        x = np.asarray(raw["x"], np.float32)
        return x.reshape(len(x), int(np.prod(self.array_shape)))

    def to_dict(self) -> dict[str, Any]:
        """Return the schema as JSON-able values."""
        return {
            "columns": [column.to_dict() for column in self.columns],
            "target": self.target,
            "classes": list(self.classes),
            "array_shape": None if self.array_shape is None else list(self.array_shape),
            **({} if self.channels is None else {"channels": self.channels}),
        }

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "Schema":
        """Return the schema that `to_dict` described."""
        shape = values["array_shape"]
        return cls(
            columns=tuple(Column.from_dict(column) for column in values["columns"]),
            target=values["target"],
            classes=tuple(values["classes"]),
            array_shape=None if shape is None else tuple(shape),
            channels=values.get("channels"),
        )
