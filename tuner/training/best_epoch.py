"""Early stopping by the mean over folds: one epoch for all of them."""

from dataclasses import dataclass, field

import numpy as np

from tuner.training.problem import Plan

__all__ = ["BestEpoch"]


@dataclass(slots=True)
class BestEpoch:
    """Follows the mean over all rows, epoch by epoch, and keeps the best epoch's predictions.

    Never each fold's own best epoch: a network that is trained for one number of epochs is what
    is scored, and what is trained again on all rows.

    Attributes:
        plan: Objective and patience.
        epoch: Best epoch so far, counted from 1; 0 before the first.
        score: Its score.
        probabilities: Its out-of-fold probabilities, shape `(training rows, classes)`.
    """

    plan: Plan
    epoch: int = 0
    score: float = field(init=False)
    probabilities: np.ndarray | None = None

    def __post_init__(self) -> None:
        self.score = self.plan.objective.worst

    def update(self, epoch: int, probabilities: np.ndarray, y: np.ndarray) -> bool:
        """Take in an epoch's out-of-fold probabilities.

        Returns:
            Whether training goes on.
        """
        objective = self.plan.objective
        score = float(objective.row_values(probabilities, y).mean())
        if objective.better(score, self.score):
            self.epoch, self.score, self.probabilities = epoch, score, probabilities
        return epoch - self.epoch < self.plan.patience and epoch < self.plan.epochs
