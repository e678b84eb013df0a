"""How rows are split: stratified, with the rows of a group on one side, or in an order.

scikit-learn is imported where it is used, so that a stored split is read without it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

import numpy as np

from tuner.errors import DataError
from tuner.folds.ordered import split_in_order
from tuner.folds.refusals import (
    TOO_EARLY,
    TOO_FEW_GROUPS,
    check_arguments,
    check_classes_of_folds,
    check_groups,
    check_order_alone,
    check_rarest,
)
from tuner.folds.split import Split, make_split, to_row_numbers

__all__ = ["Splitter"]

_DRAWS = 100  # of groups for a test part, of which the most like the whole is taken


@dataclass(frozen=True, slots=True)
class Splitter:
    """How many folds, and of which rows.

    Attributes:
        folds: At least 2.
        test_size: The share of rows held back, at most 0.5; 0 holds none back.
        seed: Any whole number from 0.
        repeats: How often the rows outside the test part are cut into folds anew, at least once.
    """

    folds: int
    test_size: float
    seed: int
    repeats: int = 1

    def split(
        self,
        y: np.ndarray,
        *,
        classes: Sequence[str],
        groups: np.ndarray | None = None,
        order: np.ndarray | None = None,
    ) -> Split:
        """Split rows into a test part and folds, stratified where rows are not in an order.

        The same arguments give the same split in every process, whatever random numbers were
        drawn before. The test part does not depend on the number of folds, nor the first repeat
        on how many follow.

        Args:
            y: The class of each row, (rows,) int64.
            classes: The labels, for errors.
            groups: The number of each row's group, (rows,) int64; no group is on both sides of a
                split, and the classes' shares are then as equal as whole groups allow. None where
                each row stands for itself.
            order: The place of each row in an order, (rows,) int64: see `split_in_order`. None
                where rows are in no order.

        Raises:
            DataError: A number is out of its range, a class, the groups or the places of the order
                are too few, or rows are to be in an order and more.
        """
        check_arguments(self.folds, self.test_size, self.seed)
        totals = np.bincount(y, minlength=len(classes))
        check_rarest(totals, totals, classes=classes, folds=2)
        if order is not None:
            check_order_alone(groups is not None, self.repeats)
            split = split_in_order(order, folds=self.folds, test_size=self.test_size)
            check_classes_of_folds(y, split.folds, classes=classes, why=TOO_EARLY)
            return split
        if groups is not None:
            check_groups(groups, self.folds, tested=False)
        test_seed, fold_seed = np.random.SeedSequence(self.seed).spawn(2)
        test = self._hold_out(y, len(classes), groups, _random_state(test_seed))
        train = np.delete(np.arange(len(y)), test)
        counts = np.bincount(y[train], minlength=len(classes))
        check_rarest(counts, totals, classes=classes, folds=self.folds)
        own = None if groups is None else groups[train]
        if own is not None:
            check_groups(own, self.folds, tested=bool(len(test)))
        validations = self._validations(y[train], own, _random_state(fold_seed))
        split = make_split(test, [train[rows] for rows in validations])
        check_classes_of_folds(y, split.folds, classes=classes, why=TOO_FEW_GROUPS)
        return split

    def _hold_out(
        self,
        y: np.ndarray,
        classes: int,
        groups: np.ndarray | None,
        random_state: np.random.RandomState,
    ) -> np.ndarray:
        if self.test_size == 0:
            return to_row_numbers([])
        if groups is not None:
            return self._hold_out_groups(y, groups, random_state)
        rows = ceil(self.test_size * len(y))
        if rows < classes:
            least = ceil(100 * classes / len(y)) / 100
            raise DataError(
                f"test_size: {self.test_size} of {len(y)} rows is {rows}, fewer than the {classes} "
                f"classes; use --test-size {least} or more, or 0 for no test part"
            )
        from sklearn.model_selection import StratifiedShuffleSplit

        splitter = StratifiedShuffleSplit(1, test_size=self.test_size, random_state=random_state)
        _, test = next(splitter.split(y, y))
        return np.sort(to_row_numbers(test))

    def _hold_out_groups(
        self, y: np.ndarray, groups: np.ndarray, random_state: np.random.RandomState
    ) -> np.ndarray:
        """Draw groups many times; hold back the draw whose class counts are nearest to the share.

        scikit-learn has no stratified draw of groups.
        """
        from sklearn.model_selection import GroupShuffleSplit

        wanted = self.test_size * np.bincount(y)
        splitter = GroupShuffleSplit(_DRAWS, test_size=self.test_size, random_state=random_state)
        draws = [test for _, test in splitter.split(y, y, groups)]
        off = [np.abs(np.bincount(y[test], minlength=len(wanted)) - wanted).sum() for test in draws]
        return np.sort(to_row_numbers(draws[int(np.argmin(off))]))

    def _validations(
        self, y: np.ndarray, groups: np.ndarray | None, random_state: np.random.RandomState
    ) -> list[np.ndarray]:
        from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

        kind = StratifiedKFold if groups is None else StratifiedGroupKFold
        kfold = kind(self.folds, shuffle=True, random_state=random_state)  # which goes on drawing
        repeated = (kfold.split(y, y, groups) for _ in range(self.repeats))
        return [rows for folds in repeated for _, rows in folds]


def _random_state(seed: np.random.SeedSequence) -> np.random.RandomState:
    """Return the generator that scikit-learn takes; its own seeds end at 2³² − 1."""
    return np.random.RandomState(np.random.MT19937(seed))
