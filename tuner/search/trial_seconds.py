"""Estimates how many seconds a trial takes, from trials that this run has trained."""

import math
from collections.abc import Mapping
from typing import NamedTuple

import keras_tuner

from tuner.space import Value, find_space, plans_schedules
from tuner.training import Job, TrialResult

__all__ = ["TrialSeconds"]


class _Work(NamedTuple):
    """What an epoch of a trial takes, in units of which only ratios matter.

    Attributes:
        steps: Steps of its networks.
        products: Multiplications of numbers, in all its steps.
    """

    steps: float
    products: float


class TrialSeconds:
    """Estimates how many seconds a trial takes, if its schedule is planned for all of them.

    A trial takes at most as long as one that has more to do, and at most so many times longer than
    one that has less to do: each step has a cost of its own, whatever its size. Of the estimates
    from all trials so far the lowest is closest.

    Args:
        hypermodel: Describes the networks of a space. Of other hypermodels nothing is known.
    """

    def __init__(self, hypermodel: keras_tuner.HyperModel) -> None:
        space = find_space(hypermodel)
        self._is_known = space is not None and plans_schedules(space)
        self._hypermodel = hypermodel
        self._trained: list[tuple[_Work, float]] = []  # with seconds of an epoch

    def add(self, values: Mapping[str, Value], result: TrialResult) -> None:
        """Add a trial that has ended.

        Args:
            values: Its active hyperparameters.
            result: Its result; one without an epoch says nothing.
        """
        epochs = len(next(iter(result.curves.get("loss", ())), ()))
        if self._is_known and epochs:
            self._trained.append((self._measure(values), result.seconds / epochs))

    def estimate(self, job: Job, epochs: int) -> float | None:
        """Return the seconds of a trial. None if it is not known.

        Args:
            job: The trial.
            epochs: The most epochs of a trial.
        """
        if not self._trained:
            return None
        values = job.hyperparameters.values
        work = self._measure(values)
        epoch = min(
            seconds * max(work.steps / known.steps, 1.0) * max(work.products / known.products, 1.0)
            for known, seconds in self._trained
        )
        return float(epoch * (job.epochs or epochs) * values.get("length", 1.0))

    def _measure(self, values: Mapping[str, Value]) -> _Work:
        kernels = self._hypermodel.describe_network(values).kernels
        return _Work(1 / float(values["batch_size"]), float(sum(map(math.prod, kernels))))
