"""Mistakes that no row shows: what they may add to the variance of a score.

If all twelve rows of a rare class are predicted right, their values do not vary, and s / √rows says
that the recall is known without error. So the variance is that of rows with a few more right and
wrong ones in each class: of k proportions whose mean is the score, 2 / k of each are added to each
(Price and Bonett 2004, Computational Statistics & Data Analysis 45; Agresti and Coull 1998 for one
proportion, Agresti and Caffo 2000 for two). The score itself stays as it is. With many rows of
each class nothing is added.
"""

from collections.abc import Callable, Mapping

import numpy as np

from tuner.scoring.objectives import accuracy, compare_with_rest, list_curves

__all__ = ["add_unseen", "compute_unseen_variance"]


def compute_unseen_variance(objective: str, probabilities: np.ndarray, y: np.ndarray) -> float:
    """Return what mistakes that no row shows may add to the variance of a score.

    Args:
        objective: The name of the objective.
        probabilities: Shape `(rows, classes)`, or `(repeats, rows, classes)`.
        y: The class of each row, shape `(rows,)`.

    Returns:
        0 for the cross-entropy, which no number of mistakes determines.
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


def _of_accuracy(probabilities: np.ndarray, y: np.ndarray) -> float:
    return add_unseen(accuracy(probabilities, y))


def _of_balanced_accuracy(probabilities: np.ndarray, y: np.ndarray) -> float:
    right, classes = accuracy(probabilities, y), np.unique(y)
    added = [_add_rows(right[y == each], 2 / len(classes)) for each in classes]
    return sum(added) / len(classes) ** 2


def _of_roc_auc(probabilities: np.ndarray, y: np.ndarray) -> float:
    """The area of a class is a mean over its rows, and over the others: two proportions."""
    curves = list_curves(probabilities, y)
    added = 0.0
    for column in curves:
        own = y == column
        components = compare_with_rest(probabilities[:, column], own)
        added += _add_rows(components[own], 1.0) + _add_rows(components[~own], 1.0)
    return added / max(len(curves), 1) ** 2


_UNSEEN: Mapping[str, Callable[[np.ndarray, np.ndarray], float]] = {
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
