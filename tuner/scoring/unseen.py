"""Mistakes that no row shows: what they may add to the variance of a score.

If all twelve rows of a rare class are predicted right, their values do not vary, and s / √rows says
that the recall is known without error. So the variance is that of rows with a few more right and
wrong ones in each class: of k proportions whose mean is the score, 2 / k of each are added to each
(Price and Bonett 2004, Computational Statistics & Data Analysis 45; Agresti and Coull 1998 for one
proportion, Agresti and Caffo 2000 for two). The score itself stays as it is. With many rows of
each class nothing is added.

Most of a cross-entropy near zero is the loss of a few mistakes. So rows are taken as right or wrong
there. Mistakes are made among rows of which a network is less sure than of most: one costs what the
row would that has the largest loss but for one in twenty, if its label were another one.
"""

from collections.abc import Callable, Mapping
from typing import TypeVar

import numpy as np

from tuner.scoring.objectives import (
    EPSILON,
    accuracy,
    compare_with_rest,
    cross_entropy,
    list_roc_classes,
)

__all__ = ["add_unseen", "add_unseen_losses", "compute_unseen_variance", "pair_unseen"]

Variance = TypeVar("Variance", float, np.ndarray)

_LEAST_SURE = 0.95  # of rows have a smaller loss than that which says what a mistake costs


def compute_unseen_variance(objective: str, probabilities: np.ndarray, y: np.ndarray) -> float:
    """Return what mistakes that no row shows may add to the variance of a score.

    Args:
        objective: The name of the objective.
        probabilities: Shape `(rows, classes)`, or `(repeats, rows, classes)`.
        y: The class of each row, shape `(rows,)`.

    Returns:
        0 for an objective that is not known here.
    """
    if objective not in _UNSEEN:
        return 0.0
    repeats = probabilities.reshape(-1, *probabilities.shape[-2:])
    return float(np.mean([max(0.0, _UNSEEN[objective](repeat, y)) for repeat in repeats]))


def add_unseen(right: np.ndarray) -> float:
    """Return what mistakes that no row shows add to the variance of one proportion.

    Args:
        right: 1 for each row that is right, 0 for the others, shape `(rows,)`.
    """
    return _add_rows(right, 2.0)


def add_unseen_losses(losses: np.ndarray) -> float:
    """Return what mistakes that no row shows may add to the variance of a cross-entropy.

    >>> sure, unsure = np.full(100, 0.0001), np.full(100, 0.1)
    >>> round(add_unseen_losses(sure) ** 0.5, 3), round(add_unseen_losses(unsure) ** 0.5, 3)
    (0.124, 0.032)

    Args:
        losses: That of each row, shape `(rows,)`.
    """
    unsure = np.clip(np.quantile(losses, _LEAST_SURE), EPSILON, None)
    of_another_label = -np.log(np.clip(-np.expm1(-unsure), EPSILON, 1.0))
    right = (losses < np.log(2)).astype(np.float64)  # the true class has more than half
    return max(0.0, add_unseen(right)) * float(of_another_label) ** 2


def pair_unseen(first: Variance, second: Variance) -> Variance:
    """Return the variance of a difference by mistakes that no row shows of either, or of one.

    Of two proportions of the same rows a row right and wrong is added to each, not two (Agresti and
    Min 2005, Statistics in Medicine 24), and a mistake of both does not change their difference.

    Args:
        first: What such mistakes add to the variance of the first score.
        second: To that of the second.
    """
    return (first + second) / 4


def _of_cross_entropy(probabilities: np.ndarray, y: np.ndarray) -> float:
    return add_unseen_losses(cross_entropy(probabilities, y))


def _of_accuracy(probabilities: np.ndarray, y: np.ndarray) -> float:
    return add_unseen(accuracy(probabilities, y))


def _of_balanced_accuracy(probabilities: np.ndarray, y: np.ndarray) -> float:
    right, classes = accuracy(probabilities, y), np.unique(y)
    added = [_add_rows(right[y == each], 2 / len(classes)) for each in classes]
    return sum(added) / len(classes) ** 2


def _of_roc_auc(probabilities: np.ndarray, y: np.ndarray) -> float:
    """The area of a class is a mean over its rows, and over the others: two proportions."""
    curves = list_roc_classes(probabilities, y)
    added = 0.0
    for column in curves:
        own = y == column
        components = compare_with_rest(probabilities[:, column], own)
        added += _add_rows(components[own], 1.0) + _add_rows(components[~own], 1.0)
    return added / max(len(curves), 1) ** 2


_UNSEEN: Mapping[str, Callable[[np.ndarray, np.ndarray], float]] = {
    "cross_entropy": _of_cross_entropy,
    "accuracy": _of_accuracy,
    "balanced_accuracy": _of_balanced_accuracy,
    "roc_auc": _of_roc_auc,
}


def _add_rows(values: np.ndarray, added: float) -> float:
    """Return by how much the variance of a mean grows with so many values of 0, and of 1, more.

    >>> _add_rows(np.ones(6), 1.0)  # 7 of 8 right: 7 / 8 · 1 / 8 / 8
    0.013671875
    """
    count = len(values) + 2 * added
    mean = (values.sum() + added) / count
    variance = (np.square(values).sum() + added) / count - mean**2
    return float(variance / count - values.var() / len(values))
