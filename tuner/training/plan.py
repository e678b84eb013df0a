"""The input of a trainer: the plan of a study, and the trials or final networks to train."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from tuner.scoring import OBJECTIVES, Objective
from tuner.training.fold_networks import FoldNetworks
from tuner.training.race import Race

if TYPE_CHECKING:
    import keras_tuner

__all__ = ["FinalJob", "Hooks", "Job", "Plan"]


def _never() -> bool:
    return False


def _always(job: Job) -> bool:
    return True


def _ignore(*said: object) -> None:
    pass


@dataclass(frozen=True, slots=True)
class Hooks:
    """What a search hears of its trials while they train, and by what it steers them.

    Attributes:
        race: Ends trials that are clearly beaten; None if every trial trains to its end.
        fold_networks: Keeps the trained networks of the folds. None to keep none.
        time_is_up: Returns whether the time limit is reached. Trials then end with the epochs
            that they have, and no others begin. Any thread can call it.
        begin: Asked before a trial begins; returns False if it could not end in time. A trainer
            begins its first trial whatever the answer. Any thread can call it.
        ask_more: Returns further trials, for a trainer whose workers would wait for the last trials
            of a cohort; nothing if the search has none before others have ended.
        on_epoch: Told a trial's number and the epochs that it has trained, after each of them, from
            any thread.
        on_note: Told what a person should know about how trials are trained.
    """

    race: Race | None = None
    fold_networks: FoldNetworks | None = None
    time_is_up: Callable[[], bool] = _never
    begin: Callable[[Job], bool] = _always
    ask_more: Callable[[], Sequence[Job]] = tuple
    on_epoch: Callable[[int, int], None] = _ignore
    on_note: Callable[[str], None] = _ignore


@dataclass(frozen=True, slots=True)
class Plan:
    """How every trial of a study is trained.

    Attributes:
        epochs: Most epochs of a trial.
        patience: A trial ends after this many epochs without a better score.
        objective: The objective by which the best epoch and trial are chosen.
        seed: The study's seed.
        arguments: What a person gave `KFoldTuner.search` for `HyperModel.fit`, by name.
        hooks: Those of the search that trains them; none for trials that train by themselves.
    """

    epochs: int = 50
    patience: int = 10
    objective: Objective = field(default_factory=lambda: OBJECTIVES["cross_entropy"])
    seed: int = 0
    arguments: Mapping[str, Any] = field(default_factory=dict)
    hooks: Hooks = field(default_factory=Hooks)

    def take_folds(self, folds: int | None) -> Plan:
        """Return the plan of trials of the first so many folds; networks of some are not kept."""
        return (
            self if folds is None else replace(self, hooks=replace(self.hooks, fold_networks=None))
        )

    def detach(self) -> Plan:
        """Return the plan without hooks."""
        return replace(self, hooks=Hooks())


@dataclass(frozen=True, slots=True)
class Job:
    """A trial to train on all folds, or on the first ones.

    Attributes:
        trial: The trial's number.
        hyperparameters: The trial's active hyperparameters.
        epochs: Most epochs of this trial, at most the plan's; None for the plan's. A smaller
            number only ends the trial earlier: a schedule still runs over the plan's epochs.
        folds: How many folds it trains, from the first on; None for all. With fewer than all, its
            result is that of their rows alone, and its networks are not kept.
    """

    trial: int
    hyperparameters: keras_tuner.HyperParameters
    epochs: int | None = None
    folds: int | None = None

    @property
    def is_trial(self) -> bool:
        """Whether it is a trial of the study, which trains on all folds."""
        return self.folds is None

    def limit_epochs(self, wanted: int | None) -> int | None:
        """Return the most epochs of the trial if its `fit` wants so many; None for the plan's."""
        return min((most for most in (self.epochs, wanted) if most is not None), default=None)


@dataclass(frozen=True, slots=True)
class FinalJob:
    """A network to train on all training rows.

    Attributes:
        job: The trial whose network it is.
        epochs: Number of epochs, the trial's best one over its folds.
        network: Which of several networks of the trial; it determines the random streams.
        curves: The trial's curves, means over folds by epoch. A learning rate may depend on them.
    """

    job: Job
    epochs: int
    network: int = 0
    curves: Mapping[str, Sequence[float]] = field(default_factory=dict)
