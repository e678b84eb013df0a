"""What predictions are held against."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

__all__ = ["RowValues", "Truth"]

RowValues = Callable[[np.ndarray, np.ndarray], np.ndarray]
"""Probabilities, `(rows, classes)`, and classes, `(rows,)`, to a value a row, `(rows,)`."""


@dataclass(frozen=True, eq=False)
class Truth:
    """The classes of rows, and which rows belong together.

    All that is said of scores, their errors, intervals and comparisons, rests on units that are
    independent: rows, or groups of rows.

    Attributes:
        y: The class of each row, shape `(rows,)`.
        groups: The group of each row, shape `(rows,)`; None where each row stands for itself.
    """

    y: np.ndarray
    groups: np.ndarray | None = None

    @cached_property
    def units(self) -> np.ndarray:
        """The number of each row's unit, counted from 0, shape `(rows,)`."""
        if self.groups is None:
            return np.arange(len(self.y))
        numbers: np.ndarray = np.unique(self.groups, return_inverse=True)[1]
        return numbers

    @cached_property
    def count(self) -> int:
        """How many units there are."""
        return int(self.units.max()) + 1

    def values(self, of: RowValues, probabilities: np.ndarray) -> np.ndarray:
        """Return a score's value of each unit.

        Their mean is the mean m over the n rows of all G units, and s / √G its standard error. The
        value of a group whose rows have the values v is m + G/n Σ (v − m), its influence. So s / √G
        is the cluster-robust error of a mean with the correction G / (G − 1) (Cameron and Miller
        2015, Journal of Human Resources 50, section II), and the differences of two scores' values
        give that of the difference. The mean over other groups than all of them, as in a
        bootstrap, is their score to first order.

        Of repeated predictions a row has the mean of its values, not the value of the mean
        prediction, which is that of an ensemble: what is scored is one network.

        Args:
            of: A value of each row.
            probabilities: Of the rows, shape `(rows, classes)`, or `(repeats, rows, classes)`.

        Returns:
            Shape `(units,)`, float64.
        """
        repeats = probabilities.reshape(-1, *probabilities.shape[-2:])
        by_row: np.ndarray = np.mean([of(each, self.y) for each in repeats], axis=0)
        if self.groups is None:
            return by_row
        mean = by_row.mean()
        influences = np.bincount(self.units, weights=by_row - mean)
        return np.asarray(mean + influences * (self.count / len(self.y)))
