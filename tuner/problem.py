"""The rows and folds on which every trial of a study is trained and scored."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np

from tuner.data import Scaler, fit_scaler
from tuner.errors import DataError
from tuner.folds import Fold
from tuner.scoring import Truth

__all__ = ["ALL_ROWS", "Inputs", "Problem", "list_inputs", "map_inputs", "take_rows"]

# The number of the only "fold" of the final training, which has all training rows.
ALL_ROWS = 1_000_000

Inputs: TypeAlias = np.ndarray | tuple[np.ndarray, ...] | dict[str, np.ndarray]
"""The features of rows: one array, or those of a network's inputs by position or by name."""


def map_inputs(function: Callable[[Any], Any], x: Any) -> Any:
    """Return the results of a function for each array of the inputs, in the same structure."""
    if isinstance(x, dict):
        return {name: function(values) for name, values in x.items()}
    if isinstance(x, tuple):
        return tuple(map(function, x))
    return function(x)


def list_inputs(x: Inputs) -> list[np.ndarray]:
    """Return the arrays of the inputs."""
    if isinstance(x, dict):
        return list(x.values())
    return list(x) if isinstance(x, tuple) else [x]


def take_rows(x: Any, rows: Any) -> Any:
    """Return rows of each array of the inputs, in the same structure.

    Args:
        x: Inputs, or anything else with rows.
        rows: Row numbers, or a slice.
    """
    return map_inputs(lambda values: values[rows], x)


@dataclass(frozen=True)
class Problem:
    """Encoded rows and the folds on which every trial is trained and scored.

    Attributes:
        x: Encoded rows, shape `(rows, …)`, float32; a missing number is NaN. A network of a
            Python program may also take several arrays, by position (tuple) or by name (dict),
            whole numbers and texts.
        y: Class of each row, shape `(rows,)`.
        folds: The folds, repeat after repeat; all repeats have the same number. The validation
            parts of a repeat partition the training rows, but those of ordered rows leave out
            the first ones.
        scalings: How each feature is scaled by a fold's training rows, a `Scaling`, shape
            `(features,)`. None to leave rows as they are.
        streams: Number of each fold's random streams; None for the fold's place.
        class_weight: `balanced` to give all classes of a fold's training rows the same weight in
            the training loss; or the weight of each class, shape `(classes,)`; None to give the
            same weight to all rows. Scores do not depend on it.
        groups: Group of each row, shape `(rows,)`; no group is on both sides of a fold. None if
            rows are not grouped.
        channels: Number of channels, if rows are images to standardise.
        row_weights: The weight of each row in the training loss, which its class's multiplies;
            shape `(rows,)`, float32. None for 1. Scores do not depend on it.
        one_hot: Whether classes came as one-hot rows: a loss of the hypermodel's own takes these.
    """

    x: Inputs
    y: np.ndarray
    folds: tuple[Fold, ...]
    scalings: np.ndarray | None = None
    streams: tuple[int, ...] | None = None
    class_weight: str | np.ndarray | None = None
    groups: np.ndarray | None = None
    channels: int | None = None
    row_weights: np.ndarray | None = None
    one_hot: bool = False

    @property
    def array(self) -> np.ndarray:
        """The features, of a problem whose networks have one input."""
        assert isinstance(self.x, np.ndarray)
        return self.x

    @cached_property
    def classes(self) -> int:
        """Number of classes."""
        return int(self.y.max()) + 1

    @cached_property
    def row_elements(self) -> int:
        """How many values a row has."""
        return int(sum(values[:1].size for values in list_inputs(self.x)))

    def find_stream(self, fold: int) -> int:
        """Return the number of a fold's random streams."""
        return fold if self.streams is None else self.streams[fold]

    def merge_folds(self, networks: Sequence[int] = (0,)) -> Problem:
        """Return the problem with a fold for each of some networks, all on all training rows.

        A fold must have a validation row: it is a training row here, and its score means nothing.

        Args:
            networks: Numbers of a trial's networks; each has its own random streams.
        """
        streams = tuple(ALL_ROWS + network for network in networks)
        fold = Fold(self.rows, self.rows[:1])
        return replace(self, folds=(fold,) * len(streams), streams=streams)

    def take_folds(self, folds: int | None) -> Problem:
        """Return the problem with the first so many folds only; None for all of them."""
        if folds is None:
            return self
        streams = None if self.streams is None else self.streams[:folds]
        return replace(self, folds=self.folds[:folds], streams=streams)

    def keep_training_rows(self, fold: int) -> Problem:
        """Return the problem whose only rows are the training rows of a fold."""
        train = self.folds[fold].train
        return replace(self, folds=(Fold(train, train[:1]),))

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
        if self.scalings is None:
            return None
        return fit_scaler(self.array, rows, self.scalings, channels=self.channels)

    def compute_class_weights(self, rows: np.ndarray) -> np.ndarray | None:
        """Return the weight of each class in the training loss.

        Balanced weights are computed on these rows. Class c has the weight n / (K nc), where n is
        the number of rows, nc the number of rows of class c, and K the number of classes that have
        rows, as in scikit-learn. The mean of the weights over the rows is 1.

        Returns:
            Shape `(classes,)`, float32, with 0 for classes without rows; None if all rows have
            the weight 1.
        """
        if self.class_weight is None or isinstance(self.class_weight, np.ndarray):
            return self.class_weight
        counts = np.bincount(self.y[rows], minlength=self.classes)
        weights = len(rows) / (np.count_nonzero(counts) * np.maximum(counts, 1))
        return np.where(counts, weights, 0.0).astype(np.float32)

    def check_weights(self, place: str) -> None:
        """Refuse weights of which all that a fold trains with are 0: its network learns nothing.

        Args:
            place: What the weights are, at the beginning of the error, such as `--class-weight`.

        Raises:
            DataError: The training rows of a fold have no weight above 0 in float32.
        """
        for number, fold in enumerate(self.folds):
            by_class = self.compute_class_weights(fold.train)
            weights = np.float32(1) if by_class is None else by_class[self.y[fold.train]]
            if self.row_weights is not None:
                weights = weights * self.row_weights[fold.train]
            if not np.any(weights):
                raise DataError(
                    f"{place}: all training rows of fold {number} have the weight 0, so that "
                    "nothing is learned from them; give more rows a weight above 0"
                )
