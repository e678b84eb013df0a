"""Which rows train, which validate and which are held back: made once a study, for all trials.

scikit-learn is imported where it is used, so that a stored split is read without it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

import numpy as np

from tuner.errors import DataError

__all__ = ["Fold", "Split", "make_split"]


@dataclass(frozen=True, slots=True, eq=False)
class Fold:
    """The rows of one train/validation split.

    Args:
        train: Row numbers in the whole data set, (rows,) int64, sorted.
        validation: Likewise; together with `train` all training rows of the split.
    """

    train: np.ndarray
    validation: np.ndarray


@dataclass(frozen=True, slots=True, eq=False)
class Split:
    """A test part that takes no part in any choice, and the folds of all other rows.

    Args:
        train: Row numbers outside the test part, (rows,) int64, sorted.
        test: Row numbers held back, (rows,) int64, sorted; may be empty.
        folds: Their validation parts partition `train`.
    """

    train: np.ndarray
    test: np.ndarray
    folds: tuple[Fold, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the split as JSON-able values; what can be told from the rest is not in it."""
        return {
            "test": self.test.tolist(),
            "folds": [fold.validation.tolist() for fold in self.folds],
        }

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "Split":
        """Return the split that `to_dict` described."""
        return _split(_rows(values["test"]), [_rows(rows) for rows in values["folds"]])


def make_split(
    y: np.ndarray, *, classes: Sequence[str], folds: int, test_size: float, seed: int
) -> Split:
    """Split rows into a stratified test part and stratified folds.

    The same arguments give the same split in every process, whatever random numbers were drawn
    before. The test part does not depend on the number of folds.

    Args:
        y: The class of each row, (rows,) int64.
        classes: The labels, for errors.
        folds: At least 2.
        test_size: The share of rows held back, at most 0.5; 0 holds none back.
        seed: Any whole number from 0.

    Raises:
        DataError: An argument is out of its range, or a class has too few rows.
    """
    _check_arguments(folds, test_size, seed)
    totals = np.bincount(y, minlength=len(classes))
    _check_rarest(totals, totals, classes=classes, folds=2)
    test_seed, fold_seed = np.random.SeedSequence(seed).spawn(2)
    test = _hold_out(y, len(classes), test_size=test_size, random_state=_random_state(test_seed))
    train = np.delete(np.arange(len(y)), test)
    counts = np.bincount(y[train], minlength=len(classes))
    _check_rarest(counts, totals, classes=classes, folds=folds)
    from sklearn.model_selection import StratifiedKFold

    kfold = StratifiedKFold(folds, shuffle=True, random_state=_random_state(fold_seed))
    return _split(test, [train[rows] for _, rows in kfold.split(train, y[train])])


def _hold_out(
    y: np.ndarray, classes: int, *, test_size: float, random_state: np.random.RandomState
) -> np.ndarray:
    if test_size == 0:
        return _rows([])
    rows = ceil(test_size * len(y))
    if rows < classes:
        least = ceil(100 * classes / len(y)) / 100
        raise DataError(
            f"test_size: {test_size} of {len(y)} rows is {rows}, fewer than the {classes} classes; "
            f"use --test-size {least} or more, or 0 for no test part"
        )
    from sklearn.model_selection import StratifiedShuffleSplit

    splitter = StratifiedShuffleSplit(1, test_size=test_size, random_state=random_state)
    _, test = next(splitter.split(y, y))
    return np.sort(_rows(test))


def _split(test: np.ndarray, validations: Sequence[np.ndarray]) -> Split:
    train = np.sort(np.concatenate(validations))
    folds = (np.sort(rows) for rows in validations)
    return Split(
        train=train,
        test=test,
        folds=tuple(Fold(np.delete(train, np.searchsorted(train, rows)), rows) for rows in folds),
    )


def _rows(numbers: Sequence[int] | np.ndarray) -> np.ndarray:
    return np.asarray(numbers, np.int64)


def _random_state(seed: np.random.SeedSequence) -> np.random.RandomState:
    """Return the generator that scikit-learn takes; its own seeds end at 2³² − 1."""
    return np.random.RandomState(np.random.MT19937(seed))


def _check_arguments(folds: int, test_size: float, seed: int) -> None:
    if folds < 2:
        raise DataError(f"folds: {folds} is too few for cross-validation; use --folds 2 or more")
    if not 0 <= test_size <= 0.5:
        raise DataError(
            f"test_size: {test_size} is not between 0 and 0.5; "
            "use --test-size 0.2, or 0 for no test part"
        )
    if seed < 0:
        raise DataError(f"seed: {seed} is negative; use a whole number from 0")


def _check_rarest(
    counts: np.ndarray, totals: np.ndarray, *, classes: Sequence[str], folds: int
) -> None:
    """Refuse folds of which some could not validate on the rarest class.

    Args:
        counts: The training rows of each class, (classes,).
        totals: The same before the test part was held back.
        classes: The labels.
        folds: How many rows each class must have.
    """
    rarest = int(np.argmin(counts))
    rows, total = int(counts[rarest]), int(totals[rarest])
    if rows >= folds:
        return
    found = f"class {classes[rarest]} has {total} {'row' if total == 1 else 'rows'}"
    if rows < total:
        found += f", {rows} of them left to train on after the test part"
    if rows >= 2:
        raise DataError(
            f"{found}, too few for {folds} folds; use --folds {rows} or fewer, gather more rows "
            "of it, or leave the class out"
        )
    smaller = "use --test-size 0, " if total >= 2 else ""
    raise DataError(
        f"{found}, and cross-validation takes at least 2 of each class; {smaller}gather more rows "
        "of it, or leave the class out"
    )
