"""The rows and folds on which every trial of a study is trained and scored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from tuner.data import Scaler, fit_scaler
from tuner.folds import Fold
from tuner.scoring import Truth

__all__ = ["ALL_ROWS", "Problem"]

# The number of the only "fold" of the final training, which has all training rows.
ALL_ROWS = 1_000_000


@dataclass(frozen=True)
class Problem:
    """Encoded rows and the folds on which every trial is trained and scored.

    Attributes:
        x: Encoded rows, shape `(rows, …)`, float32; a missing number is NaN.
        y: Class of each row, shape `(rows,)`.
        folds: The folds, repeat after repeat; all repeats have the same number. The validation
            parts of a repeat partition the training rows, but those of ordered rows leave out
            the first ones.
        scaled: Whether each feature is standardised on a fold's training rows, shape
            `(features,)`; None to leave rows as they are.
        streams: Number of each fold's random streams; None for the fold's place.
        class_weight: `balanced` to give all classes of a fold's training rows the same weight in
            the training loss; None to give it to all rows. Scores do not depend on it.
        groups: Group of each row, shape `(rows,)`; no group is on both sides of a fold. None if
            rows are not grouped.
        channels: Number of channels, if rows are images to standardise.
    """

    x: np.ndarray
    y: np.ndarray
    folds: tuple[Fold, ...]
    scaled: np.ndarray | None = None
    streams: tuple[int, ...] | None = None
    class_weight: str | None = None
    groups: np.ndarray | None = None
    channels: int | None = None

    def find_stream(self, fold: int) -> int:
        """Return the number of a fold's random streams."""
        return fold if self.streams is None else self.streams[fold]

    def merge_folds(self, network: int = 0) -> Problem:
        """Return the problem with a single fold, which trains on all training rows.

        A fold must have a validation row: it is a training row here, and its score means nothing.

        Args:
            network: Number of the network, if a trial has several; each has its own random
                streams.
        """
        streams = (ALL_ROWS + network,)
        return replace(self, folds=(Fold(self.rows, self.rows[:1]),), streams=streams)

    @cached_property
    def rows(self) -> np.ndarray:
        """Row numbers of the training rows, shape `(training rows,)`, ascending."""
        parts = [rows for fold in self.folds for rows in (fold.train, fold.validation)]
        return np.unique(np.concatenate(parts))

    @cached_property
    def scored(self) -> np.ndarray:
        """Row numbers of the rows that are validated, shape `(scored rows,)`, ascending."""
        return np.unique(np.concatenate([fold.validation for fold in self.folds]))

    @cached_property
    def repeats(self) -> int:
        """How many times each scored row is validated."""
        return sum(self.fold_rows) // len(self.scored)

    @cached_property
    def truth(self) -> Truth:
        """The true classes, groups and folds of the scored rows."""
        groups = None if self.groups is None else self.groups[self.scored]
        rows, repeat_folds = len(self.scored), len(self.folds) // self.repeats
        places = [places % rows for places in self.places]
        folds = tuple(
            tuple(places[first : first + repeat_folds])
            for first in range(0, len(places), repeat_folds)
        )
        return Truth(self.y[self.scored], groups, folds)

    @cached_property
    def places(self) -> tuple[np.ndarray, ...]:
        """The places of each fold's validation rows in `scored`, repeat after repeat."""
        repeat_folds, rows = len(self.folds) // self.repeats, len(self.scored)
        return tuple(
            np.searchsorted(self.scored, fold.validation) + number // repeat_folds * rows
            for number, fold in enumerate(self.folds)
        )

    def order_by_row(self, by_fold: Sequence[np.ndarray]) -> np.ndarray:
        """Put the predictions of all folds into the order of the scored rows.

        Args:
            by_fold: Predictions of each fold, shape `(validation rows, classes)`.

        Returns:
            Shape `(scored rows, classes)`, or `(repeats, scored rows, classes)` if there are
            several repeats.
        """
        ordered: np.ndarray = np.concatenate(by_fold)[self._row_order]
        if self.repeats == 1:
            return ordered
        return ordered.reshape(self.repeats, len(self.scored), -1)

    @cached_property
    def _row_order(self) -> np.ndarray:
        return np.argsort(np.concatenate(self.places))

    @property
    def fold_rows(self) -> list[int]:
        """Number of validation rows of each fold."""
        return [len(fold.validation) for fold in self.folds]

    @property
    def training_rows(self) -> int:
        """Number of training rows of an epoch, over all folds."""
        return sum(len(fold.train) for fold in self.folds)

    def fit_scaler(self, rows: np.ndarray) -> Scaler | None:
        """Return the scaling that is fitted on these rows; None to leave rows as they are."""
        if self.scaled is None:
            return None
        return fit_scaler(self.x, rows, self.scaled, channels=self.channels)

    def compute_class_weights(self, rows: np.ndarray) -> np.ndarray | None:
        """Return the weight of each class in the training loss, computed on these rows.

        Class c has the weight n / (K nc), where n is the number of rows, nc the number of rows of
        class c, and K the number of classes that have rows, as in scikit-learn. The mean of the
        weights over the rows is 1.

        Returns:
            Shape `(classes,)`, float32, with 0 for classes without rows; None if all rows have
            the weight 1.
        """
        if self.class_weight is None:
            return None
        counts = np.bincount(self.y[rows], minlength=int(self.y.max()) + 1)
        weights = len(rows) / (np.count_nonzero(counts) * np.maximum(counts, 1))
        return np.where(counts, weights, 0.0).astype(np.float32)
