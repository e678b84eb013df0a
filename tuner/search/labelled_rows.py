"""Rows that a Python program gives, checked and numbered."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from tuner.errors import DataError
from tuner.folds import Fold, Split, Splitter
from tuner.problem import Inputs, Problem, list_inputs
from tuner.search.datasets import is_dataset, read_dataset
from tuner.search.inputs import count_rows, read_inputs
from tuner.search.targets import Targets, read_targets
from tuner.words import join_words, name_label

__all__ = ["LabelledRows", "read_weights", "refuse_masked"]

_HASHED_ROWS = 4096  # at once, so that their conversion takes little memory


@dataclass(frozen=True, slots=True, eq=False)
class LabelledRows:
    """Rows with their classes, weights, groups and order.

    Attributes:
        x: Features, shape `(rows, …)`: float32, whole numbers or texts; or a tuple or a dict of
            such arrays, one for each input of the network.
        targets: The class of each row.
        groups: The number of each row's group, shape `(rows,)`; None if the rows have no groups.
        order: The rank of each row, shape `(rows,)`; None if the rows have no order.
        row_weights: The weight of each row in the training loss, shape `(rows,)`, float32; None
            for 1.
    """

    x: Inputs
    targets: Targets
    groups: np.ndarray | None = None
    order: np.ndarray | None = None
    row_weights: np.ndarray | None = None

    @classmethod
    def from_arrays(
        cls,
        x: Any,
        y: Any = None,
        *,
        groups: Any = None,
        order: Any = None,
        sample_weight: Any = None,
    ) -> "LabelledRows":
        """Check rows, and number the classes, the groups and the ranks.

        Args:
            x: Features, as `read_inputs` takes them; or a finite `tf.data.Dataset` of `(x, y)` or
                `(x, y, sample_weight)`.
            y: The class of each row, as `read_targets` takes them; None for a dataset.
            groups: The group of each row, shape `(rows,)`, numbers or text; None for no groups.
            order: The sort key of each row, shape `(rows,)`, numbers or times; None for no order.
            sample_weight: The weight of each row in the training loss, shape `(rows,)`; None for 1.

        Raises:
            DataError: The shapes differ, or values are missing or not finite.
        """
        if is_dataset(x):
            if y is not None or sample_weight is not None:
                raise DataError("y: a dataset has the classes and weights itself; leave y out")
            x, y, sample_weight = read_dataset(x)
        inputs, targets = read_inputs(x), read_targets(y)
        rows = count_rows(inputs)
        _check_classes(targets, rows)
        return cls(
            inputs,
            targets,
            groups=None if groups is None else _rank(groups, "groups", rows),
            order=None if order is None else _rank(order, "order", rows),
            row_weights=None if sample_weight is None else read_weights(sample_weight, rows),
        )

    @property
    def y(self) -> np.ndarray:
        """Class numbers, shape `(rows,)`, int64."""
        return self.targets.y

    @property
    def classes(self) -> tuple[str, ...]:
        """The class labels, by number."""
        return self.targets.classes

    def split(self, splitter: Splitter) -> Split:
        """Split the rows into a test part and folds."""
        return splitter.split(self.y, classes=self.classes, groups=self.groups, order=self.order)

    def make_problem(
        self, folds: tuple[Fold, ...], class_weight: str | Mapping[Any, float] | None = None
    ) -> Problem:
        """Return the rows with their folds.

        Args:
            folds: The folds.
            class_weight: `balanced`; or weights by class, each as in `y` (by its column, if `y` has
                one-hot rows), 1 for those that it lacks; None for 1.

        Raises:
            DataError: `class_weight` names a class that `y` does not have, or all weights that a
                fold trains with are 0.
        """
        weights: str | np.ndarray | None
        if class_weight is None or isinstance(class_weight, str):
            weights = class_weight
        else:
            weights = self._number_weights(class_weight)
        problem = Problem(
            self.x,
            self.y,
            folds,
            class_weight=weights,
            groups=self.groups,
            row_weights=self.row_weights,
            one_hot=self.targets.one_hot,
        )
        kinds = {"class_weight": weights, "sample_weight": self.row_weights}
        given = [name for name, values in kinds.items() if values is not None]
        if given:
            problem.check_weights(join_words(given))
        return problem

    def _number_weights(self, by_class: Mapping[Any, float]) -> np.ndarray:
        """Return the weight of each class by its number, shape `(classes,)`, float32."""
        values = self.targets.values
        # as settings have it
        weights = {name_label(value): weight for value, weight in by_class.items()}
        unknown = [value for value in weights if value not in map(name_label, values)]
        if unknown:
            raise DataError(
                f"class_weight: y has no class {unknown[0]}; its classes are "
                f"{', '.join(map(str, values))}"
            )
        return np.array([weights.get(name_label(value), 1.0) for value in values], np.float32)

    def to_dict(self) -> dict[str, Any]:
        """Return the description that a study keeps of its data."""
        relations = {"groups": self.groups, "order": self.order}
        return {
            "name": "array",
            "rows": len(self.y),
            "classes": list(self.classes),
            **{name: None if values is None else name for name, values in relations.items()},
            "fingerprint": self._hash(),
        }

    def _hash(self) -> str:
        """Return a checksum of all values. Numbers count as float32, as in earlier versions."""
        digest = hashlib.sha256()
        if isinstance(self.x, dict):
            digest.update(repr(list(self.x)).encode())
        for values in list_inputs(self.x):
            for start in range(0, len(values), _HASHED_ROWS):
                digest.update(_to_bytes(values[start : start + _HASHED_ROWS]))
        for array in (self.y, self.groups, self.order, self.row_weights):
            digest.update(b"" if array is None else array.tobytes())
        return digest.hexdigest()


def _to_bytes(values: np.ndarray) -> bytes:
    if values.dtype.kind in "OUS":
        return repr(values.tolist()).encode()
    return np.asarray(values, np.float32).tobytes()


def _check_classes(targets: Targets, rows: int) -> None:
    """Check that each of some rows has a class, and that there are several classes."""
    if len(targets.y) != rows:
        raise DataError(
            f"x and y: expected one class for each row; received {rows} rows and "
            f"{len(targets.y)} classes"
        )
    if len(targets.classes) < 2:
        raise DataError(
            f"y: all {rows} rows are of class {targets.classes[0]}; give rows of two or more "
            "classes"
        )


def read_weights(values: Any, rows: int) -> np.ndarray:
    """Return the weights of rows, shape `(rows,)`, float32.

    Args:
        values: The weights, shape `(rows,)` or `(rows, 1)`.
        rows: The number of rows.

    Raises:
        DataError: The shape is another, or a weight is missing, below 0 or no number.
    """
    refuse_masked("sample_weight", values)
    try:
        weights = np.asarray(values, np.float32)
    except (TypeError, ValueError) as error:
        raise DataError(f"sample_weight: expected numbers of at least 0; {error}") from error
    if weights.shape == (rows, 1):
        weights = weights[:, 0]
    if weights.shape != (rows,):
        raise DataError(
            f"sample_weight: expected a weight for each of {rows} rows; received an array of shape "
            f"{weights.shape}"
        )
    wrong = np.flatnonzero(~(np.isfinite(weights) & (weights >= 0)))
    if len(wrong):
        raise DataError(
            f"sample_weight: expected numbers of at least 0; received {weights[wrong[0]]} for row "
            f"{wrong[0]}"
        )
    return weights


def refuse_masked(name: str, values: Any) -> None:
    """Refuse a masked array, of which NumPy takes what lies under the mask.

    Raises:
        DataError: A value is masked.
    """
    if np.ma.is_masked(values):
        masked = int(np.ma.count_masked(values))
        raise DataError(
            f"{name}: expected a value for each of {len(values)} rows; {masked} are masked"
        )


def _rank(values: Any, name: str, rows: int) -> np.ndarray:
    """Return the rank of each value among the distinct values, shape `(rows,)`, int64."""
    import pandas as pd

    refuse_masked(name, values)
    array = np.asarray(values)
    if array.shape != (rows,) or pd.isna(array).any():
        raise DataError(
            f"{name}: expected a value for each of {rows} rows, none of them missing; received an "
            f"array of shape {array.shape}"
        )
    native = array.astype(array.dtype.newbyteorder("="), copy=False)  # as pandas reads it
    ranks, _ = pd.factorize(native, sort=True)
    return ranks.astype(np.int64)
