"""Row numbers of a test part and of folds, and how they are written down."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

__all__ = ["Fold", "Split", "row_numbers", "split_of"]


@dataclass(frozen=True, slots=True, eq=False)
class Fold:
    """The rows of one train/validation split.

    Args:
        train: Row numbers in the whole data set, (rows,) int64, sorted.
        validation: Likewise; together with `train` all training rows of the split.
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
            partition `train`.
    """

    train: np.ndarray
    test: np.ndarray
    folds: tuple[Fold, ...]

    @property
    def repeats(self) -> int:
        """How often each row is validated."""
        return sum(len(fold.validation) for fold in self.folds) // len(self.train)

    @property
    def in_words(self) -> str:
        """How rows are cut, as a part of a sentence."""
        folds = f"{len(self.folds) // self.repeats} folds"
        return folds if self.repeats == 1 else f"{folds}, {self.repeats} times anew"

    def to_dict(self) -> dict[str, Any]:
        """Return the split as JSON-able values; what can be told from the rest is not in it."""
        return {
            "test": self.test.tolist(),
            "folds": [fold.validation.tolist() for fold in self.folds],
        }

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "Split":
        """Return the split that `to_dict` described."""
        return split_of(row_numbers(values["test"]), [row_numbers(f) for f in values["folds"]])


def split_of(test: np.ndarray, validations: Sequence[np.ndarray]) -> Split:
    """Return the split of a test part and of validation parts that hold all other rows."""
    train = np.unique(np.concatenate(validations))
    folds = (np.sort(rows) for rows in validations)
    return Split(
        train=train,
        test=test,
        folds=tuple(Fold(np.delete(train, np.searchsorted(train, rows)), rows) for rows in folds),
    )


def row_numbers(numbers: Sequence[int] | np.ndarray) -> np.ndarray:
    """Return row numbers as all parts have them."""
    return np.asarray(numbers, np.int64)
