"""The objectives of a search: each gives every row a value, and the score is their mean.

The values of cross-entropy and accuracy depend on one row alone. Balanced accuracy and the area
under the ROC curve are statistics of all rows. Their row value is the statistic plus the influence
function of the row, which is what the row adds to the statistic, to first order. So every
objective has the same properties:

- The mean of the row values is the score, and s / √rows its standard error.
- The mean of the differences of two trials is the difference of their scores. Its standard error
  is that of the paired test of DeLong, DeLong and Clarke-Pearson (1988, Biometrics 44). A race
  uses it.
- The mean over a bootstrap sample of rows is the score of the sample, up to terms of 1 / rows.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, NoReturn, TypeVar, cast

import numpy as np

__all__ = [
    "COMPARE_ROWS",
    "OBJECTIVES",
    "Objective",
    "RowValues",
    "accuracy",
    "balanced_accuracy",
    "compare_with_rest",
    "compute_mean_and_error",
    "cross_entropy",
    "find_objective",
    "list_roc_classes",
    "roc_auc",
]

Number = TypeVar("Number", float, np.ndarray)

RowValues = Callable[[np.ndarray, np.ndarray], np.ndarray]
"""Takes probabilities, `(rows, classes)`, and classes to one value a row, `(rows,)`."""

# Keras's epsilon: a row that is wrong with certainty costs 16.1 instead of infinity.
EPSILON = 1e-7


def compute_mean_and_error(values: np.ndarray) -> tuple[float, float]:
    """Return the mean of independent values, and its standard error s / √n.

    >>> compute_mean_and_error(np.array([1.0, 2.0, 3.0]))
    (2.0, 0.5773502691896258)
    """
    return float(values.mean()), float(values.std(ddof=1) / np.sqrt(len(values)))


def cross_entropy(probabilities: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return −log of the probability of the true class, by row.

    **Shape**: `(rows, classes)` and `(rows,)` to `(rows,)`, float64.
    """
    true_class = probabilities[np.arange(len(y)), y].astype(np.float64)
    return np.asarray(-np.log(np.clip(true_class, EPSILON, 1.0)))


def accuracy(probabilities: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return 1 if the most probable class is the true one, else 0, by row.

    **Shape**: `(rows, classes)` and `(rows,)` to `(rows,)`, float64.
    """
    return (probabilities.argmax(axis=1) == y).astype(np.float64)


def balanced_accuracy(probabilities: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return the row values of the balanced accuracy, which is the mean over classes of the recall.

    A row of class c has the value B + (right − Rc) · n / (K nc), where B is the balanced accuracy,
    Rc the recall of class c, n the number of rows, nc the number of rows of class c, and K the
    number of classes that have rows. A class without rows does not count, as in scikit-learn's
    `balanced_accuracy_score`.

    **Shape**: `(rows, classes)` and `(rows,)` to `(rows,)`, float64.
    """
    right = accuracy(probabilities, y)
    rows = np.bincount(y)
    recalls = np.bincount(y, weights=right) / np.maximum(rows, 1)
    classes = np.count_nonzero(rows)
    weights = len(y) / (classes * rows[y])
    return np.asarray(recalls.sum() / classes + (right - recalls[y]) * weights)


def roc_auc(probabilities: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return the row values of the mean over classes of the area under a class's ROC curve.

    Each class is compared with all others, and all classes have the same weight, as in
    scikit-learn's `roc_auc_score(multi_class="ovr", average="macro")`. A class has no curve if no
    row or every row belongs to it; it does not count then. If no class has a curve, all values are
    NaN.

    s / √rows is DeLong's standard error (1988), except that DeLong divides by m − 1 instead of m
    for a class of m rows.

    **Shape**: `(rows, classes)` and `(rows,)` to `(rows,)`, float64.
    """
    values = [
        _one_vs_rest(probabilities[:, column], y == column)
        for column in list_roc_classes(probabilities, y)
    ]
    return np.mean(values, axis=0) if values else np.full(len(y), np.nan)


def list_roc_classes(probabilities: np.ndarray, y: np.ndarray) -> list[int]:
    """Return the classes whose ROC curves count: those with rows, but not all rows.

    **Shape**: `(rows, classes)` and `(rows,)`.
    """
    columns = range(probabilities.shape[1])
    if len(columns) == 2:
        columns = range(1, 2)  # the other class has the same area
    rows = np.bincount(y, minlength=probabilities.shape[1])
    return [column for column in columns if 0 < rows[column] < len(y)]


def _one_vs_rest(scores: np.ndarray, positive: np.ndarray) -> np.ndarray:
    """Return the row values of the area A under the ROC curve of one class.

    Let π be the share of positive rows, and V the components of `compare_with_rest`. A positive row
    has the value A + (V − A) / π, a negative row A + (V − A) / (1 − π).

    **Shape**: `(rows,)` and `(rows,)`, bool, to `(rows,)`, float64.
    """
    components = compare_with_rest(scores, positive)
    area, share = components[positive].mean(), positive.mean()
    return np.asarray(area + (components - area) / np.where(positive, share, 1 - share))


def compare_with_rest(scores: np.ndarray, positive: np.ndarray) -> np.ndarray:
    """Return the share of the other class that each row is ordered rightly with.

    For a positive row that is the share of negative rows that score lower, for a negative row the
    share of positive rows that score higher. A tie counts as half. They are the structural
    components of DeLong et al. (1988, equation 4).

    **Shape**: `(rows,)` and `(rows,)`, bool, to `(rows,)`, float64.
    """
    _, place = np.unique(scores, return_inverse=True)  # tied rows have the same place
    positives = np.bincount(place, weights=positive)
    negatives = np.bincount(place) - positives
    above = (positives.sum() - np.cumsum(positives) + positives / 2) / positives.sum()
    below = (np.cumsum(negatives) - negatives / 2) / negatives.sum()
    return np.where(positive, below[place], above[place])


@dataclass(frozen=True, slots=True)
class Objective:
    """A score and the direction in which it improves.

    Attributes:
        name: Its name on the command line.
        direction: Whether lower or higher scores are better, as in KerasTuner.
        row_values: Takes probabilities and true classes to one value a row; the score is their
            mean.
        own: Whether it is a metric of the hypermodel's own, which has no values of rows.
    """

    name: str
    direction: Literal["min", "max"]
    row_values: RowValues
    own: bool = False

    @property
    def maximise(self) -> bool:
        """Whether a higher score is better."""
        return self.direction == "max"

    def is_better(self, score: float, than: float) -> bool:
        """Return whether a score is strictly better than another."""
        return score > than if self.maximise else score < than

    def to_loss(self, score: Number) -> Number:
        """Return a score, or scores, so that lower is better."""
        return -score if self.maximise else score

    @property
    def setting(self) -> str:
        """Its name in the settings of a search, as `find_objective` takes it."""
        return f"{self.direction} {self.name}" if self.own else self.name

    @property
    def worst(self) -> float:
        """The worst possible score."""
        return float("-inf") if self.maximise else float("inf")


OBJECTIVES: dict[str, Objective] = {
    "cross_entropy": Objective("cross_entropy", "min", cross_entropy),
    "accuracy": Objective("accuracy", "max", accuracy),
    "balanced_accuracy": Objective("balanced_accuracy", "max", balanced_accuracy),
    "roc_auc": Objective("roc_auc", "max", roc_auc),
}

COMPARE_ROWS: tuple[RowValues, ...] = (roc_auc,)
"""Objectives that order rows. Those of two folds have probabilities of different networks."""


def find_objective(name: str) -> Objective:
    """Return the objective of a name.

    Args:
        name: A name in `OBJECTIVES`; or `max f1` for a metric `f1` of the hypermodel's own, that
            gets better as it rises, and `min …` for one that falls.

    Raises:
        KeyError: There is no such objective.

    >>> find_objective("max f1").is_better(0.9, than=0.8)
    True
    """
    direction, _, metric = name.partition(" ")
    if direction not in ("min", "max") or not metric:
        return OBJECTIVES[name]
    return Objective(metric, cast(Literal["min", "max"], direction), _refuse_rows, own=True)


def _refuse_rows(probabilities: np.ndarray, y: np.ndarray) -> NoReturn:
    raise TypeError("a metric of the hypermodel's own has no values of rows")
