"""What a trainer is given: the rows and folds, and how long and towards what to train."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from tuner.data import Scaler, fit_scaler
from tuner.folds import Fold
from tuner.training.objectives import OBJECTIVES, Objective
from tuner.training.race import Race
from tuner.training.streams import ALL_ROWS
from tuner.training.truth import Truth

if TYPE_CHECKING:
    import keras_tuner

__all__ = ["Final", "Job", "Plan", "Problem"]


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

    def stream(self, fold: int) -> int:
        """Return the number by which the random streams of a fold go."""
        return fold if self.streams is None else self.streams[fold]

    def whole(self, network: int = 0) -> Problem:
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

    def in_row_order(self, by_fold: Sequence[np.ndarray]) -> np.ndarray:
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

    def scaler(self, rows: np.ndarray) -> Scaler | None:
        """Return the scaling that is fitted on these rows alone."""
        if self.scaled is None:
            return None
        return fit_scaler(self.x, rows, self.scaled, channels=self.channels)

    def class_weights(self, rows: np.ndarray) -> np.ndarray | None:
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


def _never() -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Plan:
    """How every trial of a study is trained.

    Attributes:
        epochs: Most epochs of a trial.
        patience: Epochs without a better mean over folds after which a trial stops.
        objective: What the best epoch and trial are chosen by.
        seed: The study's seed.
        race: Ends trials that are clearly beaten; None where every trial trains to its end.
        time_is_up: Says when trials end as they are, and no others begin; any thread may ask.
    """

    epochs: int = 50
    patience: int = 10
    objective: Objective = field(default_factory=lambda: OBJECTIVES["cross_entropy"])
    seed: int = 0
    race: Race | None = None
    time_is_up: Callable[[], bool] = _never


@dataclass(frozen=True, slots=True)
class Job:
    """One trial to train.

    Attributes:
        trial: Its number.
        hyperparameters: What acts in it.
        epochs: Most epochs of this trial, at most the plan's; None for the plan's. It ends a
            trial early, and changes nothing of what comes before, such as a schedule.
    """

    trial: int
    hyperparameters: keras_tuner.HyperParameters
    epochs: int | None = None


@dataclass(frozen=True, slots=True)
class Final:
    """A network to train on all training rows.

    Attributes:
        job: Its trial.
        epochs: Epochs to train, as the trial's folds chose them.
        network: Which of several networks of the trial; it decides the random streams.
    """

    job: Job
    epochs: int
    network: int = 0
