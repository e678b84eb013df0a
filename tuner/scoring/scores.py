"""The scores of predictions in every objective."""

import numpy as np

from tuner.scoring.objectives import OBJECTIVES, compute_mean_and_error
from tuner.scoring.truth import Truth

__all__ = ["score_objectives"]


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
