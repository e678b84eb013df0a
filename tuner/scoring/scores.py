"""The scores of predictions in every objective."""

from math import sqrt

import numpy as np

from tuner.scoring.objectives import OBJECTIVES, compute_mean_and_error
from tuner.scoring.truth import Truth
from tuner.scoring.unseen import compute_unseen_variance

__all__ = ["score_held_out_rows", "score_objectives"]


def score_objectives(probabilities: np.ndarray, truth: Truth) -> dict[str, tuple[float, float]]:
    """Return the mean of every objective and its standard error, by name.

    An objective is left out if it is not defined, such as the ROC curve of a single class.

    Args:
        probabilities: Shape `(rows, classes)`, or `(repeats, rows, classes)`.
        truth: The true classes of the rows.
    """
    values = {
        name: truth.score_clusters(objective.row_values, probabilities)
        for name, objective in OBJECTIVES.items()
    }
    means = {name: compute_mean_and_error(each) for name, each in values.items()}
    return {name: mean for name, mean in means.items() if not np.isnan(mean[0])}


def score_held_out_rows(probabilities: np.ndarray, truth: Truth) -> dict[str, tuple[float, float]]:
    """Return the mean of every objective on held-out rows and its standard error, by name.

    The error allows for mistakes that no row shows: a few rows of a rare class that are all right
    do not say that it is known without error. A single cluster says nothing of others.

    Args:
        probabilities: Shape `(rows, classes)`.
        truth: The true classes of the rows.

    Returns:
        Empty if there is a single cluster, as earlier versions allowed.
    """
    if truth.cluster_count < 2:
        return {}
    return {
        name: (mean, sqrt(error**2 + compute_unseen_variance(name, probabilities, truth.y)))
        for name, (mean, error) in score_objectives(probabilities, truth).items()
    }
