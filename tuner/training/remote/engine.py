"""The engine of a search: where its trials train."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tuner.errors import UserError, suggest_names

if TYPE_CHECKING:
    from tuner.training.remote.crew import Crew

__all__ = ["ENGINES", "LOCAL", "Engine"]

ENGINES = ("local", "ray")
"""`local` trains in the process that searches, `ray` in those of a cluster."""


@dataclass(frozen=True, slots=True)
class Engine:
    """Where the trials of a search train. It changes no result, so it is no part of a study.

    Attributes:
        name: `local` or `ray`.
        address: `HOST:PORT` of the cluster's head, or `auto` for the cluster of this machine. None
            for the variable RAY_ADDRESS; if that is not set, a cluster is started here.
        workers: How many processes train. None for one a core of the cluster, or one a GPU.

    Raises:
        UserError: There is no such engine, or it does not go with the others.
    """

    name: str = "local"
    address: str | None = None
    workers: int | None = None

    def __post_init__(self) -> None:
        if self.name not in ENGINES:
            raise UserError(
                f"--engine: there is no engine {self.name}; {suggest_names(self.name, ENGINES)}"
            )
        for option, value in (("--ray-address", self.address), ("--ray-workers", self.workers)):
            if value is not None and self.name != "ray":
                raise UserError(f"{option}: give --engine ray, too, or leave it out")
        if self.workers is not None and self.workers < 1:
            raise UserError(f"--ray-workers: {self.workers} is too small; give at least 1")

    def check(self) -> None:
        """Check that the engine is there, before anything is written.

        Raises:
            UserError: It is not installed, or does not answer.
        """
        if self.name == "ray":
            from tuner.training.remote.ray_answers import check_ray

            check_ray(self.address)

    @contextmanager
    def open(
        self,
        trainer: str,
        prepare: Callable[[], None] = lambda: None,
        *,
        on_note: Callable[[str], None],
    ) -> Iterator[Crew | None]:
        """Have workers while the context is open, as `start` brings them.

        Args:
            trainer: The name of the trainer.
            prepare: Imports what this process needs. It is called while Ray starts, in another
                thread: Ray would end with the one that started it.
            on_note: Told what a person should know about the workers.
        """
        if self.name == "local":
            prepare()
            yield None
            return
        with ThreadPoolExecutor(1) as pool:
            prepared = pool.submit(prepare)
            crew = self.start(trainer, on_note)
        try:
            prepared.result()
            yield crew
        finally:
            if crew is not None:
                crew.close()

    def start(
        self, trainer: str, on_note: Callable[[str], None] = lambda note: None
    ) -> Crew | None:
        """Ask for workers, which begin to import TensorFlow while this process goes on.

        Args:
            trainer: The name of the trainer.
            on_note: Told what a person should know about the workers.

        Returns:
            The crew, which the caller closes; None if trials train in this process.

        Raises:
            UserError: The cluster cannot be reached.
        """
        if self.name == "local":
            return None
        from tuner.training.remote.ray_connection import RayConnection
        from tuner.training.remote.ray_crew import RayCrew

        return RayCrew(RayConnection(self.address), trainer, self.workers, on_note=on_note)


LOCAL = Engine()
"""Trains in the process that searches."""
