"""What averaging the networks of folds gains, measured on held-out rows.

Out of fold a row is predicted by the networks of one fold, while the exported model averages those
of all folds, and perhaps others on all rows. The scores of rows out of fold lack what that gains.
"""

from collections.abc import Mapping, Sequence
from math import hypot

import numpy as np

from tuner.analysis.bias_correction import OutOfBag
from tuner.scoring import OBJECTIVES, Truth, compute_mean_and_error

__all__ = ["Averaging", "add_averaging", "average_score", "measure_averaging"]

_FEWEST = 2  # clusters of rows, without which there is no standard error

Averaging = Mapping[str, tuple[float, float]]
"""What averaging changes each objective by, and the standard error of that, by name."""


def measure_averaging(
    alone: Sequence[np.ndarray], together: np.ndarray, truth: Truth
) -> dict[str, tuple[float, float]]:
    """Return what averaging the networks of folds changes each objective by.

    Args:
        alone: The probabilities of held-out rows by the networks of each fold alone, each of shape
            `(rows, classes)`.
        together: Those of the exported model, in the same shape.
        truth: The true classes of the rows.

    Returns:
        Without the objectives that the rows do not define; empty if they are one cluster.
    """
    changes: dict[str, tuple[float, float]] = {}
    if truth.cluster_count < _FEWEST:
        return changes
    for name, objective in OBJECTIVES.items():
        values = [truth.score_clusters(objective.row_values, each) for each in (together, *alone)]
        change, error = compute_mean_and_error(values[0] - np.mean(values[1:], axis=0))
        if np.isfinite([change, error]).all():
            changes[name] = change, error
    return changes


def add_averaging(out_of_bag: OutOfBag, objective: str, averaging: Averaging) -> OutOfBag:
    """Return the values of choosing networks with what averaging those of folds gains.

    Args:
        out_of_bag: The values.
        objective: The name of their objective.
        averaging: What is known of it; empty if nothing is.
    """
    if objective not in averaging:
        return out_of_bag
    change, error = averaging[objective]
    score = out_of_bag.score
    # an estimate, which may pass the best score that there is
    best = min(change, 1 - score) if OBJECTIVES[objective].maximise else max(change, -score)
    return out_of_bag.add_estimate(best, error**2)


def average_score(
    score: float, error: float, name: str, averaging: Averaging
) -> tuple[float, float]:
    """Return a score of networks out of fold, and its error, with what averaging them gains.

    Args:
        score: The mean over rows, of an objective whose best value is 1.
        error: Its standard error.
        name: The objective's name.
        averaging: What is known of it; empty if nothing is.
    """
    change, own = averaging.get(name, (0.0, 0.0))
    return min(score + change, 1.0), hypot(error, own)
