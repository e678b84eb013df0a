"""The simple classifiers that a study's networks are held against, each trained on every fold.

Each takes rows and folds, an objective and a seed to out-of-fold probabilities, shaped as those
of a trial, and to sentences on what was limited. A fold is trained on one thread:
several threads that wait for each other took twenty times as long on a machine that does other
things as well. Where there is much to do, folds are trained side by side in processes, since
scikit-learn's handling of warnings is not made for threads.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Sequence
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from tuner.analysis.baselines import FoldedRows
    from tuner.folds import Fold
    from tuner.scoring import Objective

__all__ = ["boosting", "logistic", "shares", "trained_with"]

Made = tuple[np.ndarray, tuple[str, ...]]
Arrays = tuple[np.ndarray, np.ndarray, np.ndarray]
"""Training rows, their classes and validation rows: `(rows, features)`, `(rows,)`, `(…)`."""

_STEPS = 200  # of the optimiser of logistic regression
_ROUNDS = 100  # most rounds of boosting, as scikit-learn has it
_LOOKS = 10  # rounds between two looks at the score
_STEP = 0.1  # what a round's trees are multiplied with, as scikit-learn has it
_LARGEST_STEP = 0.3
_MOST_WORK = 4e9  # rounds × rows × features × classes of all folds: 25 seconds on two cores
_VERSION = 1  # one more where a change of this module changes what comes out
_MUCH_WORK = 2e8  # from here on processes pay for their start


def trained_with() -> dict[str, str | float]:
    """Return what the results depend on beside the rows, the folds, the objective and the seed."""
    return {
        "version": _VERSION,
        "scikit-learn": version("scikit-learn"),
        "steps": _STEPS,
        "rounds": _ROUNDS,
        "looks": _LOOKS,
        "step": _STEP,
        "largest step": _LARGEST_STEP,
        "most work": _MOST_WORK,
    }


def shares(problem: FoldedRows, objective: Objective, seed: int) -> Made:
    """Give each row the shares of the classes among its fold's training rows."""

    def of_fold(fold: Fold) -> np.ndarray:
        counts = np.bincount(problem.y[fold.train], minlength=_classes(problem))
        return np.tile(counts / counts.sum(), (len(fold.validation), 1))

    return _ordered(problem, [of_fold(fold) for fold in problem.folds]), ()


def logistic(problem: FoldedRows, objective: Objective, seed: int) -> Made:
    """Train a multinomial logistic regression."""
    settings = (_STEPS, problem.class_weight, seed)
    fitted = _on_each_fold(_regressed, problem, _work(problem) * _STEPS / 10, settings)
    unconverged = sum(not converged for _, converged in fitted)
    note = (
        f"Logistic regression had not converged on {unconverged} of {len(fitted)} folds after "
        f"{_STEPS} steps, at which it is ended."
    )
    by_fold = [probabilities for probabilities, _ in fitted]
    return _ordered(problem, by_fold), (note,) if unconverged else ()


def boosting(problem: FoldedRows, objective: Objective, seed: int) -> Made:
    """Train gradient-boosted trees, as many rounds as are best over all folds."""
    affordable = _MOST_WORK / _work(problem)
    most = int(np.clip(affordable // _LOOKS * _LOOKS, _LOOKS, _ROUNDS))
    step = min(_STEP * _ROUNDS / most, _LARGEST_STEP)
    settings = (most, step, problem.class_weight, seed)
    staged = _on_each_fold(_boosted, problem, _work(problem) * most, settings)
    looks = [_ordered(problem, by_fold) for by_fold in zip(*staged, strict=True)]
    scores = [problem.truth.values(objective.row_values, look).mean() for look in looks]
    best = 0
    for look, score in enumerate(scores):
        best = look if objective.better(score, scores[best]) else best
    note = f"Gradient boosting was still gaining after {most} rounds, at which it is ended."
    return looks[best], (note,) if best == len(looks) - 1 else ()


def _regressed(
    arrays: Arrays, classes: int, steps: int, class_weight: str | None, seed: int
) -> tuple[np.ndarray, bool]:
    """Return a fold's probabilities, and whether the optimiser had converged."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression

    train, y, validation = arrays
    model = LogisticRegression(max_iter=steps, class_weight=class_weight, random_state=seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # it is told in the record
        model.fit(train, y)
    converged = bool((model.n_iter_ < steps).all())
    return _all_classes(model.predict_proba(validation), model.classes_, classes), converged


def _boosted(
    arrays: Arrays, classes: int, rounds: int, step: float, class_weight: str | None, seed: int
) -> list[np.ndarray]:
    """Return a fold's probabilities after each ten rounds."""
    from sklearn.ensemble import HistGradientBoostingClassifier

    train, y, validation = arrays
    model = HistGradientBoostingClassifier(
        learning_rate=step,
        max_iter=rounds,
        early_stopping=False,
        class_weight=class_weight,
        random_state=seed,
    )
    model.fit(train, y)
    stages = model.staged_predict_proba(validation)
    return [
        _all_classes(probabilities, model.classes_, classes).astype(np.float32)
        for number, probabilities in enumerate(stages, start=1)
        if number % _LOOKS == 0
    ]


def _on_each_fold(
    train: Callable[..., Any], problem: FoldedRows, work: float, settings: tuple[Any, ...]
) -> list[Any]:
    """Return what training makes of each fold."""
    from sklearn.utils.parallel import Parallel, delayed

    run = Parallel(n_jobs=min(_cores(), len(problem.folds)) if work > _MUCH_WORK else 1)
    job, classes = delayed(_on_one_thread), _classes(problem)
    return list(run(job(train, _scaled(problem, f), classes, *settings) for f in problem.folds))


def _on_one_thread(train: Callable[..., Any], *arguments: Any) -> Any:
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):
        return train(*arguments)


def _cores() -> int:
    of_this_process = getattr(os, "sched_getaffinity", None)  # Linux only
    return len(of_this_process(0)) if of_this_process else os.cpu_count() or 1


def _work(problem: FoldedRows) -> float:
    rows = sum(len(fold.train) for fold in problem.folds)
    return float(rows * np.prod(problem.x.shape[1:]) * _classes(problem))


def _classes(problem: FoldedRows) -> int:
    return int(problem.y.max()) + 1


def _scaled(problem: FoldedRows, fold: Fold) -> Arrays:
    """Return a fold's rows as the networks see them."""
    scaler = problem.scaler(fold.train)
    parts = (problem.x[rows] for rows in (fold.train, fold.validation))
    train, validation = (x if scaler is None else scaler.apply(x) for x in parts)
    flat = train.reshape(len(train), -1), validation.reshape(len(validation), -1)
    return flat[0], problem.y[fold.train], flat[1]


def _all_classes(probabilities: np.ndarray, seen: np.ndarray, classes: int) -> np.ndarray:
    """Return a row's probability of every class, 0 for those that a model never saw."""
    every = np.zeros((len(probabilities), classes))
    every[:, seen] = probabilities
    return every


def _ordered(problem: FoldedRows, by_fold: Sequence[np.ndarray]) -> np.ndarray:
    return problem.in_row_order(by_fold).astype(np.float32)
