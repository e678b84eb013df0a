"""Rows that a Python program gives as arrays, checked and numbered."""

import hashlib
from dataclasses import dataclass
from typing import Any

import numpy as np

from tuner.errors import DataError

__all__ = ["LabelledRows"]


@dataclass(frozen=True, slots=True, eq=False)
class LabelledRows:
    """Rows with their classes, groups and order.

    Attributes:
        x: Features, shape `(rows, …)`, float32.
        y: Class numbers, shape `(rows,)`, int64.
        classes: The class labels, by number.
        groups: The number of each row's group, shape `(rows,)`; None if the rows have no groups.
        order: The rank of each row, shape `(rows,)`; None if the rows have no order.
    """

    x: np.ndarray
    y: np.ndarray
    classes: tuple[str, ...]
    groups: np.ndarray | None
    order: np.ndarray | None

    @classmethod
    def from_arrays(
        cls, x: np.ndarray, y: np.ndarray, *, groups: np.ndarray | None, order: np.ndarray | None
    ) -> "LabelledRows":
        """Check arrays, and number the classes, the groups and the ranks.

        Args:
            x: Features, shape `(rows, …)`, numbers.
            y: The class of each row, shape `(rows,)`, numbers or text.
            groups: The group of each row, shape `(rows,)`, numbers or text; None for no groups.
            order: The sort key of each row, shape `(rows,)`, numbers or times; None for no order.

        Raises:
            DataError: The shapes differ, or values are missing or not finite.
        """
        x, y = np.asarray(x, np.float32), np.asarray(y)
        if y.ndim != 1 or len(x) != len(y) or not np.isfinite(x).all():
            raise DataError(
                "x and y: expected finite rows, and one class for each; received x of shape "
                f"{x.shape} with {int((~np.isfinite(x)).sum())} values that are not finite, and y "
                f"of shape {y.shape}"
            )
        names, numbers = np.unique(y, return_inverse=True)
        return cls(
            x,
            numbers.astype(np.int64),
            tuple(map(str, names)),
            groups=None if groups is None else _rank(groups, "groups", len(x)),
            order=None if order is None else _rank(order, "order", len(x)),
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the description that a study keeps of its data."""
        relations = {"groups": self.groups, "order": self.order}
        numbers = [self.y, *(values for values in relations.values() if values is not None)]
        contents = b"".join(array.tobytes() for array in (self.x, *numbers))
        return {
            "name": "array",
            "rows": len(self.x),
            "classes": list(self.classes),
            **{name: None if values is None else name for name, values in relations.items()},
            "fingerprint": hashlib.sha256(contents).hexdigest(),
        }


def _rank(values: np.ndarray, name: str, rows: int) -> np.ndarray:
    """Return the rank of each value among the distinct values, shape `(rows,)`, int64."""
    import pandas as pd

    values = np.asarray(values)
    if values.shape != (rows,) or pd.isna(values).any():
        raise DataError(
            f"{name}: expected a value for each of {rows} rows, none of them missing; received an "
            f"array of shape {values.shape}"
        )
    ranks, _ = pd.factorize(values, sort=True)
    return ranks.astype(np.int64)
