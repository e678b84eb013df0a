"""What the process that searches and those that train for it tell each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from tuner.problem import Problem
from tuner.training.plan import Plan
from tuner.training.result import TrialResult

if TYPE_CHECKING:
    import keras_tuner

__all__ = [
    "Context",
    "LostWorker",
    "Orders",
    "SentNetworks",
    "Standing",
    "Stored",
    "WorkerFacts",
    "WorkerReport",
]


@dataclass(frozen=True, slots=True)
class Context:
    """What all units of a search have in common.

    Attributes:
        problem: The rows and folds.
        hypermodel: Builds the networks.
        plan: How trials are trained, without what belongs to the searching process.
        rungs: The rungs of the race; None if trials do not race.
        policy: Keras's float types in the searching process.
        keeps_networks: Whether workers send the trained networks of folds.
    """

    problem: Problem
    hypermodel: keras_tuner.HyperModel
    plan: Plan
    rungs: tuple[int, ...] | None
    policy: str
    keeps_networks: bool


@dataclass(frozen=True, slots=True)
class WorkerFacts:
    """What a worker says of itself when it is ready.

    Attributes:
        host: The name of its machine.
        process: The number of its process.
        processor: The kind of its processor.
        versions: The versions that must be those of the searching process, by name.
    """

    host: str
    process: int
    processor: str
    versions: dict[str, str]


@dataclass(frozen=True, slots=True)
class Orders:
    """What a worker is told each time that it reports.

    Attributes:
        beaten: The trials of its unit that are known to be beaten.
        time_is_up: Whether the time limit is reached.
    """

    beaten: frozenset[int] = frozenset()
    time_is_up: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """A trial at a rung of the race.

    Attributes:
        trial: Its number.
        scores: The objective after each epoch so far.
        values: The objective at the best epoch so far, shape `(clusters,)`.
        result: The result of the epochs so far; or, if it is large, what `Crew.fetch` takes to
            bring it. It is only needed if the race ends the trial here.
        scored: Whether the result has its scores.
    """

    trial: int
    scores: Sequence[float]
    values: np.ndarray
    result: Any
    scored: bool


@dataclass(frozen=True, slots=True)
class SentNetworks:
    """The networks of the folds of a trial that has ended.

    Attributes:
        score: The trial's score.
        trainer: The name of the trainer that trained them, which knows the order of the values.
        nbytes: The bytes of the values.
        folds: The values of each fold's network; or, if they are large, what `Crew.fetch` takes to
            bring them.
    """

    score: float
    trainer: str
    nbytes: int
    folds: Any


@dataclass(frozen=True, slots=True)
class Stored:
    """What a worker keeps where it is, in the object store of its machine.

    Attributes:
        reference: Ray's reference to it.
    """

    reference: Any


@dataclass(slots=True)
class WorkerReport:
    """What a worker has to tell since its last report.

    Attributes:
        standings: The rungs that its trials reached, in the order of time.
        results: The trials that ended. Their last standings are in this report or an earlier one.
        networks: The networks of these trials or of some that are about to end, by trial.
        declared: The hyperparameters of trials that have more than they were given, because the
            hypermodel declared others while it trained, by trial; they end in this report.
        epochs: The epochs that trials have trained, by trial.
        notes: Texts for the user.
        error: The error that ended the unit; None if there was none.
        over: Whether the unit is over: the worker is free.
        silent: Seconds since the training last made progress.
    """

    standings: list[Standing] = field(default_factory=list)
    results: list[TrialResult] = field(default_factory=list)
    networks: dict[int, SentNetworks] = field(default_factory=dict)
    declared: dict[int, keras_tuner.HyperParameters] = field(default_factory=dict)
    epochs: dict[int, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    error: Exception | None = None
    over: bool = False
    silent: float = 0.0

    @property
    def is_urgent(self) -> bool:
        """Whether the searching process should learn of it at once."""
        return bool(self.standings or self.results or self.over)


@dataclass(frozen=True, slots=True)
class LostWorker:
    """A worker is gone, or is treated so.

    Attributes:
        reason: Why, in a few words.
        out_of_memory: Whether the memory of its machine was too small.
        with_node: Whether its machine is gone, too.
    """

    reason: str
    out_of_memory: bool = False
    with_node: bool = False
