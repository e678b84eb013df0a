"""The row numbers of a test part and of folds, and their JSON form."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

__all__ = ["Fold", "Split", "make_expanding_split", "make_split", "to_row_numbers"]


@dataclass(frozen=True, slots=True, eq=False)
class Fold:
    """The rows of one fold.

    Attributes:
        train: Row numbers in the whole data set, shape `(rows,)`, int64, ascending.
        validation: Row numbers that are not in `train`, of the same form.
    """

    train: np.ndarray
    validation: np.ndarray


@dataclass(frozen=True, slots=True, eq=False)
class Split:
    """A test part, which no decision depends on, and the folds of all other rows.

    Attributes:
        train: Row numbers outside the test part, shape `(rows,)`, int64, ascending.
        test: Row numbers of the test part, shape `(rows,)`, int64, ascending; may be empty.
        folds: The folds, repeat after repeat; all repeats have the same number. The validation
            parts of a repeat partition `train`. If rows are ordered, each fold trains on the rows
            before its validation part, and the first rows are never validated.
    """

    train: np.ndarray
    test: np.ndarray
    folds: tuple[Fold, ...]

    @property
    def repeats(self) -> int:
        """How many times each validated row is validated."""
        validated = [fold.validation for fold in self.folds]
        return sum(map(len, validated)) // len(np.unique(np.concatenate(validated)))

    @property
    def scored_rows(self) -> int:
        """How many rows are validated, each counted once."""
        return sum(len(fold.validation) for fold in self.folds) // self.repeats

    @property
    def ordered(self) -> bool:
        """Whether each fold trains only on the rows before its validation part."""
        first = self.folds[0]
        return len(first.train) + len(first.validation) < len(self.train)

    @property
    def description(self) -> str:
        """The folds in words, as a part of a sentence."""
        folds = f"{len(self.folds) // self.repeats} folds"
        if self.ordered:
            return f"{folds} in order, after {len(self.folds[0].train):,} rows that only train"
        return folds if self.repeats == 1 else f"{folds}, {self.repeats} times anew"

    def find_places(self) -> list[np.ndarray]:
        """Return the places of each fold's validation rows among all of them, of one repeat."""
        folds = self.folds[: len(self.folds) // self.repeats]
        validated = np.unique(np.concatenate([fold.validation for fold in folds]))
        return [np.searchsorted(validated, fold.validation) for fold in folds]

    def to_dict(self) -> dict[str, Any]:
        """Return the split as JSON values, without what follows from the rest."""
        values = {
            "test": self.test.tolist(),
            "folds": [fold.validation.tolist() for fold in self.folds],
        }
        return {**values, "before": self.folds[0].train.tolist()} if self.ordered else values

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "Split":
        """Return the split that `to_dict` wrote."""
        test, validations = (
            to_row_numbers(values["test"]),
            [to_row_numbers(f) for f in values["folds"]],
        )
        if "before" in values:
            return make_expanding_split(test, to_row_numbers(values["before"]), validations)
        return make_split(test, validations)


def make_split(test: np.ndarray, validations: Sequence[np.ndarray]) -> Split:
    """Return the split of a test part, and of validation parts that have all other rows."""
    train = np.unique(np.concatenate(validations))
    folds = (np.sort(rows) for rows in validations)
    return Split(
        train=train,
        test=test,
        folds=tuple(Fold(np.delete(train, np.searchsorted(train, rows)), rows) for rows in folds),
    )


def make_expanding_split(
    test: np.ndarray, before: np.ndarray, validations: Sequence[np.ndarray]
) -> Split:
    """Return the split whose folds train on all rows before their validation parts.

    Args:
        test: Row numbers of the test part, ascending.
        before: Row numbers before the first validation part.
        validations: Row numbers of each validation part, in order.
    """
    parts = [before, *validations]
    folds = (
        Fold(np.sort(np.concatenate(parts[:number])), np.sort(parts[number]))
        for number in range(1, len(parts))
    )
    return Split(train=np.sort(np.concatenate(parts)), test=test, folds=tuple(folds))


def to_row_numbers(numbers: Sequence[int] | np.ndarray) -> np.ndarray:
    """Return row numbers as an array, shape `(rows,)`, int64."""
    return np.asarray(numbers, np.int64)
