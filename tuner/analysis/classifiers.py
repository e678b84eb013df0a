"""The simple classifiers that a study's networks are held against, each trained on every fold.

Each takes rows and folds, an objective and a seed to out-of-fold probabilities, shape
`(training rows, classes)`, and to sentences on what was limited. Folds are trained side by side,
one thread each: several threads on one fold wait for each other, and on a machine that does
other things as well they took twenty times as long.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from tuner.analysis.baselines import FoldedRows
    from tuner.folds import Fold
    from tuner.study import Objective

__all__ = ["boosting", "logistic", "shares"]

Made = tuple[np.ndarray, tuple[str, ...]]

_STEPS = 200  # of the optimiser of logistic regression
_ROUNDS = 100  # most rounds of boosting, as scikit-learn has it
_AT_ONCE = 10  # rounds between two looks at the score
_PATIENCE = 2  # looks without a better score after which boosting ends
_STEP = 0.1  # what a round's trees are multiplied with, as scikit-learn has it
_LARGEST_STEP = 0.3
_WORK = 4e9  # most rounds × rows × features × classes of all folds: 25 seconds on two cores


def shares(problem: FoldedRows, objective: Objective, seed: int) -> Made:
    """Give each row the shares of the classes among its fold's training rows."""

    def of_fold(fold: Fold) -> np.ndarray:
        counts = np.bincount(problem.y[fold.train], minlength=_classes(problem))
        return np.tile(counts / counts.sum(), (len(fold.validation), 1))

    return _in_row_order(problem, [of_fold(fold) for fold in problem.folds]), ()


def logistic(problem: FoldedRows, objective: Objective, seed: int) -> Made:
    """Train a multinomial logistic regression."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression

    def of_fold(fold: Fold) -> np.ndarray:
        model = LogisticRegression(max_iter=_STEPS, random_state=seed)
        train, validation = _scaled(problem, fold)
        return _probabilities(problem, model.fit(train, problem.y[fold.train]), validation)

    with warnings.catch_warnings(record=True) as caught, _side_by_side() as run:
        warnings.simplefilter("always")
        by_fold = run(of_fold, problem.folds)
    unconverged = 0
    for warning in caught:
        if issubclass(warning.category, ConvergenceWarning):
            unconverged += 1
        else:
            warnings.warn_explicit(
                warning.message, warning.category, warning.filename, warning.lineno
            )
    note = (
        f"Logistic regression had not converged on {unconverged} of {len(by_fold)} folds after "
        f"{_STEPS} steps, at which it is ended."
    )
    return _in_row_order(problem, by_fold), (note,) if unconverged else ()


def boosting(problem: FoldedRows, objective: Objective, seed: int) -> Made:
    """Train gradient-boosted trees, round by round on all folds, until it no longer helps."""
    from sklearn.ensemble import HistGradientBoostingClassifier

    most = _most_rounds(problem)
    step = min(_STEP * _ROUNDS / most, _LARGEST_STEP)
    models = [
        HistGradientBoostingClassifier(
            learning_rate=step, early_stopping=False, warm_start=True, random_state=seed
        )
        for _ in problem.folds
    ]
    y = np.concatenate([problem.y[fold.validation] for fold in problem.folds])
    best, best_rounds, best_score = [np.empty(0)], 0, objective.worst

    def grow(place: int) -> np.ndarray:
        fold = problem.folds[place]
        train, validation = _scaled(problem, fold)
        models[place].fit(train, problem.y[fold.train])
        return _probabilities(problem, models[place], validation)

    with _side_by_side() as run:
        for rounds in range(_AT_ONCE, most + 1, _AT_ONCE):
            for model in models:
                model.set_params(max_iter=rounds)
            by_fold = run(grow, range(len(models)))
            score = float(objective.row_values(np.concatenate(by_fold), y).mean())
            if objective.better(score, best_score) or not best_rounds:
                best, best_rounds, best_score = by_fold, rounds, score
            if rounds >= best_rounds + _PATIENCE * _AT_ONCE:
                break
    note = f"Gradient boosting was still gaining after {most} rounds, at which it is ended."
    return _in_row_order(problem, best), (note,) if best_rounds == most else ()


def _most_rounds(problem: FoldedRows) -> int:
    rows = sum(len(fold.train) for fold in problem.folds)
    features = int(np.prod(problem.x.shape[1:]))
    affordable = _WORK / (rows * features * _classes(problem))
    return int(np.clip(affordable // _AT_ONCE * _AT_ONCE, _AT_ONCE, _ROUNDS))


def _classes(problem: FoldedRows) -> int:
    return int(problem.y.max()) + 1


def _scaled(problem: FoldedRows, fold: Fold) -> tuple[np.ndarray, np.ndarray]:
    """Return a fold's training and validation rows as the networks see them, `(rows, features)`."""
    scaler = problem.scaler(fold.train)
    parts = (problem.x[rows] for rows in (fold.train, fold.validation))
    train, validation = (x if scaler is None else scaler.apply(x) for x in parts)
    return train.reshape(len(train), -1), validation.reshape(len(validation), -1)


def _probabilities(problem: FoldedRows, model: Any, x: np.ndarray) -> np.ndarray:
    """Return a row's probability of every class, 0 for those that the model never saw."""
    probabilities = np.zeros((len(x), _classes(problem)))
    probabilities[:, model.classes_] = model.predict_proba(x)
    return probabilities


def _in_row_order(problem: FoldedRows, by_fold: Sequence[np.ndarray]) -> np.ndarray:
    rows = np.concatenate([fold.validation for fold in problem.folds])
    return np.concatenate(by_fold)[np.argsort(rows)].astype(np.float32)


@contextmanager
def _side_by_side() -> Iterator[Callable[[Callable[[Any], np.ndarray], Any], list[np.ndarray]]]:
    """Give a map over folds that trains as many at once as there are cores."""
    from threadpoolctl import threadpool_limits

    def one_thread() -> None:
        threadpool_limits(1, user_api="openmp")  # OpenMP's number is each thread's own

    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    with (
        threadpool_limits(1, user_api="blas"),
        ThreadPoolExecutor(cores, initializer=one_thread) as pool,
    ):
        yield lambda function, folds: list(pool.map(function, folds))
