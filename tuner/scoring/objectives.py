"""What a search optimises: a mean over rows of a value that each row's probabilities have.

The values of cross-entropy and accuracy follow from a row alone. Balanced accuracy and the area
under the ROC curve are statistics of all rows; their row values are the influence function: what
the row adds to the statistic, to first order, plus the statistic itself. Their mean is the score
and s / √rows its standard error, as for the others, and so whatever compares or resamples rows
takes any objective: the mean of two trials' differences is the difference of their scores, and
its error that of the paired test of DeLong, DeLong and Clarke-Pearson (1988, Biometrics 44). That
is what a race asks. The mean over other rows than those that the values were taken from, as in a
bootstrap, is their score to first order: exact but for terms of 1 / rows.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

__all__ = [
    "OBJECTIVES",
    "Objective",
    "accuracy",
    "balanced_accuracy",
    "compute_mean_and_error",
    "cross_entropy",
    "roc_auc",
]

# Keras's own epsilon: a row that is wrong with certainty costs 16.1, and not infinity.
EPSILON = 1e-7


def compute_mean_and_error(values: np.ndarray) -> tuple[float, float]:
    """Return the mean of values that are independent, and its standard error s / √n.

    >>> compute_mean_and_error(np.array([1.0, 2.0, 3.0]))
    (2.0, 0.5773502691896258)
    """
    return float(values.mean()), float(values.std(ddof=1) / np.sqrt(len(values)))


def cross_entropy(probabilities: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return −log of the true class's probability, by row.

    **Shape**: `(rows, classes)` and `(rows,)` to `(rows,)`, float64.
    """
    of_true_class = probabilities[np.arange(len(y)), y].astype(np.float64)
    return np.asarray(-np.log(np.clip(of_true_class, EPSILON, 1.0)))


def accuracy(probabilities: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return 1 where the most probable class is the true one, else 0, by row.

    **Shape**: `(rows, classes)` and `(rows,)` to `(rows,)`, float64.
    """
    return (probabilities.argmax(axis=1) == y).astype(np.float64)


def balanced_accuracy(probabilities: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return the row values of the mean over classes of the share of rows that are right.

    A row of class c has the value B + (right − Rc) · n / (K nc): B is the balanced accuracy, Rc
    the recall of its class, nc of n rows are of it, and K classes have rows. A class without rows
    does not count, as in scikit-learn's `balanced_accuracy_score`.

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

    Each class is taken against all others, and all classes count alike, as in scikit-learn's
    `roc_auc_score(multi_class="ovr", average="macro")`. A class that no row or every row is of has
    no curve and does not count; where none has one, all values are NaN.

    s / √rows is DeLong's standard error (1988), there with m − 1 of a class's m rows where s has
    m: the same but for 1 / m.

    **Shape**: `(rows, classes)` and `(rows,)` to `(rows,)`, float64.
    """
    columns = range(probabilities.shape[1])
    if len(columns) == 2:
        columns = range(1, 2)  # the curve of the other class is the same one, turned round
    rows = np.bincount(y, minlength=probabilities.shape[1])
    values = [
        _one_vs_rest(probabilities[:, column], y == column)
        for column in columns
        if 0 < rows[column] < len(y)
    ]
    return np.mean(values, axis=0) if values else np.full(len(y), np.nan)


def _one_vs_rest(scores: np.ndarray, positive: np.ndarray) -> np.ndarray:
    """Return the row values of the area A under the ROC curve of one class.

    A positive row's is A + (V − A) / π with V the share of negatives that score lower, ties as
    half, and π the share of positives among all rows; a negative one's is A + (V − A) / (1 − π)
    with V the share of positives that score higher. V are the structural components of DeLong et
    al. (1988, equation 4).

    **Shape**: `(rows,)` and `(rows,)`, bool, to `(rows,)`, float64.
    """
    _, place = np.unique(scores, return_inverse=True)  # rows that tie have one place
    positives = np.bincount(place, weights=positive)
    negatives = np.bincount(place) - positives
    above = (positives.sum() - np.cumsum(positives) + positives / 2) / positives.sum()
    below = (np.cumsum(negatives) - negatives / 2) / negatives.sum()
    components = np.where(positive, below[place], above[place])
    area = below @ positives / positives.sum()
    share = positive.mean()
    return np.asarray(area + (components - area) / np.where(positive, share, 1 - share))


@dataclass(frozen=True, slots=True)
class Objective:
    """A score and the direction in which it improves.

    Attributes:
        name: As on the command line.
        direction: As in KerasTuner.
        row_values: Probabilities and true classes to one value a row, whose mean is the score.
    """

    name: str
    direction: Literal["min", "max"]
    row_values: Callable[[np.ndarray, np.ndarray], np.ndarray]

    def is_better(self, score: float, than: float) -> bool:
        """Return whether a score is strictly better than another."""
        return score < than if self.direction == "min" else score > than

    @property
    def worst(self) -> float:
        """The score that every other one is better than."""
        return float("inf") if self.direction == "min" else float("-inf")


OBJECTIVES: dict[str, Objective] = {
    "cross_entropy": Objective("cross_entropy", "min", cross_entropy),
    "accuracy": Objective("accuracy", "max", accuracy),
    "balanced_accuracy": Objective("balanced_accuracy", "max", balanced_accuracy),
    "roc_auc": Objective("roc_auc", "max", roc_auc),
}
