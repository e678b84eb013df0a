"""What simple classifiers come to on the rows and folds of a study."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np

from tuner.analysis.scores import Score
from tuner.folds import Fold
from tuner.study import Study

__all__ = [
    "Baseline",
    "BaselineName",
    "FoldedRows",
    "JudgedBaseline",
    "baselines_of",
    "judge",
    "train_baselines",
]

BaselineName = Literal["majority class", "logistic regression", "gradient boosting"]


class _Scaler(Protocol):
    def apply(self, x: np.ndarray) -> np.ndarray: ...


class FoldedRows(Protocol):
    """Encoded rows and their folds; `tuner.training.Problem` is such a one.

    Attributes:
        x: Shape `(rows, …)`, float32; NaN where a number is missing.
        y: Class numbers, shape `(rows,)`.
        folds: Row numbers of each fold.
    """

    @property
    def x(self) -> np.ndarray:
        """Rows of features."""

    @property
    def y(self) -> np.ndarray:
        """The class of each row."""

    @property
    def folds(self) -> tuple[Fold, ...]:
        """The folds, whose validation parts partition the training rows."""

    def scaler(self, rows: np.ndarray) -> _Scaler | None:
        """Return the scaling that is fitted on these rows alone; None for rows as they are."""


@dataclass(frozen=True, slots=True, eq=False)
class Baseline:
    """A simple classifier, trained on each fold.

    Attributes:
        name: `majority class`, `logistic regression` or `gradient boosting`.
        probabilities: Out-of-fold, shape `(training rows, classes)`, float32, in the order of the
            training rows, as a trial's are.
        seconds: Wall time of training and prediction on all folds.
        notes: Sentences on what was limited, and on training that did not converge.
    """

    name: BaselineName
    probabilities: np.ndarray
    seconds: float
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class JudgedBaseline:
    """A baseline beside a trial.

    Attributes:
        name: As of the baseline.
        seconds: As of the baseline.
        scores: Every score of `score_rows`, by name, with its standard error.
        difference: Mean of the objective over rows, the baseline's less the trial's.
        standard_error: Of that difference, paired over rows.
        verdict: `wins` where the baseline is better by more than that, `loses` where it is worse
            by more, else `ties`.
        notes: As of the baseline.
    """

    name: BaselineName
    seconds: float
    scores: dict[str, Score]
    difference: float
    standard_error: float
    verdict: Literal["wins", "ties", "loses"]
    notes: tuple[str, ...] = ()


def baselines_of(study: Study, problem: FoldedRows) -> tuple[Baseline, ...]:
    """Return a study's baselines: as its folder has them, or trained and kept there.

    Args:
        study: The study.
        problem: Its rows and folds.
    """
    raise NotImplementedError


def train_baselines(problem: FoldedRows, *, seed: int) -> tuple[Baseline, ...]:
    """Return the baselines, the simplest first.

    Args:
        problem: Rows and folds.
        seed: Of whatever is random.
    """
    raise NotImplementedError


def judge(
    baselines: Sequence[Baseline], trial_values: np.ndarray, y: np.ndarray, *, objective: str
) -> tuple[JudgedBaseline, ...]:
    """Return each baseline's scores, and how it stands beside a trial.

    Args:
        baselines: Of the same rows as the trial.
        trial_values: The objective of each training row, shape `(rows,)`, by the trial.
        y: The class of each training row, shape `(rows,)`.
        objective: The name of what the study optimises.
    """
    raise NotImplementedError
