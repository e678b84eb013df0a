"""Trainers: they take trials and folds and give back curves and out-of-fold probabilities.

Importing this package imports no Keras: that takes seconds, and what is wrong with a command line
should be said before. The trainers themselves are imported where they are made.
"""

from collections.abc import Callable

from tuner.training.objectives import (
    OBJECTIVES,
    Objective,
    accuracy,
    balanced_accuracy,
    cross_entropy,
    mean_and_error,
    roc_auc,
)
from tuner.training.problem import Final, Job, Plan, Problem
from tuner.training.result import CURVES, TrialResult, mean_curve
from tuner.training.trainer import Trainer
from tuner.training.truth import Truth

__all__ = [
    "CURVES",
    "OBJECTIVES",
    "TRAINERS",
    "Final",
    "Job",
    "Objective",
    "Plan",
    "Problem",
    "Trainer",
    "TrialResult",
    "Truth",
    "accuracy",
    "balanced_accuracy",
    "cross_entropy",
    "mean_and_error",
    "mean_curve",
    "roc_auc",
]


def _fit() -> Trainer:
    from tuner.training.fit import FitTrainer

    return FitTrainer()


def _lanes() -> Trainer:
    from tuner.training.lanes import LanesTrainer

    return LanesTrainer()


TRAINERS: dict[str, Callable[[], Trainer]] = {"fit": _fit, "lanes": _lanes}
