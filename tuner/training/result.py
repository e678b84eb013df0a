"""The result of a trial: status, curves by fold and epoch, scores, out-of-fold probabilities."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np

from tuner.problem import Problem
from tuner.scoring import Objective, score_objectives

if TYPE_CHECKING:
    from tuner.training.own_metrics import OwnMetrics

__all__ = [
    "CURVES",
    "ENDED_BY_CLOCK",
    "Failure",
    "Snapshot",
    "Status",
    "TrialResult",
    "average_curve",
    "compute_scores",
]

# Each curve is a list of folds, and each fold a list of epochs. `loss` and `val_loss` are the
# cross-entropy of the data alone; `penalty` is the regularizer's addition to the loss.
CURVES = ("loss", "val_loss", "accuracy", "val_accuracy", "penalty")

# How the reason of a trial begins that the time limit ended before it was trained to its end.
ENDED_BY_CLOCK = "ended by the clock"

Status: TypeAlias = Literal["completed", "pruned", "failed"]

# Why a trial failed: its loss or its probabilities stopped being finite numbers, its hypermodel or
# training raised an error, the memory was too small for it, or the workers that trained it were
# lost.
Failure: TypeAlias = Literal["diverged", "raised", "out_of_memory", "worker_lost"]


@dataclass(frozen=True, slots=True)
class TrialResult:
    """The result of one trial on all folds.

    Attributes:
        trial: The trial's number.
        status: `completed` if the trial trained to its end, or to the end of the time limit;
            `pruned` if a race ended it, whose result is that of the epochs until then; `failed`
            if a fold diverged or an error was raised.
        reason: Why the trial failed, was pruned or ended early, as text for people. Defaults to "".
        failure: The kind of failure; None unless the status is `failed`.
        epoch: The best epoch, counted from 1, by the mean over all rows; one for all folds.
        score: Mean of the objective over all rows and repeats. Each row is predicted by the fold
            that held it out. NaN if the trial failed.
        standard_error: Standard error of `score`, over rows.
        scores: Mean of each objective that is defined at the best epoch, by name.
        standard_errors: Standard errors of `scores`, by name.
        fold_scores: The objective on each fold's validation rows; NaN where they do not define it.
        parameters: Number of trainable weights and biases.
        seconds: Wall time of training and validation.
        curves: The curves named in `CURVES`, each a list of folds of a list of epochs.
        metrics: Each metric of the hypermodel's own by epoch, on all scored rows at once; NaN where
            they do not define it.
        probabilities: Out-of-fold probabilities of the scored rows in ascending order, shape
            `(scored rows, classes)`, or `(repeats, scored rows, classes)` if there are several
            repeats, float32. None if the trial failed, or if they were not loaded.
        processor: The kind of the processor that trained it; empty in studies of earlier versions.
            Only on one kind are the numbers of a trial the same to the bit.
    """

    trial: int
    status: Status
    reason: str = ""
    epoch: int = 0
    score: float = math.nan
    standard_error: float = math.nan
    scores: dict[str, float] = field(default_factory=dict)
    standard_errors: dict[str, float] = field(default_factory=dict)
    fold_scores: tuple[float, ...] = ()
    parameters: int = 0
    seconds: float = 0.0
    curves: dict[str, list[list[float]]] = field(default_factory=dict, repr=False)
    probabilities: np.ndarray | None = field(default=None, repr=False)
    failure: Failure | None = None
    metrics: dict[str, list[float]] = field(default_factory=dict)
    processor: str = ""

    @classmethod
    def from_failure(
        cls, trial: int, failure: Failure, reason: str, *, seconds: float = 0.0
    ) -> "TrialResult":
        """Return the result of a trial that failed."""
        return cls(trial, "failed", reason, seconds=seconds, failure=failure)

    @property
    def is_ended_by_clock(self) -> bool:
        """Whether the time limit ended the trial before it was trained to its end."""
        return self.reason.startswith(ENDED_BY_CLOCK)

    def to_dict(self) -> dict[str, Any]:
        """Return all fields except the probabilities, as values that JSON can hold."""
        names = (name for name in self.__slots__ if name != "probabilities")
        record = {name: getattr(self, name) for name in names}
        for name in ("score", "standard_error"):
            record[name] = _none_if_nan(record[name])
        errors = self.standard_errors.items()
        record["standard_errors"] = {name: _none_if_nan(error) for name, error in errors}
        record["fold_scores"] = [*map(_none_if_nan, self.fold_scores)]
        curves = self.metrics.items()
        record["metrics"] = {name: [*map(_none_if_nan, curve)] for name, curve in curves}
        return record

    @classmethod
    def from_dict(cls, record: dict[str, Any]) -> "TrialResult":
        """Return the result that `to_dict` wrote, without its probabilities."""
        errors = record["standard_errors"].items()
        curves = record.get("metrics", {}).items()  # studies of earlier versions have none
        fields = {
            **{name: _nan_if_none(record[name]) for name in ("score", "standard_error")},
            "standard_errors": {name: _nan_if_none(error) for name, error in errors},
            "fold_scores": tuple(map(_nan_if_none, record["fold_scores"])),
            "metrics": {name: [*map(_nan_if_none, curve)] for name, curve in curves},
        }
        if "failure" not in record:
            record = {**record, "failure": _infer_failure(record["status"], record["reason"])}
        return cls(**{**record, **fields})


def _infer_failure(status: Status, reason: str) -> Failure | None:
    """Return the kind of failure of a trial that version 0.1.0 recorded, from its reason."""
    if status != "failed":
        return None
    if "is not finite" in reason:
        return "diverged"
    return "out_of_memory" if reason.startswith("out of memory") else "raised"


def _none_if_nan(number: float) -> float | None:
    return None if math.isnan(number) else number


def _nan_if_none(number: float | None) -> float:
    return math.nan if number is None else number


def average_curve(by_fold: Sequence[Sequence[float]], fold_rows: Sequence[int]) -> list[float]:
    """Return a curve's mean over folds, by epoch; each fold is weighted by its rows.

    Args:
        by_fold: The values of each fold, a list of epochs.
        fold_rows: The number of rows of each fold.

    >>> average_curve([[1.0, 0.5], [4.0, 2.0]], [2, 1])
    [2.0, 1.0]
    """
    means: np.ndarray = np.average(np.asarray(by_fold, float), axis=0, weights=fold_rows)
    return [float(mean) for mean in means]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The epochs of a trial up to now; calling it returns the result that they are.

    Attributes:
        result: The result without its scores.
        problem: The rows and folds.
        objective: The objective of the search.
        metrics: The metrics of the hypermodel's own; None if there are none.
    """

    result: TrialResult
    problem: Problem
    objective: Objective
    metrics: "OwnMetrics | None" = None

    def __call__(self) -> TrialResult:
        """Compute the scores, and return the result."""
        assert self.result.probabilities is not None
        scores = compute_scores(
            self.result.probabilities, self.problem, self.objective, self.metrics
        )
        return replace(self.result, **scores)


def compute_scores(
    probabilities: np.ndarray,
    problem: Problem,
    objective: Objective,
    metrics: "OwnMetrics | None" = None,
) -> dict[str, Any]:
    """Return the fields of a `TrialResult` that follow from its probabilities.

    Args:
        probabilities: Out-of-fold probabilities, as `Problem.order_by_row` returns them.
        problem: The rows and folds.
        objective: The objective of the search.
        metrics: The metrics of the hypermodel's own; None if there are none.
    """
    means = score_objectives(probabilities, problem.truth)
    if metrics is not None:
        own = metrics.score(probabilities, problem.truth.y)
        errors = metrics.estimate_errors(probabilities, problem.truth)
        known = {name: (value, errors[name]) for name, value in own.items()}
        means |= {
            name: mean
            for name, mean in known.items()
            if name == objective.name or not np.isnan(mean).any()
        }
    predicted = probabilities.reshape(-1, probabilities.shape[-1])
    if metrics is not None and objective.own:
        fold_scores = metrics.score_folds(objective.name, predicted, problem)
    else:
        by_fold = zip(problem.places, problem.folds, strict=True)
        fold_scores = [
            float(objective.row_values(predicted[places], problem.y[fold.validation]).mean())
            for places, fold in by_fold
        ]
    return {
        "score": means[objective.name][0],
        "standard_error": means[objective.name][1],
        "scores": {name: mean for name, (mean, _) in means.items()},
        "standard_errors": {name: error for name, (_, error) in means.items()},
        "fold_scores": tuple(fold_scores),
    }
