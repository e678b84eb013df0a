"""Estimates how many seconds a trial takes, from trials that this run has trained."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

import keras_tuner

from tuner.space import Value
from tuner.training import Job, TrialResult

__all__ = ["TrialSeconds", "Work"]


class Work(NamedTuple):
    """What an epoch of a trial takes, in units of which only ratios matter.

    Attributes:
        steps: Steps of its networks.
        products: Multiplications of numbers, in all its steps.
    """

    steps: float
    products: float


class TrialSeconds:
    """Estimates how many seconds a trial takes.

    A trial takes at most as long as one that has more to do, and at most so many times longer than
    one that has less to do: each step has a cost of its own, whatever its size. Of the estimates
    from all trials so far the lowest is closest.

    Args:
        hypermodel: If it has a method `measure_work(values)`, that returns the `Work` of the
            network with these active hyperparameters; of any other hypermodel nothing is known.
    """

    def __init__(self, hypermodel: keras_tuner.HyperModel) -> None:
        self._measure: Callable[[Mapping[str, Value]], Work] | None
        self._measure = getattr(hypermodel, "measure_work", None)
        self._known: list[tuple[Work, float]] = []  # with seconds of an epoch

    def add(self, values: Mapping[str, Value], result: TrialResult) -> None:
        """Add a trial that has ended.

        Args:
            values: Its active hyperparameters.
            result: Its result; one without an epoch says nothing.
        """
        epochs = len(next(iter(result.curves.get("loss", ())), ()))
        if self._measure is not None and epochs:
            self._known.append((self._measure(values), result.seconds / epochs))

    def estimate(self, job: Job, epochs: int) -> float | None:
        """Return the seconds of a trial. None if it is not known.

        Args:
            job: The trial.
            epochs: The most epochs of a trial.
        """
        if self._measure is None or not self._known:
            return None
        work = self._measure(job.hyperparameters.values)
        epoch = min(
            seconds * max(work.steps / known.steps, 1.0) * max(work.products / known.products, 1.0)
            for known, seconds in self._known
        )
        return epoch * (job.epochs or epochs)
