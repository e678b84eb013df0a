"""Splits rows: stratified, with the rows of a group on one side, or in an order.

scikit-learn is imported where it is used, so that reading a stored split does not need it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tuner.folds.ordered import split_in_order
from tuner.folds.refusals import (
    TOO_EARLY,
    TOO_FEW_GROUPS,
    RareClassError,
    check_arguments,
    check_classes_of_folds,
    check_groups,
    check_order_alone,
    check_rarest,
    check_roc_curves,
    check_test_groups,
    check_test_size,
)
from tuner.folds.split import Split, make_split, to_row_numbers

__all__ = ["Splitter"]

_MANY_GROUPS = 10  # per fold: so many of a class never come to lie in one fold and the test part
_DRAWS = 100  # of groups for a test part; the draw that is most like all rows is taken


@dataclass(frozen=True, slots=True)
class Splitter:
    """Splits rows into a test part and folds.

    Attributes:
        folds: Number of folds, at least 2.
        test_size: Share of the rows to hold back, at most 0.5; 0 for no test part.
        seed: Any whole number from 0.
        repeats: Number of times that the rows outside the test part are cut into folds.
        needs_two_classes: Whether folds are scored by ROC curves, which take rows of two classes.
    """

    folds: int
    test_size: float
    seed: int
    repeats: int = 1
    needs_two_classes: bool = False

    def split(
        self,
        y: np.ndarray,
        *,
        classes: Sequence[str],
        groups: np.ndarray | None = None,
        order: np.ndarray | None = None,
    ) -> Split:
        """Split rows into a test part and folds; the split is stratified unless there is an order.

        The same arguments give the same split in every process. The test part does not depend on
        the number of folds, and the first repeat does not depend on the number of repeats.

        Args:
            y: The class of each row, shape `(rows,)`, int64.
            classes: The labels, for errors.
            groups: The group of each row, shape `(rows,)`, int64. No group is on both sides of a
                split, so the shares of the classes are only as equal as groups allow. None if
                rows are not grouped.
            order: The place of each row in an order, shape `(rows,)`, int64, for
                `split_in_order`; None if rows have no order.

        Raises:
            DataError: A number is out of its range; there are too few rows of a class, groups or
                places; an order is combined with groups or repeats; or no fold has a ROC curve.
        """
        check_arguments(self.folds, self.test_size, self.seed)
        totals = np.bincount(y, minlength=len(classes))
        check_rarest(totals, totals, classes=classes, folds=2)
        if order is not None:
            check_order_alone(groups is not None, self.repeats)
            split = split_in_order(order, folds=self.folds, test_size=self.test_size)
            check_classes_of_folds(y, split.folds, classes=classes, why=TOO_EARLY)
        else:
            split = self._split_at_random(y, totals, classes, groups)
        if self.needs_two_classes:
            check_roc_curves(y, split.folds)
        return split

    def find_rare(
        self, y: np.ndarray, groups: np.ndarray | None = None, order: np.ndarray | None = None
    ) -> np.ndarray:
        """Return the classes without which a split can be made, since they have too few rows.

        Args:
            y: The class of each row, shape `(rows,)`, int64.
            groups: As for `split`.
            order: As for `split`.

        Returns:
            The numbers of these classes, ascending, shape `(rare,)`, int64; empty if not even two
            classes would be left.

        Raises:
            DataError: As `split`, for another reason than a class with too few rows.
        """
        rare = to_row_numbers([])
        if order is None and self._has_enough(y, groups):
            return rare
        while True:  # without some rows the split is another one, for which others may be rare
            kept = np.isin(y, rare, invert=True)
            names, own = np.unique(y[kept], return_inverse=True)
            if len(names) < 2:
                return to_row_numbers([])
            related = {"groups": groups, "order": order}
            left = {role: None if v is None else v[kept] for role, v in related.items()}
            try:
                self.split(own, classes=[str(name) for name in names], **left)
            except RareClassError as error:
                rare = np.union1d(rare, names[error.rare])
            else:
                return rare

    def _has_enough(self, y: np.ndarray, groups: np.ndarray | None) -> bool:
        """Return whether it is certain, without a split, that no class has too few rows."""
        if groups is None:
            counts = np.bincount(y)
            in_folds = counts - np.ceil(self.test_size * counts)
            return bool(in_folds.min() >= max(self.folds, 2))
        pairs = np.unique(y * (int(groups.max()) + 1) + groups) // (int(groups.max()) + 1)
        return bool(np.bincount(pairs).min() >= _MANY_GROUPS * self.folds)

    def _split_at_random(
        self,
        y: np.ndarray,
        totals: np.ndarray,
        classes: Sequence[str],
        groups: np.ndarray | None,
    ) -> Split:
        if groups is not None:
            check_groups(groups, self.folds, tested=False)
        test_seed, fold_seed = np.random.SeedSequence(self.seed).spawn(2)
        test = self._hold_out(y, len(classes), groups, _make_random_state(test_seed))
        train = np.delete(np.arange(len(y)), test)
        counts = np.bincount(y[train], minlength=len(classes))
        check_rarest(counts, totals, classes=classes, folds=self.folds)
        own = None if groups is None else groups[train]
        if own is not None:
            check_groups(own, self.folds, tested=bool(len(test)))
        validations = self._draw_validations(y[train], own, _make_random_state(fold_seed))
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
            check_test_groups(groups, self.test_size, folds=self.folds)
            return self._hold_out_groups(y, groups, random_state)
        check_test_size(np.bincount(y, minlength=classes), self.test_size, folds=self.folds)
        from sklearn.model_selection import StratifiedShuffleSplit

        splitter = StratifiedShuffleSplit(1, test_size=self.test_size, random_state=random_state)
        _, test = next(splitter.split(y, y))
        return np.sort(to_row_numbers(test))

    def _hold_out_groups(
        self, y: np.ndarray, groups: np.ndarray, random_state: np.random.RandomState
    ) -> np.ndarray:
        """Draw test groups many times, and take the draw with the most proportional class counts.

        scikit-learn has no stratified draw of groups.
        """
        from sklearn.model_selection import GroupShuffleSplit

        wanted = self.test_size * np.bincount(y)
        splitter = GroupShuffleSplit(_DRAWS, test_size=self.test_size, random_state=random_state)
        draws = [test for _, test in splitter.split(y, y, groups)]
        off = [np.abs(np.bincount(y[test], minlength=len(wanted)) - wanted).sum() for test in draws]
        return np.sort(to_row_numbers(draws[int(np.argmin(off))]))

    def _draw_validations(
        self, y: np.ndarray, groups: np.ndarray | None, random_state: np.random.RandomState
    ) -> list[np.ndarray]:
        from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

        kind = StratifiedKFold if groups is None else StratifiedGroupKFold
        kfold = kind(self.folds, shuffle=True, random_state=random_state)  # each call draws on
        repeated = (kfold.split(y, y, groups) for _ in range(self.repeats))
        return [rows for folds in repeated for _, rows in folds]


def _make_random_state(seed: np.random.SeedSequence) -> np.random.RandomState:
    """Return a generator for scikit-learn, whose own seeds end at 2³² − 1."""
    return np.random.RandomState(np.random.MT19937(seed))
