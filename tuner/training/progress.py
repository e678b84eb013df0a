"""The progress of a trial that trains: adds epoch after epoch, and decides when the trial ends."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np

from tuner.errors import UserError
from tuner.problem import Problem
from tuner.scoring import accuracy, cross_entropy
from tuner.training.callbacks import Stopping
from tuner.training.own_metrics import OwnMetrics
from tuner.training.plan import Plan
from tuner.training.result import CURVES, ENDED_BY_CLOCK, Snapshot, TrialResult, average_curve

__all__ = ["Diverged", "TrialProgress"]


class Diverged(Exception):
    """A fold's loss or probabilities are no longer finite numbers."""


class TrialProgress:
    """Follows the mean score over all rows, and keeps the predictions of the best epoch.

    The best epoch is one for all folds, never each fold's own. So the score is that of a network
    that is trained for a fixed number of epochs, which is how it is trained on all rows later.

    Args:
        trial: The trial's number.
        problem: Rows and folds.
        plan: The objective, the patience, the most epochs, and the race.
        parameters: Number of trainable weights and biases.
        epochs: Most epochs of this trial; None for the plan's.
        stopping: When the trial ends early; empty for the plan's patience.
        metrics: The metrics of the hypermodel's own; None if there are none.

    Attributes:
        epochs: Number of epochs that were added.
        means: Means over folds by epoch: each curve by its name, and the `objective`.
    """

    def __init__(  # noqa: PLR0913  (whatever a trainer knows of a trial)
        self,
        trial: int,
        problem: Problem,
        plan: Plan,
        *,
        parameters: int,
        epochs: int | None,
        stopping: Sequence[Stopping] = (),
        metrics: OwnMetrics | None = None,
    ) -> None:
        self.trial = trial
        self.parameters = parameters
        self.most_epochs = epochs or plan.epochs
        self.problem = problem
        self.plan = plan
        self.epochs = 0
        self.means: dict[str, list[float]] = {name: [] for name in CURVES}
        self.means["objective"] = []
        self._stopping = stopping
        names = () if metrics is None else metrics.names
        self._metrics = metrics if names else None  # without names, no rung needs its scores
        self._metric_curves: dict[str, list[float]] = {name: [] for name in names}
        self.means |= {f"val_{name}": curve for name, curve in self._metric_curves.items()}
        self._check_names()
        self._curves: dict[str, list[list[float]]] = {
            name: [[] for _ in problem.folds] for name in CURVES
        }
        self._scores: list[float] = []
        self._reason = ""
        self._best_epoch = 0
        self._best_score = plan.objective.worst
        self._best_probabilities: np.ndarray | None = None

    def _check_names(self) -> None:
        """Check that the network has the metrics that the search and its callbacks name.

        Raises:
            UserError: It lacks one.
        """
        objective = self.plan.objective
        if objective.own and objective.name not in self._metric_curves:
            raise UserError(
                f"objective: the network has no metric {objective.name}; compile it with one, "
                f"metrics=[…]{_list_names(self._metric_curves)}"
            )
        for name in (stopping.monitor.name for stopping in self._stopping):
            if name not in self.means:
                known = ", ".join(name for name in self.means if name != "penalty")
                raise UserError(
                    f"callbacks: EarlyStopping: monitor={name!r} is no curve of a trial; give one "
                    f"of {known}"
                )

    @property
    def has_improved(self) -> bool:
        """Whether the epoch that was added last is the best one so far."""
        return self._best_epoch == self.epochs

    def add_epoch(
        self, logs: Mapping[str, Sequence[float]], out_of_fold: Sequence[np.ndarray]
    ) -> bool:
        """Add an epoch.

        Args:
            logs: `loss`, `accuracy` and `penalty` of each fold.
            out_of_fold: Probabilities of each fold's validation rows, shape `(rows, classes)`.

        Returns:
            Whether the trial should train another epoch.

        Raises:
            Diverged: A loss, a probability or the objective is not finite.
            UserError: The network does not end in a softmax.
        """
        self.epochs += 1
        self.plan.hooks.on_epoch(self.trial, self.epochs)
        self._check(logs, out_of_fold)
        ordered = self.problem.order_by_row(out_of_fold)
        self._extend_curves(logs, ordered)
        self._extend_metric_curves(ordered)
        score = self._score(ordered)
        self._scores.append(score)
        self._extend_means(score)
        if self.plan.objective.is_better(score, self._best_score):
            self._best_epoch, self._best_score = self.epochs, score
            self._best_probabilities = ordered
        if self._is_out_of_patience() or self.epochs >= self.most_epochs:
            return False
        if self.plan.hooks.time_is_up():
            self._reason = f"{ENDED_BY_CLOCK}, in epoch {self.epochs}"
            return False
        return not self._is_beaten()

    def _score(self, ordered: np.ndarray) -> float:
        """Return the objective of an epoch, which is the last of its curve if it is a metric.

        Raises:
            Diverged: The objective is not finite: a metric of the hypermodel's own, or the ROC
                curve of validation rows that are all of one class.
        """
        objective = self.plan.objective
        if not objective.own:
            values = self.problem.truth.score_clusters(objective.row_values, ordered)
            score = float(values.mean())
            if not np.isfinite(score):
                raise Diverged(f"{objective.name} is not defined by the validation rows")
            return score
        score = self._metric_curves[objective.name][-1]
        if not np.isfinite(score):
            raise Diverged(f"the metric {objective.name} is not finite in epoch {self.epochs}")
        return score

    def _extend_metric_curves(self, ordered: np.ndarray) -> None:
        """Add an epoch to the curves of the hypermodel's own metrics."""
        if self._metrics is not None:
            for name, value in self._metrics.score(ordered, self.problem.truth.y).items():
                self._metric_curves[name].append(value)

    def _extend_curves(self, logs: Mapping[str, Sequence[float]], ordered: np.ndarray) -> None:
        """Add an epoch to each fold's curves.

        Args:
            logs: As `add_epoch` takes them.
            ordered: Probabilities, as `Problem.order_by_row` returns them.
        """
        probabilities = ordered.reshape(-1, ordered.shape[-1])
        y = np.tile(self.problem.truth.y, self.problem.repeats)
        val_loss, val_accuracy = cross_entropy(probabilities, y), accuracy(probabilities, y)
        for number, places in enumerate(self.problem.places):
            for name in ("loss", "accuracy", "penalty"):
                self._curves[name][number].append(float(logs[name][number]))
            self._curves["val_loss"][number].append(float(val_loss[places].mean()))
            self._curves["val_accuracy"][number].append(float(val_accuracy[places].mean()))

    def _extend_means(self, score: float) -> None:
        """Add an epoch to the means over folds."""
        rows = self.problem.fold_rows
        for name, folds in self._curves.items():
            (mean,) = average_curve([[fold[-1]] for fold in folds], rows)
            self.means[name].append(mean)
        self.means["objective"].append(score)

    def _is_out_of_patience(self) -> bool:
        if self._stopping:
            return any(stopping.is_over(self.means) for stopping in self._stopping)
        return self.epochs - self._best_epoch >= self.plan.patience

    def _is_beaten(self) -> bool:
        """Report a rung to the race, and return whether the trial is beaten as far as is known."""
        race = self.plan.hooks.race
        if race is None:
            return False
        if self.epochs in race.rungs:
            assert self._best_probabilities is not None  # any score is better than the worst
            row_values = self.plan.objective.row_values
            values = self.problem.truth.score_clusters(row_values, self._best_probabilities)
            race.reach(self.trial, self._scores, values, self._freeze("pruned", 0.0))
        return race.is_beaten(self.trial)

    def _check(
        self, logs: Mapping[str, Sequence[float]], out_of_fold: Sequence[np.ndarray]
    ) -> None:
        """Check that losses and probabilities are finite, and that probabilities sum to one."""
        for number, probabilities in enumerate(out_of_fold):
            loss = logs["loss"][number] + logs["penalty"][number]
            if not (np.isfinite(loss) and np.isfinite(probabilities).all()):
                raise Diverged(
                    f"the loss of fold {number} is not finite in epoch {self.epochs}; "
                    "a smaller learning rate may help"
                )
            if probabilities.min() < -1e-3:
                raise UserError(
                    "the network's outputs are not between 0 and 1; end it with a sigmoid or "
                    "softmax activation, or give its loss from_logits=True"
                )
            # bfloat16 rounds them by 2^-9 of their values
            if np.abs(probabilities.sum(axis=1) - 1.0).max() > 5e-3:
                raise UserError(
                    "the network's outputs do not add up to one; end it with a softmax activation"
                )

    def make_result(self, seconds: float) -> TrialResult:
        """Return the result of the epochs so far, as that of a completed trial.

        Args:
            seconds: Wall time of the trial.
        """
        return self._freeze("completed", seconds)()

    def _freeze(self, status: Literal["completed", "pruned"], seconds: float) -> Snapshot:
        """Return the epochs so far, whose scores are computed when it is called.

        That takes time, above all for `roc_auc`. The result at a rung is needed only if the race
        ends the trial there.
        """
        assert self._best_probabilities is not None  # any score is better than the worst
        result = TrialResult(
            self.trial,
            status,
            self._reason,
            epoch=self._best_epoch,
            parameters=self.parameters,
            seconds=seconds,
            curves={name: [list(fold) for fold in curve] for name, curve in self._curves.items()},
            metrics={name: list(curve) for name, curve in self._metric_curves.items()},
            probabilities=self._best_probabilities,
        )
        return Snapshot(result, self.problem, self.plan.objective, self._metrics)


def _list_names(names: Mapping[str, Any]) -> str:
    return f"; its own are {', '.join(names)}" if names else ""
