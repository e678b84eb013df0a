"""The workers of a search, whatever brings them: a cluster, or a test."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tuner.training.plan import Job
from tuner.training.remote.messages import Context, LostWorker, Orders, WorkerReport

__all__ = ["RESUME", "Crew", "CrewState", "Gone"]

RESUME = "and resume the study, with or without --engine ray: every trial in its journal is kept"
"""The end of a sentence that says why workers are gone, or cannot work."""


class Gone(Exception):
    """What is to be fetched was kept by a worker that is lost."""


@dataclass(frozen=True, slots=True)
class CrewState:
    """The workers of a search at one moment.

    Attributes:
        training: The trials that each worker trains, by the worker's name.
        idle: How many workers are ready and have nothing to train.
        starting: How many workers are asked for and not ready yet.
        lost: How many workers were lost so far.
    """

    training: Mapping[str, Sequence[int]] = field(default_factory=dict)
    idle: int = 0
    starting: int = 0
    lost: int = 0


class Crew(ABC):
    """Workers in other processes, each of which trains one unit at a time.

    The process that searches calls all methods, from one thread.

    Attributes:
        lost: How many workers were lost so far.
    """

    lost: int = 0

    @property
    @abstractmethod
    def size(self) -> int:
        """How many workers there are, or will soon be."""

    @property
    @abstractmethod
    def starting(self) -> int:
        """How many workers are asked for and not ready yet."""

    @abstractmethod
    def use(self, context: Context) -> None:
        """Say what the units that begin from now on have in common.

        Raises:
            UserError: It cannot be sent to other processes.
        """

    @abstractmethod
    def list_idle(self) -> list[Hashable]:
        """Return the workers that are ready and have nothing to train."""

    @abstractmethod
    def name(self, worker: Hashable) -> str:
        """Return how people know a worker."""

    @abstractmethod
    def begin(self, worker: Hashable, jobs: Sequence[Job]) -> None:
        """Let an idle worker train a unit."""

    @abstractmethod
    def wait(
        self, give_orders: Callable[[Hashable], Orders]
    ) -> list[tuple[Hashable, WorkerReport | LostWorker]]:
        """Wait about a second for the reports of workers that train.

        Args:
            give_orders: Returns the orders of a worker.

        Returns:
            The reports, and the workers that were lost; they are no longer part of the crew.

        Raises:
            EngineLost: There will be no workers any more.
        """

    @abstractmethod
    def fetch(self, kept: Any) -> Any:
        """Return what a worker may have kept: the result of a standing, or networks.

        Raises:
            Gone: The worker that kept it is lost.
        """

    @abstractmethod
    def stop_training(self) -> None:
        """Give up all units that train, without waiting for them."""

    @abstractmethod
    def close(self) -> None:
        """Let all workers go."""
