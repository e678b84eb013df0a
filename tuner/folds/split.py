"""Row numbers of a test part and of folds, and how they are written down."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

__all__ = ["Fold", "Split", "make_expanding_split", "make_split", "to_row_numbers"]


@dataclass(frozen=True, slots=True, eq=False)
class Fold:
    """The rows of one train/validation split.

    Args:
        train: Row numbers in the whole data set, (rows,) int64, sorted.
        validation: Likewise; none of them in `train`.
    """

    train: np.ndarray
    validation: np.ndarray


@dataclass(frozen=True, slots=True, eq=False)
class Split:
    """A test part that takes no part in any choice, and the folds of all other rows.

    Args:
        train: Row numbers outside the test part, (rows,) int64, sorted.
        test: Row numbers held back, (rows,) int64, sorted; may be empty.
        folds: Of each repeat as many, repeat after repeat. The validation parts of a repeat
            partition `train`. Or, where rows are ordered, each fold trains on what came before its
            validation part, and the first rows validate nothing.
    """

    train: np.ndarray
    test: np.ndarray
    folds: tuple[Fold, ...]

    @property
    def repeats(self) -> int:
        """How often each row is validated that is validated at all."""
        validated = [fold.validation for fold in self.folds]
        return sum(map(len, validated)) // len(np.unique(np.concatenate(validated)))

    @property
    def ordered(self) -> bool:
        """Whether each fold trains on what came before it only."""
        first = self.folds[0]
        return len(first.train) + len(first.validation) < len(self.train)

    @property
    def description(self) -> str:
        """How rows are cut, as a part of a sentence."""
        folds = f"{len(self.folds) // self.repeats} folds"
        if self.ordered:
            return f"{folds} in order, after {len(self.folds[0].train):,} rows that only train"
        return folds if self.repeats == 1 else f"{folds}, {self.repeats} times anew"

    def to_dict(self) -> dict[str, Any]:
        """Return the split as JSON-able values; what can be told from the rest is not in it."""
        values = {
            "test": self.test.tolist(),
            "folds": [fold.validation.tolist() for fold in self.folds],
        }
        return {**values, "before": self.folds[0].train.tolist()} if self.ordered else values

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "Split":
        """Return the split that `to_dict` described."""
        test, validations = (
            to_row_numbers(values["test"]),
            [to_row_numbers(f) for f in values["folds"]],
        )
        if "before" in values:
            return make_expanding_split(test, to_row_numbers(values["before"]), validations)
        return make_split(test, validations)


def make_split(test: np.ndarray, validations: Sequence[np.ndarray]) -> Split:
    """Return the split of a test part and of validation parts that hold all other rows."""
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
    """Return the split whose folds train on all that comes before their validation parts.

    Args:
        test: Row numbers held back, sorted.
        before: Row numbers before the first validation part.
        validations: The parts in their order.
    """
    parts = [before, *validations]
    folds = (
        Fold(np.sort(np.concatenate(parts[:number])), np.sort(parts[number]))
        for number in range(1, len(parts))
    )
    return Split(train=np.sort(np.concatenate(parts)), test=test, folds=tuple(folds))


def to_row_numbers(numbers: Sequence[int] | np.ndarray) -> np.ndarray:
    """Return row numbers as all parts have them."""
    return np.asarray(numbers, np.int64)
