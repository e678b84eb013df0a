"""A trial's scores, from its out-of-fold probabilities."""

from typing import Any

import numpy as np

from tuner.training.objectives import OBJECTIVES, Objective, mean_and_error
from tuner.training.problem import Problem
from tuner.training.truth import Truth

__all__ = ["defined_scores", "scores_of"]


def defined_scores(probabilities: np.ndarray, truth: Truth) -> dict[str, tuple[float, float]]:
    """Return the mean of every objective and its standard error, by name.

    An objective that these rows do not define, as the ROC curves of a single class, is left out.

    Args:
        probabilities: Shape `(rows, classes)`, or `(repeats, rows, classes)`.
        truth: Of the rows.
    """
    values = {name: truth.values(o.row_values, probabilities) for name, o in OBJECTIVES.items()}
    means = {name: mean_and_error(each) for name, each in values.items()}
    return {name: mean for name, mean in means.items() if not np.isnan(mean[0])}


def scores_of(probabilities: np.ndarray, problem: Problem, objective: Objective) -> dict[str, Any]:
    """Return the fields of a `TrialResult` that follow from its probabilities.

    Args:
        probabilities: Out-of-fold, as `Problem.in_row_order` returns them.
        problem: The rows and folds.
        objective: What the search optimises.
    """
    means = defined_scores(probabilities, problem.truth)
    predicted = probabilities.reshape(-1, probabilities.shape[-1])
    by_fold = zip(problem.places, problem.folds, strict=True)
    return {
        "score": means[objective.name][0],
        "standard_error": means[objective.name][1],
        "scores": {name: mean for name, (mean, _) in means.items()},
        "standard_errors": {name: error for name, (_, error) in means.items()},
        "fold_scores": tuple(
            float(objective.row_values(predicted[places], problem.y[fold.validation]).mean())
            for places, fold in by_fold
        ),
    }
