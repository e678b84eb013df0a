"""A trial on its way: takes in epoch after epoch of all folds, and decides when it ends."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Literal

import numpy as np

from tuner.errors import UserError
from tuner.problem import Problem
from tuner.scoring import accuracy, cross_entropy
from tuner.training.plan import Plan
from tuner.training.result import CURVES, TrialResult, compute_scores

__all__ = ["Diverged", "TrialProgress"]


class Diverged(Exception):
    """A fold's loss is no longer a finite number."""


class TrialProgress:
    """Follows the mean over all rows, epoch by epoch, and keeps the best epoch's predictions.

    Never each fold's own best epoch: a network that is trained for one number of epochs is what
    is scored, and what is trained again on all rows.

    Args:
        trial: The trial's number.
        problem: Rows and folds.
        plan: Objective, patience, most epochs, and the race that it is in.
        parameters: The network's trainable weights and biases.
        epochs: Most epochs of this trial; None for the plan's.
    """

    def __init__(
        self, trial: int, problem: Problem, plan: Plan, *, parameters: int, epochs: int | None
    ) -> None:
        self.trial = trial
        self.parameters = parameters
        self.most_epochs = epochs or plan.epochs
        self.problem = problem
        self.plan = plan
        self.epochs = 0
        self._curves: dict[str, list[list[float]]] = {
            name: [[] for _ in problem.folds] for name in CURVES
        }
        self._reason = ""
        self._best_epoch = 0
        self._best_score = plan.objective.worst
        self._best_probabilities: np.ndarray | None = None

    def add_epoch(
        self, logs: Mapping[str, Sequence[float]], out_of_fold: Sequence[np.ndarray]
    ) -> bool:
        """Take in an epoch.

        Args:
            logs: `loss`, `accuracy` and `penalty`, each by fold.
            out_of_fold: Probabilities of each fold's validation rows, `(rows, classes)`.

        Returns:
            Whether training goes on.

        Raises:
            Diverged: A loss or a probability is not finite.
            UserError: The network does not end in a softmax.
        """
        self.epochs += 1
        self._check(logs, out_of_fold)
        ordered = self.problem.order_by_row(out_of_fold)
        by_row = ordered.reshape(-1, ordered.shape[-1])
        y = np.tile(self.problem.truth.y, self.problem.repeats)
        val_loss, val_accuracy = cross_entropy(by_row, y), accuracy(by_row, y)
        for number, places in enumerate(self.problem.places):
            for name in ("loss", "accuracy", "penalty"):
                self._curves[name][number].append(float(logs[name][number]))
            self._curves["val_loss"][number].append(float(val_loss[places].mean()))
            self._curves["val_accuracy"][number].append(float(val_accuracy[places].mean()))
        objective, truth = self.plan.objective, self.problem.truth
        score = float(truth.score_clusters(objective.row_values, ordered).mean())
        if objective.is_better(score, self._best_score):
            self._best_epoch, self._best_score = self.epochs, score
            self._best_probabilities = ordered
        waited = self.epochs - self._best_epoch
        going_on = waited < self.plan.patience and self.epochs < self.most_epochs
        if going_on and self.plan.time_is_up():
            self._reason = f"ended by the clock, in epoch {self.epochs}"
            going_on = False
        return going_on and not self._is_beaten()

    def _is_beaten(self) -> bool:
        race = self.plan.race
        if race is None:
            return False
        if self.epochs in race.rungs:
            assert self._best_probabilities is not None  # any score is better than the worst
            row_values = self.plan.objective.row_values
            values = self.problem.truth.score_clusters(row_values, self._best_probabilities)
            race.reach(self.trial, self.epochs, values, self._result_so_far("pruned", 0.0))
        return race.is_beaten(self.trial)

    def _check(
        self, logs: Mapping[str, Sequence[float]], out_of_fold: Sequence[np.ndarray]
    ) -> None:
        for number, probabilities in enumerate(out_of_fold):
            losses = logs["loss"][number] + logs["penalty"][number]
            if not (np.isfinite(losses) and np.isfinite(probabilities).all()):
                raise Diverged(
                    f"the loss of fold {number} is not finite in epoch {self.epochs}; "
                    "a smaller learning rate may help"
                )
            if np.abs(probabilities.sum(axis=1) - 1.0).max() > 1e-3:
                raise UserError(
                    "the network's outputs do not add up to one; end it with a softmax activation"
                )

    def make_result(self, seconds: float) -> TrialResult:
        """Return the result of the epochs so far.

        Args:
            seconds: Wall time of the trial.
        """
        return self._result_so_far("completed", seconds)()

    def _result_so_far(
        self, status: Literal["completed", "pruned"], seconds: float
    ) -> Callable[[], TrialResult]:
        """Return what makes the result of the epochs up to now, whatever comes after them.

        The scores take time, that of `roc_auc` above all, and of a rung's result nobody may ask.
        """
        assert self._best_probabilities is not None  # any score is better than the worst
        probabilities = self._best_probabilities
        result = TrialResult(
            self.trial,
            status,
            self._reason,
            epoch=self._best_epoch,
            parameters=self.parameters,
            seconds=seconds,
            curves={name: [list(fold) for fold in curve] for name, curve in self._curves.items()},
            probabilities=probabilities,
        )
        return lambda: replace(
            result, **compute_scores(probabilities, self.problem, self.plan.objective)
        )
