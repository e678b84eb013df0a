"""Small problems: rows of three classes and their folds."""

from collections.abc import Sequence

import numpy as np

from tuner.folds import Split, Splitter
from tuner.problem import Problem

FEATURES, CLASSES = 4, 3


def make_split(
    y: np.ndarray, *, classes: Sequence[str], folds: int, test_size: float, seed: int
) -> Split:
    """Split rows that belong to no group."""
    return Splitter(folds, test_size, seed).split(y, classes=classes)


def make_problem(rows: int = 60, folds: int = 3, seed: int = 0) -> Problem:
    """Make three overlapping clouds of points; with 61 rows the folds are of unequal size."""
    rng = np.random.default_rng(seed)
    y = np.arange(rows) % CLASSES
    x = rng.normal(size=(rows, FEATURES)) + 1.5 * np.eye(CLASSES, FEATURES)[y]
    split = make_split(y, classes=["a", "b", "c"], folds=folds, test_size=0.0, seed=seed)
    return Problem(x.astype(np.float32), y, split.folds, np.ones(FEATURES, bool))


def shuffle_labels(*counts: int) -> np.ndarray:
    """Return labels with so many rows of each class, shuffled."""
    y = np.repeat(np.arange(len(counts)), counts)
    return np.random.default_rng(0).permutation(y)
