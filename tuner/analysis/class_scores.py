"""Recall and precision of each class."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from tuner.scoring import Truth, add_unseen

__all__ = ["ClassScore", "score_classes"]


@dataclass(frozen=True, slots=True)
class ClassScore:
    """How well a class is recognised.

    Attributes:
        name: The class.
        rows: How many rows it has.
        recall: The share of its rows that are predicted as it. None if it has no row.
        recall_standard_error: Over clusters, with mistakes that no row shows.
        precision: The share of the rows predicted as it that are of it. None if there are none.
        precision_standard_error: As of the recall.
    """

    name: str
    rows: int
    recall: float | None
    recall_standard_error: float | None
    precision: float | None
    precision_standard_error: float | None

    def to_dict(self) -> dict[str, Any]:
        """Return the scores in the form of JSON."""
        return asdict(self)


def score_classes(
    predicted: np.ndarray, truth: Truth, classes: Sequence[str]
) -> tuple[ClassScore, ...]:
    """Return the recall and the precision of each class.

    Args:
        predicted: Class numbers, shape `(rows,)` or `(repeats, rows)`. Of repeated predictions the
            shares are means.
        truth: The true classes and the clusters of the rows.
        classes: The names of the classes.
    """
    repeats = predicted.reshape(-1, predicted.shape[-1])
    scores = []
    for number, name in enumerate(classes):
        own, named = truth.y == number, repeats == number
        recall = _measure_share(own & named, np.broadcast_to(own, named.shape), truth)
        precision = _measure_share(own & named, named, truth)
        scores.append(ClassScore(name, int(own.sum()), *recall, *precision))
    return tuple(scores)


def _measure_share(
    right: np.ndarray, of: np.ndarray, truth: Truth
) -> tuple[float, float] | tuple[None, None]:
    """Return the share of some rows that are right, and its standard error.

    A share of rows whose number is itself random is a ratio of two means. Its error is that of
    the mean of right − share, over the mean of rows (Cochran 1977, Sampling Techniques, section
    2.11), summed within clusters.

    Args:
        right: Shape `(repeats, rows)`, bool.
        of: The rows, of the same shape; right ones are among them.
        truth: Has the clusters.
    """
    if not of.any():
        return None, None
    share = float(right.sum() / of.sum())
    by_row = (right - share * of).mean(axis=0) / of.mean(axis=0).sum()
    by_cluster = np.bincount(truth.clusters, weights=by_row)
    clusters = max(truth.cluster_count, 2)
    variance = np.square(by_cluster).sum() * clusters / (clusters - 1)
    unseen = [
        add_unseen(hits[rows].astype(np.float64))
        for hits, rows in zip(right, of, strict=True)
        if rows.any()
    ]
    return share, float(np.sqrt(variance + max(0.0, float(np.mean(unseen)))))
