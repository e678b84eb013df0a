"""How long and towards what trials are trained, and which ones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tuner.scoring import OBJECTIVES, Objective
from tuner.training.race import Race

if TYPE_CHECKING:
    import keras_tuner

__all__ = ["FinalJob", "Job", "Plan"]


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
class FinalJob:
    """A network to train on all training rows.

    Attributes:
        job: Its trial.
        epochs: Epochs to train, as the trial's folds chose them.
        network: Which of several networks of the trial; it decides the random streams.
    """

    job: Job
    epochs: int
    network: int = 0
