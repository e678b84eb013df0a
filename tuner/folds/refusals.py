"""Refuses splits that cannot be made, with a sentence that says how to get another one."""

from collections.abc import Sequence
from math import ceil

import numpy as np

from tuner.errors import DataError
from tuner.folds.split import Fold

__all__ = [
    "TOO_EARLY",
    "TOO_FEW_GROUPS",
    "RareClassError",
    "check_arguments",
    "check_classes_of_folds",
    "check_groups",
    "check_order_alone",
    "check_rarest",
    "check_roc_curves",
    "check_test_groups",
    "check_test_size",
]

# Why a fold has no row of a class to train on, and remedies.
TOO_FEW_GROUPS = (
    "since its rows are of too few groups",
    "use another --seed",
    "gather rows of it from more groups",
)
TOO_EARLY = (
    "since none comes so early in the order",
    "use fewer --folds",
    "gather earlier rows of it",
)


class RareClassError(DataError):
    """Some classes have too few rows for the folds.

    Attributes:
        rare: The numbers of these classes, shape `(rare,)`, int64.
    """

    def __init__(self, message: str, rare: np.ndarray) -> None:
        super().__init__(message)
        self.rare = rare


def check_arguments(folds: int, test_size: float, seed: int) -> None:
    """Refuse numbers that are out of their range.

    Raises:
        DataError: A number is out of its range.
    """
    if folds < 2:
        raise DataError(f"--folds: {folds} is too few for cross-validation; use --folds 2 or more")
    if not 0 <= test_size <= 0.5:
        raise DataError(
            f"--test-size: {test_size} is not between 0 and 0.5; "
            "use --test-size 0.2, or 0 for no test part"
        )
    if seed < 0:
        raise DataError(f"--seed: {seed} is negative; use a whole number from 0")


def check_rarest(
    counts: np.ndarray, totals: np.ndarray, *, classes: Sequence[str], folds: int
) -> None:
    """Refuse to split if some fold could not validate on the rarest class.

    Args:
        counts: Number of training rows of each class, shape `(classes,)`.
        totals: The same counts before the test part was held back.
        classes: The labels.
        folds: Number of folds, which is the least number of rows of a class.

    Raises:
        RareClassError: A class has too few rows.
    """
    rarest, rare = int(np.argmin(counts)), np.flatnonzero(counts < folds)
    rows, total = int(counts[rarest]), int(totals[rarest])
    if rows >= folds:
        return
    problem = f"class {classes[rarest]} has {total} {'row' if total == 1 else 'rows'}"
    if rows < total:
        problem += f", {rows} of them left to train on after the test part"
    remedies = ["gather more rows of it"]
    if len(counts) - len(rare) >= 2:
        remedies.append("leave the class out")
    if rows >= 2:
        remedies.insert(0, f"use --folds {rows} or fewer")
        raise RareClassError(
            f"--folds: {problem}, too few for {folds} folds; {_join(remedies)}", rare
        )
    if total >= 2:
        remedies.insert(0, "use --test-size 0" + _limit_folds(total, folds))
    raise RareClassError(
        f"{problem}, and cross-validation takes at least 2 of each class; {_join(remedies)}", rare
    )


def check_test_size(totals: np.ndarray, test_size: float, *, folds: int) -> None:
    """Refuse a test part with fewer rows than classes.

    Args:
        totals: Number of rows of each class, shape `(classes,)`.
        test_size: Share of the rows to hold back.
        folds: Number of folds.

    Raises:
        DataError: The test part would have too few rows.
    """
    total, classes = int(totals.sum()), len(totals)
    rows = ceil(test_size * total)
    if rows >= classes:
        return
    least = ceil(100 * classes / total) / 100
    larger = f"use --test-size {least} or more, or 0 for no test part"
    in_folds = totals - np.ceil(least * totals)
    if least > 0.5 or in_folds.min() < folds:  # a larger test part would leave too few rows
        larger = f"use --test-size 0{_limit_folds(int(totals.min()), folds)} for no test part"
    raise DataError(
        f"--test-size: {test_size} of {total} rows is {rows}, fewer than the {classes} classes; "
        f"{larger}"
    )


def check_test_groups(groups: np.ndarray, test_size: float, *, folds: int) -> None:
    """Refuse a test part of a single group, whose score has no error: it says nothing of others.

    Args:
        groups: The group of each row, shape `(rows,)`.
        test_size: Share of the groups to hold back, above 0.
        folds: Number of folds, which is the least number of the other groups.

    Raises:
        DataError: The test part would be a single group.
    """
    number = len(np.unique(groups))
    if ceil(test_size * number) >= 2:
        return
    least = ceil(200 / number) / 100
    fits = least <= 0.5 and number - ceil(least * number) >= folds
    larger = f"use --test-size {least}, or 0 for no test part" if fits else "use --test-size 0"
    raise DataError(
        f"--test-size: {test_size} of {number} groups is one, and a score on a single group says "
        f"nothing of others; {larger}"
    )


def _limit_folds(rows: int, folds: int) -> str:
    """Return what to add to a remedy where the rarest class has fewer rows than folds."""
    return "" if rows >= folds else f" and --folds {rows}"


def _join(remedies: Sequence[str]) -> str:
    return remedies[0] if len(remedies) == 1 else f"{', '.join(remedies[:-1])}, or {remedies[-1]}"


def check_groups(groups: np.ndarray, folds: int, *, tested: bool) -> None:
    """Refuse to split if some fold would have no group to validate on.

    Args:
        groups: The group of each row that is not held back, shape `(rows,)`.
        folds: Number of folds, which is the least number of groups.
        tested: Whether other groups are held back for the test part.

    Raises:
        DataError: There are fewer groups than folds.
    """
    number = len(np.unique(groups))
    if number >= folds:
        return
    left = " outside the test part" if tested else ""
    fewer = f"use --folds {number}, or " if number >= 2 else ""
    raise DataError(
        f"--groups: {number} {'group is' if number == 1 else 'groups are'} there{left}, too few "
        f"for {folds} folds; {fewer}gather rows of more groups"
    )


def check_order_alone(grouped: bool, repeats: int) -> None:
    """Refuse an ordered split with groups or repeats.

    Raises:
        DataError: There are groups, or several repeats.
    """
    if grouped:
        raise DataError(
            "--groups: rows in an order cannot be kept in groups too, since those of a group may "
            "lie far apart; leave --groups or --order out"
        )
    if repeats > 1:
        raise DataError(
            f"--repeats: rows in an order are cut in one way only, not in {repeats}; leave "
            "--repeats or --order out"
        )


def check_classes_of_folds(
    y: np.ndarray, folds: Sequence[Fold], *, classes: Sequence[str], why: tuple[str, ...]
) -> None:
    """Refuse folds that would train without a class, since a network cannot learn it then.

    Args:
        y: The class of each row, shape `(rows,)`, int64.
        folds: The folds.
        classes: The labels.
        why: The reason, then remedies, for the error.

    Raises:
        RareClassError: A fold has no training row of a class.
    """
    counts = np.array([np.bincount(y[fold.train], minlength=len(classes)) for fold in folds])
    if not counts.all():
        number, lacking = np.argwhere(counts == 0)[0]
        rare = np.flatnonzero((counts == 0).any(axis=0))
        reason, *remedies = why
        if len(classes) - len(rare) >= 2:
            remedies.append("leave the class out")
        raise RareClassError(
            f"class {classes[lacking]}: fold {number} has no row of it to train on, {reason}; "
            f"{_join(remedies)}",
            rare,
        )


def check_roc_curves(y: np.ndarray, folds: Sequence[Fold]) -> None:
    """Refuse folds that all validate on rows of a single class, which have no ROC curve.

    Args:
        y: The class of each row, shape `(rows,)`, int64.
        folds: The folds.

    Raises:
        DataError: No fold has validation rows of two classes.
    """
    if all(len(np.unique(y[fold.validation])) < 2 for fold in folds):
        raise DataError(
            "--objective roc_auc: each fold validates rows of a single class, which have no ROC "
            "curve; use fewer --folds, or another --objective"
        )
