"""Small problems: rows of three classes and their folds."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from tuner.data import Scaling
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
    return Problem(x.astype(np.float32), y, split.folds, np.full(FEATURES, Scaling.STANDARD))


def shuffle_labels(*counts: int) -> np.ndarray:
    """Return labels with so many rows of each class, shuffled."""
    y = np.repeat(np.arange(len(counts)), counts)
    return np.random.default_rng(0).permutation(y)


def make_rare_problem() -> Problem:
    """Make 97 rows whose classes have 70, 20 and 7 of them and weigh alike in the loss."""
    rng = np.random.default_rng(0)
    y = rng.permutation(np.repeat([0, 1, 2], [70, 20, 7]))
    x = (rng.normal(size=(97, 4)) + 0.8 * np.eye(3, 4)[y]).astype(np.float32)
    split = make_split(y, classes=["a", "b", "c"], folds=2, test_size=0.0, seed=0)
    return Problem(x, y, split.folds, np.full(4, Scaling.STANDARD), class_weight="balanced")


def make_ordered_problem(rows: int = 97, folds: int = 4) -> Problem:
    """Make folds that grow: of 97 rows they train on 21, 40, 59 and 78."""
    problem = make_problem(rows=rows)
    order = np.random.default_rng(1).permutation(rows)
    split = Splitter(folds, 0.0, seed=0).split(problem.y, classes=["a", "b", "c"], order=order)
    return replace(problem, folds=split.folds)


def make_repeated_problem(repeats: int = 2, folds: int = 3) -> Problem:
    """Make 61 rows with so many folds per repeat."""
    once = make_problem(rows=61)
    split = Splitter(folds, 0.0, seed=0, repeats=repeats).split(once.y, classes=["a", "b", "c"])
    return replace(once, folds=split.folds)
