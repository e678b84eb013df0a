"""Trainers: they take trials and folds and give back curves and out-of-fold probabilities.

Importing this package imports no Keras: that takes seconds, and what is wrong with a command line
should be said before. The trainers themselves are imported where they are made.
"""

from collections.abc import Callable

from tuner.training.plan import FinalJob, Job, Plan
from tuner.training.result import CURVES, TrialResult, mean_curve
from tuner.training.trainer import Trainer

__all__ = ["CURVES", "TRAINERS", "FinalJob", "Job", "Plan", "Trainer", "TrialResult", "mean_curve"]


def _fit() -> Trainer:
    from tuner.training.fit import FitTrainer

    return FitTrainer()


def _lanes() -> Trainer:
    from tuner.training.lanes import LanesTrainer

    return LanesTrainer()


TRAINERS: dict[str, Callable[[], Trainer]] = {"fit": _fit, "lanes": _lanes}
