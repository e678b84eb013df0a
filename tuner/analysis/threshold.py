"""The threshold of two classes, chosen on out-of-fold rows, scored on rows of other folds."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from tuner.scoring import ThresholdRule, Truth, decide

__all__ = ["Threshold", "choose_threshold"]

_HALF = 0.5
_TOLERANCE = 1e-12  # scores that are closer are equal
_STEP = 1e-4  # rows by which a count is changed to see how a score changes


@dataclass(frozen=True, slots=True)
class Threshold:
    """The least probability with which the second of two classes is predicted.

    Attributes:
        rule: What it is chosen for, as the user wrote it.
        predicted: The class that is predicted from this probability on.
        value: The probability, as the exported model gives it.
        score: The rule's score out of fold. The threshold of each fold is chosen on the others, so
            the score is not that of the rows that chose it.
        half: The same score if the more probable class is predicted.
        standard_error: The standard error of the difference of the two, over clusters.
    """

    rule: str
    predicted: str
    value: float
    score: float
    half: float
    standard_error: float

    def to_dict(self) -> dict[str, Any]:
        """Return the threshold in the form of JSON."""
        return asdict(self)


# Over 40 lines: half of them describe the arguments and the result.
def choose_threshold(
    probabilities: np.ndarray,
    truth: Truth,
    folds: Sequence[np.ndarray],
    *,
    rule: ThresholdRule,
    classes: Sequence[str],
) -> tuple[Threshold, np.ndarray]:
    """Choose a threshold, and measure on rows that did not choose it what it gains.

    Args:
        probabilities: Out-of-fold, as the exported model gives them, shape `(rows, 2)` or
            `(repeats, rows, 2)`.
        truth: The true classes of the rows.
        folds: Row numbers of each fold; together they are all rows.
        rule: What to choose it for.
        classes: The names of the classes.

    Returns:
        The threshold, and the class that is predicted for each row by a threshold that other folds
        chose, shape `(rows,)` or `(repeats, rows)`.
    """
    repeats = probabilities.reshape(-1, *probabilities.shape[-2:])
    rows = np.arange(len(truth.y))
    chosen = np.empty(repeats.shape[:-1], np.int64)
    for fold in folds:
        others = np.setdiff1d(rows, fold)
        limit = _find_best(repeats[:, others, 1], truth.y[others], rule)
        chosen[:, fold] = decide(repeats[:, fold], limit)
    counts = [_count_by_cluster(each, truth) for each in (chosen, decide(repeats, _HALF))]
    score, half = (float(rule.score(tuple(each.sum(axis=0)))) for each in counts)
    influences = _measure_influences(counts[0], rule) - _measure_influences(counts[1], rule)
    clusters = len(influences)
    threshold = Threshold(
        rule=rule.text,
        predicted=classes[1],
        value=_find_best(repeats[..., 1], truth.y, rule),
        score=score,
        half=half,
        standard_error=float(np.sqrt(np.square(influences).sum() * clusters / (clusters - 1))),
    )
    return threshold, chosen.reshape(probabilities.shape[:-1])


def _find_best(probabilities: np.ndarray, y: np.ndarray, rule: ThresholdRule) -> float:
    """Return the threshold with the best score on some rows; of equal ones that nearest to 1/2.

    Args:
        probabilities: Of the second class, shape `(repeats, rows)`.
        y: The class of each row, shape `(rows,)`.
        rule: The score.
    """
    values = probabilities.ravel()
    order = np.argsort(-values, kind="stable")
    values, second = values[order], np.tile(y, len(probabilities))[order]
    found = np.concatenate([[0], np.cumsum(second)])  # rows of the second class, by the cut
    cuts = np.arange(len(values) + 1)
    total, seconds = len(values), found[-1]
    wrong = cuts - found
    scores = rule.sign * rule.score((total - seconds - wrong, wrong, seconds - found, found))
    above = np.concatenate([[1.0], values])  # the lowest probability that is predicted
    below = np.concatenate([values, [0.0]])  # the highest that is not
    allowed = above > below  # a cut between equal probabilities is none
    best = allowed & (scores >= scores[allowed].max() - _TOLERANCE)
    middle = (above[best] + below[best]) / 2
    inside = (below[best] < _HALF) & (above[best] >= _HALF)
    limits = np.where(inside, _HALF, middle)
    return float(limits[np.abs(limits - _HALF).argmin()])


def _count_by_cluster(predicted: np.ndarray, truth: Truth) -> np.ndarray:
    """Return each cluster's share of the confusion matrix, shape `(clusters, 4)`.

    Args:
        predicted: Class numbers, shape `(repeats, rows)`.
        truth: The true classes and the clusters.
    """
    cells = truth.clusters * 4 + 2 * truth.y + predicted
    counts = np.bincount(cells.ravel(), minlength=4 * truth.cluster_count)
    return np.asarray(counts.reshape(-1, 4) / len(predicted))


def _measure_influences(counts: np.ndarray, rule: ThresholdRule) -> np.ndarray:
    """Return how much each cluster adds to a score, to first order; the sum is 0.

    The scores are functions of the four counts that do not change if all are doubled, so the
    influence of a cluster is the gradient times its counts (the delta method).

    **Shape**: `(clusters, 4)` to `(clusters,)`.
    """
    totals = counts.sum(axis=0)
    steps = np.eye(4) * _STEP
    gradient = [
        (rule.score(tuple(totals + step)) - rule.score(tuple(totals - step))) / (2 * _STEP)
        for step in steps
    ]
    return np.asarray(counts @ np.array(gradient))
