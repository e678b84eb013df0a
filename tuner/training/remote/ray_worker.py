"""A worker of a search as an actor of Ray."""

import socket
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from tuner.errors import EngineLost, UserError, one_line
from tuner.training.plan import Job
from tuner.training.remote.crew import RESUME
from tuner.training.remote.messages import Context, Stored, WorkerReport
from tuner.training.remote.worker import Worker

__all__ = ["RayWorker"]


class RayWorker(Worker):
    """Takes what units have in common from Ray's object store, and keeps it from unit to unit.

    The arrays of the rows stay in the store, which all workers of a machine share.

    Args:
        trainer: The name of the trainer.
        cores: How many cores it may use.
        environment: Variables of the searching process that decide TensorFlow's numbers.
    """

    def __init__(self, trainer: str, cores: int, environment: Mapping[str, str]) -> None:
        super().__init__(trainer, cores, environment, keep=_keep)
        self._loaded: Any = None
        self._context: Context | None = None

    def begin_unit(
        self, context: Sequence[Any], jobs: Sequence[Job], seconds: float
    ) -> WorkerReport:
        """Begin to train a unit, and report that.

        Args:
            context: Holds the reference of what the units have in common. As an argument of its
                own, Ray would load it before each call.
            jobs: The trials of the unit.
            seconds: In which the rows must come.
        """
        self.begin(partial(self._load, context[0], seconds), jobs)
        return WorkerReport()

    def _load(self, reference: Any, seconds: float) -> Context:
        if self._context is None or reference != self._loaded:
            self._context = _fetch(reference, seconds)
            self._loaded = reference
        return self._context


def _fetch(reference: Any, seconds: float) -> Context:
    """Return what units have in common.

    Raises:
        UserError: It came, but this process cannot read it.
        EngineLost: It did not come.
    """
    import ray

    try:
        return ray.get(reference, timeout=seconds)
    except ray.exceptions.RaySystemError as error:  # with what unpickling raised
        raise UserError(
            f"--engine ray: the worker on {socket.gethostname()} cannot read the hypermodel or "
            f"what its fit is given ({_shorten(error)}); install the same packages on all "
            "machines, and put modules of your own where all can import them"
        ) from error
    except ray.exceptions.RayError as error:
        why = f"within {seconds:.0f} s" if isinstance(error, TimeoutError) else _shorten(error)
        raise EngineLost(
            f"the rows did not come to the worker on {socket.gethostname()} ({why}); see that the "
            f"machines of the cluster reach one another at all ports, {RESUME}"
        ) from error


def _keep(value: Any) -> Stored:
    """Keep something in the object store of this machine; return what brings it from there.

    Raises:
        EngineLost: The store and the disk are full.
    """
    import ray

    try:
        return Stored(ray.put(value))
    except ray.exceptions.RayError as error:
        raise EngineLost(
            f"the worker on {socket.gethostname()} cannot keep what it has trained "
            f"({_shorten(error)}); make room there, {RESUME}"
        ) from error


def _shorten(error: Exception) -> str:
    """Return the first line of an error, which Ray's explanations follow."""
    return one_line(Exception(str(error).partition("\n")[0])).partition(": ")[2]
