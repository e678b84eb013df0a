"""What a trial leaves behind: curves by fold and epoch, and out-of-fold probabilities."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from tuner.problem import Problem
from tuner.scoring import Objective, defined_scores

__all__ = ["CURVES", "TrialResult", "mean_curve", "scores_of"]

# Each is a list of folds, and each fold a list of epochs. `loss` and `val_loss` are the
# cross-entropy of the data alone; `penalty` is what the regularizer adds to it.
CURVES = ("loss", "val_loss", "accuracy", "val_accuracy", "penalty")


@dataclass(frozen=True, slots=True)
class TrialResult:
    """The outcome of one trial on all folds.

    Attributes:
        trial: The trial's number.
        status: `failed` where a fold diverged, or the hypermodel raised; `pruned` where a race
            ended it. It is then the result of the epochs so far.
        reason: Why it failed, was pruned, or ended before its time; empty otherwise.
        epoch: Epochs of training at which the mean over all rows is best, the same for all folds.
        score: Mean of the objective over all rows, each predicted by the fold that held it out;
            over all repeats.
        standard_error: Of that mean, over rows.
        scores: The mean of every objective that is defined at that epoch, by name.
        standard_errors: Of these means, over rows.
        fold_scores: The objective of each fold's own rows; NaN where they do not define it.
        parameters: Trainable weights and biases.
        seconds: Wall time of training and validation.
        curves: The names of `CURVES`, each a list by fold of a list by epoch.
        probabilities: Out-of-fold probabilities of the training rows that are validated, shape
            `(scored rows, classes)`, float32, ascending, with the repeats on an axis before where
            there are several; None where the trial failed or they were not loaded.
    """

    trial: int
    status: Literal["completed", "pruned", "failed"]
    reason: str = ""
    epoch: int = 0
    score: float = math.nan
    standard_error: float = math.nan
    scores: dict[str, float] = field(default_factory=dict)
    standard_errors: dict[str, float] = field(default_factory=dict)
    fold_scores: tuple[float, ...] = ()
    parameters: int = 0
    seconds: float = 0.0
    curves: dict[str, list[list[float]]] = field(default_factory=dict)
    probabilities: np.ndarray | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return everything but the probabilities, as JSON has it."""
        names = (name for name in self.__slots__ if name != "probabilities")
        record = {name: getattr(self, name) for name in names}
        for name in ("score", "standard_error"):
            record[name] = _number_or_none(record[name])
        return {**record, "fold_scores": [_number_or_none(each) for each in self.fold_scores]}

    @classmethod
    def from_dict(cls, record: dict[str, Any]) -> "TrialResult":
        """Return the result that `to_dict` wrote, without its probabilities."""
        numbers = {name: _number_or_nan(record[name]) for name in ("score", "standard_error")}
        fold_scores = tuple(_number_or_nan(each) for each in record["fold_scores"])
        return cls(**{**record, **numbers, "fold_scores": fold_scores})


def _number_or_none(number: float) -> float | None:
    return None if math.isnan(number) else number


def _number_or_nan(number: float | None) -> float:
    return math.nan if number is None else number


def mean_curve(by_fold: Sequence[Sequence[float]], fold_rows: Sequence[int]) -> list[float]:
    """Return the mean by epoch over folds, each weighted by its rows.

    Args:
        by_fold: One list of epochs a fold.
        fold_rows: Rows of each fold.

    >>> mean_curve([[1.0, 0.5], [4.0, 2.0]], [2, 1])
    [2.0, 1.0]
    """
    means: np.ndarray = np.average(np.asarray(by_fold, float), axis=0, weights=fold_rows)
    return [float(mean) for mean in means]


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
