"""Encoded rows and the folds on which every trial is evaluated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from tuner.data import Scaler, fit_scaler
from tuner.folds import Fold
from tuner.scoring import Truth

__all__ = ["ALL_ROWS", "Problem"]

# The "fold" of the final training, which is on all training rows.
ALL_ROWS = 1_000_000


@dataclass(frozen=True)
class Problem:
    """Encoded rows and the folds on which every trial is evaluated.

    Attributes:
        x: Shape `(rows, …)`, float32; NaN where a number is missing.
        y: Class numbers, shape `(rows,)`.
        folds: Row numbers of each fold, of each repeat as many, repeat after repeat. The
            validation parts of a repeat partition the training rows; those of an order leave
            the first ones out.
        scaled: Which features are standardised on each fold's training rows, shape
            `(features,)`; None where rows are taken as they are.
        streams: By what number each fold's random streams go; None for its place.
        class_weight: `balanced` where the classes of a fold's training rows weigh alike in the
            loss that is trained on; None where rows do. Scores know nothing of it.
        groups: The group of each row, shape `(rows,)`, none of which is on both sides of a fold;
            None where each row stands for itself.
        channels: Where rows are images that are standardised, their channels.
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
        """Return the number by which the random streams of a fold go."""
        return fold if self.streams is None else self.streams[fold]

    def merge_folds(self, network: int = 0) -> Problem:
        """Return the problem of training on all training rows, in a single fold.

        A fold must hold some row out; this one's is a training row, and its score worth nothing.

        Args:
            network: Which of several networks of one trial; each has random streams of its own.
        """
        streams = (ALL_ROWS + network,)
        return replace(self, folds=(Fold(self.rows, self.rows[:1]),), streams=streams)

    @cached_property
    def rows(self) -> np.ndarray:
        """The training rows, shape `(training rows,)`, ascending."""
        every = [rows for fold in self.folds for rows in (fold.train, fold.validation)]
        return np.unique(np.concatenate(every))

    @cached_property
    def scored(self) -> np.ndarray:
        """The training rows that are validated, shape `(scored rows,)`, ascending."""
        return np.unique(np.concatenate([fold.validation for fold in self.folds]))

    @cached_property
    def repeats(self) -> int:
        """How often each of these is."""
        return sum(self.fold_rows) // len(self.scored)

    @cached_property
    def truth(self) -> Truth:
        """What out-of-fold predictions are held against: that of `scored`."""
        groups = None if self.groups is None else self.groups[self.scored]
        return Truth(self.y[self.scored], groups)

    @cached_property
    def places(self) -> tuple[np.ndarray, ...]:
        """Where each fold's validation rows stand among `scored`, repeat after repeat."""
        of_repeat, rows = len(self.folds) // self.repeats, len(self.scored)
        return tuple(
            np.searchsorted(self.scored, fold.validation) + number // of_repeat * rows
            for number, fold in enumerate(self.folds)
        )

    def order_by_row(self, by_fold: Sequence[np.ndarray]) -> np.ndarray:
        """Put what each fold predicts of its validation rows where these stand.

        Args:
            by_fold: Each of shape `(validation rows, classes)`.

        Returns:
            Shape `(scored rows, classes)`, or `(repeats, …)` of that where there are several.
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
        """Validation rows of each fold."""
        return [len(fold.validation) for fold in self.folds]

    def fit_scaler(self, rows: np.ndarray) -> Scaler | None:
        """Return the scaling that is fitted on these rows alone."""
        if self.scaled is None:
            return None
        return fit_scaler(self.x, rows, self.scaled, channels=self.channels)

    def compute_class_weights(self, rows: np.ndarray) -> np.ndarray | None:
        """Return what a row of each class weighs in the training loss, fitted on these rows alone.

        n / (K nc) for each of the K classes that are among n rows, nc of them of class c, as
        scikit-learn has it: the weights' mean over the rows is 1.

        Returns:
            Shape `(classes,)`, float32, 0 for classes without rows; None where all rows weigh 1.
        """
        if self.class_weight is None:
            return None
        counts = np.bincount(self.y[rows], minlength=int(self.y.max()) + 1)
        weights = len(rows) / (np.count_nonzero(counts) * np.maximum(counts, 1))
        return np.where(counts, weights, 0.0).astype(np.float32)
