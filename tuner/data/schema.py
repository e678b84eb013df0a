"""The columns of a data set; fixed once for each study, and stored with every model."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from tuner.data.columns.column import Column, RawColumns
from tuner.data.columns.feature_encoding import encode_raw, find_tails, name_features
from tuner.data.scaling import Scaling

__all__ = ["Schema"]


@dataclass(frozen=True, slots=True)
class Schema:
    """The columns of a table, or the shape of an array's rows, with the target and its classes.

    Attributes:
        columns: The columns in the table's order, without the target; empty for an array data set.
        target: The name of the target; "y" for an `.npz` file, "class" for a folder of images.
        classes: The labels, in the order of the network's outputs.
        array_shape: The shape of one row of an array data set; None for a table.
        channels: The channels of an image, whose pixels are standardised alike; None if the rows
            are not images.
        fractions: Whether pixels of grey images of 16 bits, from 0 to 255, are fractions. If not,
            they are rounded down: all images of training have 8 bits, or an earlier version read
            them.
        missing_texts: Texts that mean a missing value in any column, besides the usual ones.
    """

    columns: tuple[Column, ...]
    target: str
    classes: tuple[str, ...]
    array_shape: tuple[int, ...] | None = None
    channels: int | None = None
    fractions: bool = False
    missing_texts: tuple[str, ...] = ()

    @property
    def used(self) -> tuple[Column, ...]:
        """The columns that are inputs of the network."""
        return tuple(column for column in self.columns if column.is_used)

    @property
    def image(self) -> tuple[int, int, int] | None:
        """Height, width and channels, if a row is an array of two or three dimensions."""
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
        indices = np.ndindex(self.array_shape)
        return tuple(f"x[{','.join(map(str, index))}]" for index in indices)

    @property
    def scalings(self) -> np.ndarray:
        """How each feature is scaled in each fold, a `Scaling`, shape `(features,)`, int8."""
        if self.array_shape is not None:
            return np.full(int(np.prod(self.array_shape)), Scaling.STANDARD, np.int8)
        scalings = np.full(len(self.feature_names), Scaling.NONE, np.int8)
        tails = find_tails(self.used)
        scalings[: len(tails)] = np.where(tails, Scaling.ROBUST, Scaling.STANDARD)
        return scalings

    def encode(self, raw: RawColumns) -> np.ndarray:
        """Return the features of raw rows, shape `(rows, features)`, float32; NaN if missing.

        The order is that of `feature_names`: numbers and calendar parts, their missing-value
        indicators, then the levels of each other column with its "other" and its "missing". An
        unknown level in a column without "other" gives zeros, as does a missing value in a column
        that had none.
        """
        if self.array_shape is None:
            return encode_raw(self.used, raw)
        x = np.asarray(raw["x"], np.float32)
        return x.reshape(len(x), int(np.prod(self.array_shape)))

    def to_dict(self) -> dict[str, Any]:
        """Return the schema as values for JSON."""
        return {
            "columns": [column.to_dict() for column in self.columns],
            "target": self.target,
            "classes": list(self.classes),
            "array_shape": None if self.array_shape is None else list(self.array_shape),
            **({} if self.channels is None else {"channels": self.channels}),
            **({"fractions": True} if self.fractions else {}),
            **({"missing_texts": list(self.missing_texts)} if self.missing_texts else {}),
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
            fractions=values.get("fractions", False),
            missing_texts=tuple(values.get("missing_texts", ())),
        )
