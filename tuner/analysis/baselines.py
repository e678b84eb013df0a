"""What simple classifiers come to on the rows and folds of a study."""

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np

from tuner.analysis.baseline_classifiers import boosting, logistic, shares, trained_with
from tuner.analysis.bias_correction import OutOfBag
from tuner.analysis.scores import SCORES, Score, score_rows
from tuner.folds import Fold
from tuner.scoring import OBJECTIVES, Truth
from tuner.study import Study

__all__ = [
    "Baseline",
    "BaselineName",
    "FoldedRows",
    "JudgedBaseline",
    "judge_baselines",
    "load_baselines",
    "load_or_train_baselines",
    "train_baselines",
]

BaselineName = Literal["majority class", "logistic regression", "gradient boosting"]

_MAKERS = {
    "majority class": shares,
    "logistic regression": logistic,
    "gradient boosting": boosting,
}
_TRAINED_WITH = "trained with"  # beside their names, in the file that keeps them


class _Scaler(Protocol):
    def apply(self, x: np.ndarray) -> np.ndarray: ...


class FoldedRows(Protocol):
    """Encoded rows and their folds; `tuner.training.Problem` is such a one."""

    @property
    def x(self) -> np.ndarray:
        """Features, shape `(rows, …)`, float32; NaN where a number is missing."""

    @property
    def y(self) -> np.ndarray:
        """The class of each row, shape `(rows,)`."""

    @property
    def class_weight(self) -> str | None:
        """`balanced` where all classes weigh alike in training; None where all rows do."""

    @property
    def folds(self) -> tuple[Fold, ...]:
        """The folds; the validation parts of a repeat partition the training rows."""

    @property
    def repeats(self) -> int:
        """How often each row is validated."""

    @property
    def truth(self) -> Truth:
        """What out-of-fold predictions are held against."""

    @property
    def places(self) -> tuple[np.ndarray, ...]:
        """Where each fold's validation rows stand among those of `truth`, repeat after repeat."""

    def in_row_order(self, by_fold: Sequence[np.ndarray]) -> np.ndarray:
        """Put what each fold predicts of its validation rows where these stand."""

    def scaler(self, rows: np.ndarray) -> _Scaler | None:
        """Return the scaling that is fitted on these rows alone; None for rows as they are."""


@dataclass(frozen=True, slots=True, eq=False)
class Baseline:
    """A simple classifier, trained on each fold.

    Attributes:
        name: `majority class`, `logistic regression` or `gradient boosting`.
        probabilities: Out-of-fold, float32, shaped and ordered as a trial's are.
        seconds: Wall time of training and prediction on all folds.
        notes: Sentences on what was limited, and on training that did not converge.
    """

    name: BaselineName
    probabilities: np.ndarray
    seconds: float
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class JudgedBaseline:
    """A baseline beside what the study exports.

    Attributes:
        name: As of the baseline.
        seconds: As of the baseline.
        scores: Every score of `score_rows`, by name, with its standard error.
        difference: Mean of the objective over rows, the baseline's less that of what is exported,
            corrected for the choice.
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


def load_or_train_baselines(study: Study, problem: FoldedRows) -> tuple[Baseline, ...]:
    """Return a study's baselines: as its folder has them, or trained now and kept there.

    Nothing but the study decides them: its rows and folds are what they are.

    Args:
        study: The study.
        problem: Its rows and folds.

    Raises:
        StudyError: They cannot be written.
    """
    kept = load_baselines(study)
    if kept:
        return kept
    settings = study.record.settings
    trained = train_baselines(problem, objective=settings.objective, seed=settings.seed)
    arrays = {name: array for each in trained for name, array in _packed(each).items()}
    study.arrays.write_baselines({**arrays, _TRAINED_WITH: np.array(_this_version())})
    return trained


def load_baselines(study: Study) -> tuple[Baseline, ...]:
    """Return the baselines that a study's folder has; none where others would be trained now.

    Another version of this package or of scikit-learn may come to other ones.
    """
    kept = study.arrays.read_baselines()
    if str(kept.get(_TRAINED_WITH)) != _this_version():
        return ()
    return tuple(_unpacked(name, kept) for name in _MAKERS)


def _this_version() -> str:
    return json.dumps(trained_with())


def train_baselines(
    problem: FoldedRows, *, objective: str = "cross_entropy", seed: int
) -> tuple[Baseline, ...]:
    """Train the baselines on a study's folds, the simplest first.

    They see what the networks see: the rows of each fold scaled by its training rows alone, with
    a missing number at the mean and its indicator beside it. Images are taken as rows of pixels.

    Where the networks are trained with balanced class weights, so are these, but for the majority
    class: a network would else be held against something that was trained towards another end.

    - Majority class: each row gets the shares of the classes among the training rows, so that the
      most frequent class is what it predicts.
    - Logistic regression: scikit-learn's, with its usual penalty (C = 1).
    - Gradient boosting: scikit-learn's `HistGradientBoostingClassifier` as it is, but for its
      rounds. They are chosen as a network's epochs are: ten by ten, by the best mean of the
      objective over all rows, one number for all folds. Of large tables fewer than its usual 100
      rounds are affordable; each then takes a larger step.

    50,000 rows of 50 features and 10 classes in 5 folds take some 20 seconds on two free cores,
    and 40 on busy ones.

    Args:
        problem: Rows and folds.
        objective: The name of what the study optimises.
        seed: Of whatever is random.
    """
    trained = []
    for name, maker in _MAKERS.items():
        started = time.monotonic()
        probabilities, notes = maker(problem, OBJECTIVES[objective], seed)
        seconds = time.monotonic() - started
        trained.append(Baseline(name, probabilities, seconds, notes))  # type: ignore[arg-type]
    return tuple(trained)


def judge_baselines(
    baselines: Sequence[Baseline], exported: OutOfBag, truth: Truth, *, objective: str
) -> tuple[JudgedBaseline, ...]:
    """Return each baseline's scores, and how it stands beside what a study exports.

    Nothing was chosen of a baseline but its rounds, so that its out-of-fold values stand as they
    are; what is exported was chosen of many, and is judged on rows that it was not chosen by.

    Args:
        baselines: Of the same rows.
        exported: What choosing what is exported comes to by the objective.
        truth: What all are held against.
        objective: The name of what the study optimises.
    """
    return tuple(_judged(each, exported, truth, objective) for each in baselines)


def _judged(baseline: Baseline, exported: OutOfBag, truth: Truth, objective: str) -> JudgedBaseline:
    values = truth.values(SCORES[objective], baseline.probabilities)
    difference = OutOfBag.from_values(values) - exported
    maximise = OBJECTIVES[objective].direction == "max"
    gain = difference.score if maximise else -difference.score
    error = difference.standard_error
    return JudgedBaseline(
        name=baseline.name,
        seconds=baseline.seconds,
        scores=score_rows(baseline.probabilities, truth),
        difference=difference.score,
        standard_error=error,
        verdict="wins" if gain > error else "loses" if -gain > error else "ties",
        notes=baseline.notes,
    )


def _packed(baseline: Baseline) -> dict[str, np.ndarray]:
    name = baseline.name
    return {
        name: baseline.probabilities,
        f"{name}/seconds": np.array(baseline.seconds),
        f"{name}/notes": np.array(baseline.notes, dtype=np.str_),
    }


def _unpacked(name: str, arrays: dict[str, np.ndarray]) -> Baseline:
    seconds, notes = float(arrays[f"{name}/seconds"]), arrays[f"{name}/notes"]
    return Baseline(name, arrays[name], seconds, tuple(map(str, notes)))  # type: ignore[arg-type]
