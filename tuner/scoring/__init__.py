"""Scores of predictions: the objectives, the true classes, and the means over rows."""

from tuner.scoring.decisions import decide
from tuner.scoring.keras_names import add_keras_names, find_by_keras_name, find_own_metric
from tuner.scoring.objectives import (
    EPSILON,
    OBJECTIVES,
    Objective,
    accuracy,
    balanced_accuracy,
    compute_mean_and_error,
    cross_entropy,
    find_objective,
    roc_auc,
)
from tuner.scoring.scores import score_held_out_rows, score_objectives
from tuner.scoring.threshold_rule import ThresholdRule, check_threshold_text
from tuner.scoring.truth import Truth
from tuner.scoring.unseen import (
    add_unseen,
    add_unseen_losses,
    compute_unseen_variance,
    pair_unseen,
)

__all__ = [
    "EPSILON",
    "OBJECTIVES",
    "Objective",
    "ThresholdRule",
    "Truth",
    "accuracy",
    "add_keras_names",
    "add_unseen",
    "add_unseen_losses",
    "balanced_accuracy",
    "check_threshold_text",
    "compute_mean_and_error",
    "compute_unseen_variance",
    "cross_entropy",
    "decide",
    "find_by_keras_name",
    "find_objective",
    "find_own_metric",
    "pair_unseen",
    "roc_auc",
    "score_held_out_rows",
    "score_objectives",
]
