"""The rows that baselines are trained on, and the order of what they predict."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from tuner.folds import Fold
    from tuner.problem import Problem

__all__ = [
    "Arrays",
    "count_bins",
    "count_classes",
    "estimate_work",
    "fill_classes",
    "scale",
    "sort_rows",
]

Arrays: TypeAlias = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]
"""Training rows and their classes, `(rows, features)` and `(rows,)`, and those of validation."""

_MOST_BINS = 255  # scikit-learn's default, and its limit


def estimate_work(problem: Problem) -> float:
    """Return rows × features × classes of all folds."""
    rows = sum(len(fold.train) for fold in problem.folds)
    return float(rows * np.prod(problem.array.shape[1:]) * count_classes(problem))


def count_classes(problem: Problem) -> int:
    """Return how many classes there are."""
    return int(problem.y.max()) + 1


def scale(problem: Problem, fold: Fold) -> Arrays:
    """Return a fold's rows, scaled as for the networks, as rows of features."""
    scaler = problem.fit_scaler(fold.train)
    parts = (problem.array[rows] for rows in (fold.train, fold.validation))
    train, validation = (x if scaler is None else scaler.apply(x) for x in parts)
    flat = train.reshape(len(train), -1), validation.reshape(len(validation), -1)
    return flat[0], problem.y[fold.train], flat[1], problem.y[fold.validation]


def fill_classes(probabilities: np.ndarray, seen: np.ndarray, classes: int) -> np.ndarray:
    """Return the probability of every class, with 0 for classes that the model has not seen."""
    filled = np.zeros((len(probabilities), classes))
    filled[:, seen] = probabilities
    return filled


def sort_rows(problem: Problem, by_fold: Sequence[np.ndarray]) -> np.ndarray:
    """Return what each fold's validation rows got, in the order of a trial's probabilities."""
    return problem.order_by_row(by_fold).astype(np.float32)


def count_bins(rows: np.ndarray) -> int:
    """Return the fewest bins that change no tree: each distinct value of a feature has its own.

    The default is the most that scikit-learn has. With the 17 grey values of the digits, trees grow
    in two thirds of the time.
    """
    ordered = np.sort(rows, axis=0)
    distinct = 1 + (ordered[1:] != ordered[:-1]).sum(axis=0)
    return int(np.clip(distinct.max(), 2, _MOST_BINS))
