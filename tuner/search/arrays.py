"""Rows that are given as arrays, from Python."""

import hashlib
from dataclasses import dataclass
from typing import Any

import numpy as np

from tuner.errors import DataError

__all__ = ["LabelledRows"]


@dataclass(frozen=True, slots=True, eq=False)
class LabelledRows:
    """Rows, their classes, and what relates them.

    Attributes:
        x: Shape `(rows, …)`, float32.
        y: Class numbers, shape `(rows,)`.
        classes: The labels.
        groups: The number of each row's group, shape `(rows,)`; None without groups.
        order: The place of each row in an order, shape `(rows,)`; None without one.
    """

    x: np.ndarray
    y: np.ndarray
    classes: tuple[str, ...]
    groups: np.ndarray | None
    order: np.ndarray | None

    @classmethod
    def of(
        cls, x: np.ndarray, y: np.ndarray, *, groups: np.ndarray | None, order: np.ndarray | None
    ) -> "LabelledRows":
        """Check arrays, and number the classes, groups and places.

        Raises:
            DataError: They do not fit together, or hold values that are missing or not finite.
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
            groups=None if groups is None else _numbered(groups, "groups", len(x)),
            order=None if order is None else _numbered(order, "order", len(x)),
        )

    def to_dict(self) -> dict[str, Any]:
        """Return what a study keeps of them."""
        relations = {"groups": self.groups, "order": self.order}
        numbers = [self.y, *(each for each in relations.values() if each is not None)]
        contents = b"".join(each.tobytes() for each in (self.x, *numbers))
        return {
            "name": "array",
            "rows": len(self.x),
            "classes": list(self.classes),
            **{name: None if each is None else name for name, each in relations.items()},
            "fingerprint": hashlib.sha256(contents).hexdigest(),
        }


def _numbered(values: np.ndarray, name: str, rows: int) -> np.ndarray:
    """Return the place of each row's value among all of them, shape `(rows,)`, int64."""
    import pandas as pd

    values = np.asarray(values)
    if values.shape != (rows,) or pd.isna(values).any():
        raise DataError(
            f"{name}: expected a value for each of {rows} rows, none of them missing; received an "
            f"array of shape {values.shape}"
        )
    places, _ = pd.factorize(values, sort=True)
    return places.astype(np.int64)
