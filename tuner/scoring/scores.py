"""The mean of every objective over some rows."""

import numpy as np

from tuner.scoring.objectives import OBJECTIVES, compute_mean_and_error
from tuner.scoring.truth import Truth

__all__ = ["score_objectives"]


def score_objectives(probabilities: np.ndarray, truth: Truth) -> dict[str, tuple[float, float]]:
    """Return the mean of every objective and its standard error, by name.

    An objective that these rows do not define, as the ROC curves of a single class, is left out.

    Args:
        probabilities: Shape `(rows, classes)`, or `(repeats, rows, classes)`.
        truth: Of the rows.
    """
    values = {
        name: truth.score_clusters(objective.row_values, probabilities)
        for name, objective in OBJECTIVES.items()
    }
    means = {name: compute_mean_and_error(each) for name, each in values.items()}
    return {name: mean for name, mean in means.items() if not np.isnan(mean[0])}
