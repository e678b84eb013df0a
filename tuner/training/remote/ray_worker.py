"""A worker of a search as an actor of Ray."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from tuner.training.plan import Job
from tuner.training.remote.messages import Context, Report, Stored
from tuner.training.remote.worker import Worker

__all__ = ["RayWorker"]

_LOAD_SECONDS = 600.0  # in which the rows must come


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

    def begin_unit(self, context: Sequence[Any], jobs: Sequence[Job]) -> Report:
        """Begin to train a unit, and report that.

        Args:
            context: Holds the reference of what the units have in common. As an argument of its
                own, Ray would load it before each call.
            jobs: The trials of the unit.
        """
        self.begin(partial(self._load, context[0]), jobs)
        return Report()

    def _load(self, reference: Any) -> Context:
        if self._context is None or reference != self._loaded:
            import ray

            self._context = ray.get(reference, timeout=_LOAD_SECONDS)
            self._loaded = reference
        return self._context


def _keep(value: Any) -> Stored:
    """Keep something in the object store of this machine; return what brings it from there."""
    import ray

    return Stored(ray.put(value))
