"""What predictions are worth: the objectives, the true classes, and the scores of some rows."""

from tuner.scoring.objectives import (
    OBJECTIVES,
    Objective,
    accuracy,
    balanced_accuracy,
    cross_entropy,
    mean_and_error,
    roc_auc,
)
from tuner.scoring.scores import defined_scores
from tuner.scoring.truth import Truth

__all__ = [
    "OBJECTIVES",
    "Objective",
    "Truth",
    "accuracy",
    "balanced_accuracy",
    "cross_entropy",
    "defined_scores",
    "mean_and_error",
    "roc_auc",
]
