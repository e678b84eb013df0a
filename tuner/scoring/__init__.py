"""Scores of predictions: the objectives, the true classes, and the means over rows."""

from tuner.scoring.keras_names import find_by_keras_name
from tuner.scoring.objectives import (
    OBJECTIVES,
    Objective,
    accuracy,
    balanced_accuracy,
    compute_mean_and_error,
    cross_entropy,
    roc_auc,
)
from tuner.scoring.scores import score_objectives
from tuner.scoring.truth import Truth
from tuner.scoring.unseen import compute_unseen_variance

__all__ = [
    "OBJECTIVES",
    "Objective",
    "Truth",
    "accuracy",
    "balanced_accuracy",
    "compute_mean_and_error",
    "compute_unseen_variance",
    "cross_entropy",
    "find_by_keras_name",
    "roc_auc",
    "score_objectives",
]
