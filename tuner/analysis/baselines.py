"""Baselines: simple classifiers on the rows and folds of a study, and how they compare."""

import hashlib
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from tuner.analysis.baseline_classifiers import (
    describe_training,
    predict_class_shares,
    train_gradient_boosting,
    train_logistic_regression,
)
from tuner.analysis.bias_correction import OutOfBag, clip_interval
from tuner.analysis.paired_test import run_paired_tests
from tuner.analysis.scores import SCORES, Score, score_rows
from tuner.analysis.significance import LEVEL, adjust_by_holm
from tuner.folds import Split
from tuner.problem import Problem
from tuner.scoring import OBJECTIVES, Truth, compute_unseen_variance
from tuner.study import Study

__all__ = [
    "Baseline",
    "BaselineName",
    "JudgedBaseline",
    "judge_baselines",
    "load_baselines",
    "load_or_train_baselines",
    "train_baselines",
]

BaselineName = Literal["majority class", "logistic regression", "gradient boosting"]

_CLASSIFIERS = {
    "majority class": predict_class_shares,
    "logistic regression": train_logistic_regression,
    "gradient boosting": train_gradient_boosting,
}
# Keys of `baselines.npz`, beside the names of the baselines.
_TRAINED_WITH, _TRAINED_ON = "trained with", "trained on"


@dataclass(frozen=True, slots=True, eq=False)
class Baseline:
    """A simple classifier that was trained on each fold.

    Attributes:
        name: `majority class`, `logistic regression` or `gradient boosting`.
        probabilities: Out-of-fold probabilities, float32, in the shape and order of a trial's.
        seconds: Wall time of training and prediction on all folds.
        notes: Notes on limits that were applied, and on training that did not converge.
    """

    name: BaselineName
    probabilities: np.ndarray
    seconds: float
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class JudgedBaseline:
    """A baseline, compared with what the study exports.

    Attributes:
        name: The name of the baseline.
        seconds: Wall time of training and prediction on all folds.
        scores: Every score of `score_rows` by name.
        difference: The baseline's mean objective less the corrected score of what is exported.
        standard_error: The standard error of that difference in the test that gives the verdict.
        interval: The 95 % interval of the difference, not adjusted for the other baselines.
        score_interval: The 95 % interval of the objective.
        verdict: `wins` if the baseline is better and told apart from what is exported, `loses` if
            it is worse and told apart, else `ties`.
        notes: The notes of the baseline.
        by_rows: Whether it loses since clearly fewer rows are right, whatever the objective says.
    """

    name: BaselineName
    seconds: float
    scores: dict[str, Score]
    difference: float
    standard_error: float
    interval: tuple[float, float]
    score_interval: tuple[float, float]
    verdict: Literal["wins", "ties", "loses"]
    notes: tuple[str, ...] = ()
    by_rows: bool = False

    @property
    def title(self) -> str:
        """The name as it stands in a sentence."""
        return "the majority class" if self.name == "majority class" else self.name

    @property
    def accuracy(self) -> float | None:
        """The share of rows that it predicts right; None if that was not scored."""
        return self.scores["accuracy"].value if "accuracy" in self.scores else None


def load_or_train_baselines(study: Study, problem: Problem) -> tuple[Baseline, ...]:
    """Load a study's baselines from its folder, or train them and keep them there.

    The baselines depend on the study's rows, folds and settings only, not on its trials.

    Args:
        study: The study.
        problem: The study's rows and folds.

    Raises:
        StudyError: The baselines cannot be written.
    """
    loaded = load_baselines(study)
    if loaded:
        return loaded
    settings = study.record.settings
    trained = train_baselines(problem, objective=settings.objective, seed=settings.seed)
    arrays = {name: array for baseline in trained for name, array in _pack(baseline).items()}
    made = {_TRAINED_WITH: _describe_this_version(), _TRAINED_ON: _describe_problem(study)}
    arrays |= {name: np.array(text) for name, text in made.items()}
    study.arrays.write_baselines(arrays)
    return trained


def load_baselines(study: Study) -> tuple[Baseline, ...]:
    """Load the baselines from a study's folder.

    Returns:
        The baselines. Empty if there are none, if they are of another study, or if they were
        trained by a version of this package or of scikit-learn that can give other results.
    """
    arrays = study.arrays.read_baselines()
    if str(arrays.get(_TRAINED_WITH)) != _describe_this_version():
        return ()
    if str(arrays.get(_TRAINED_ON)) != _describe_problem(study):
        return ()
    return tuple(_unpack(name, arrays) for name in _CLASSIFIERS)


def _describe_problem(study: Study) -> str:
    """Return a digest of what decides how a study's baselines come out."""
    record, settings = study.record, study.record.settings
    deciding = (settings.objective, settings.class_weight, settings.seed)
    digest = hashlib.sha256(json.dumps([record.data.get("fingerprint"), *deciding]).encode())
    for fold in record.split.folds:
        digest.update(fold.validation.tobytes())
    return digest.hexdigest()


def _describe_this_version() -> str:
    return json.dumps(describe_training())


def train_baselines(
    problem: Problem, *, objective: str = "cross_entropy", seed: int
) -> tuple[Baseline, ...]:
    """Train the baselines on a study's folds, the simplest first.

    The baselines see the same input as the networks: rows that are scaled by the training rows of
    each fold, with the mean for a missing number and an indicator beside it. An image is a row of
    pixels. If the networks are trained with balanced class weights, so are the baselines, except
    the majority class. Otherwise a network would be compared with a classifier that was trained
    for another goal.

    - Majority class: each row gets the shares of the classes among the training rows, so the most
      frequent class is predicted.
    - Logistic regression: scikit-learn's, with its default penalty (C = 1), or a hundred or ten
      thousand times weaker, whichever is best over all rows; on large tables with the default.
    - Gradient boosting: scikit-learn's `HistGradientBoostingClassifier` with its default settings,
      except the number of rounds. It is chosen like a network's epochs: in steps of ten, by the
      best mean of the objective over all rows, the same for all folds. Under cross-entropy a fold
      ends when none of four looks is its best. Large tables get fewer than the default 100 rounds,
      each of which then takes a larger step. With at most 2,000 training rows, trees have 15
      leaves, and up to 70 rounds take steps of 0.15.

    50,000 rows of 50 features and 10 classes in 5 folds take about 20 seconds on two idle cores,
    and 40 on busy ones.

    Args:
        problem: Rows and folds.
        objective: The name of the study's objective.
        seed: Seed of all random numbers.
    """
    trained = []
    for name, train in _CLASSIFIERS.items():
        started = time.monotonic()
        probabilities, notes = train(problem, OBJECTIVES[objective], seed)
        seconds = time.monotonic() - started
        trained.append(Baseline(name, probabilities, seconds, notes))  # type: ignore[arg-type]
    return tuple(trained)


def judge_baselines(
    baselines: Sequence[Baseline], exported: OutOfBag, truth: Truth, split: Split, *, objective: str
) -> tuple[JudgedBaseline, ...]:
    """Compare each baseline with what a study exports, by the one standard (`run_paired_tests`).

    A baseline's out-of-fold values need no correction, because only its rounds, or its penalty,
    were chosen. What is exported was chosen from many trials, so its out-of-bag values are used.

    Args:
        baselines: The baselines.
        exported: The out-of-bag values of choosing what is exported, by the objective.
        truth: The true classes of the rows.
        split: The study's folds.
        objective: The name of the study's objective.
    """
    scored = [_score(each.probabilities, truth, objective) for each in baselines]
    differences = [each - exported for each in scored]
    tests = run_paired_tests(differences, truth, split)
    adjusted = adjust_by_holm([test.p for test in tests])
    maximise = OBJECTIVES[objective].maximise
    return tuple(
        JudgedBaseline(
            name=baseline.name,
            seconds=baseline.seconds,
            scores=score_rows(baseline.probabilities, truth),
            difference=test.difference,
            standard_error=test.standard_error,
            interval=test.interval,
            score_interval=clip_interval(*own.interval, maximise=maximise),
            verdict=_judge(test.difference if maximise else -test.difference, p),
            notes=baseline.notes,
        )
        for baseline, own, test, p in zip(baselines, scored, tests, adjusted, strict=True)
    )


def _score(probabilities: np.ndarray, truth: Truth, objective: str) -> OutOfBag:
    """Return the out-of-fold values of a model that was not chosen."""
    values = truth.score_clusters(SCORES[objective], probabilities)
    unseen = compute_unseen_variance(objective, probabilities, truth.y)
    return OutOfBag.from_values(values).with_unseen(unseen)


def _judge(gain: float, adjusted_p: float) -> Literal["wins", "ties", "loses"]:
    if adjusted_p > LEVEL:
        return "ties"
    return "wins" if gain > 0 else "loses"


def _pack(baseline: Baseline) -> dict[str, np.ndarray]:
    """Return a baseline as arrays, by their keys in `baselines.npz`."""
    name = baseline.name
    return {
        name: baseline.probabilities,
        f"{name}/seconds": np.array(baseline.seconds),
        f"{name}/notes": np.array(baseline.notes, dtype=np.str_),
    }


def _unpack(name: str, arrays: dict[str, np.ndarray]) -> Baseline:
    seconds, notes = float(arrays[f"{name}/seconds"]), arrays[f"{name}/notes"]
    return Baseline(name, arrays[name], seconds, tuple(map(str, notes)))  # type: ignore[arg-type]
