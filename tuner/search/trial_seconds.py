"""Estimates how many seconds a trial takes, from those that this run trains or has trained."""

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass

import keras_tuner

from tuner.space import Value, find_space, plans_schedules
from tuner.training import Job

__all__ = ["TrialSeconds"]


@dataclass(slots=True)
class _Training:
    """How a trial trains, with what an epoch of it takes in units of which only ratios matter.

    Attributes:
        steps: Steps of its networks.
        products: Multiplications of numbers, in all its steps.
        epochs: The epochs that it has trained.
        begun: When it began, by `time.monotonic`.
        first: When its first epoch ended, which traces its program.
        last: When its last epoch so far ended.
    """

    steps: float
    products: float
    epochs: int
    begun: float
    first: float = 0.0
    last: float = 0.0

    def estimate(self, steps: float, products: float, epochs: float) -> float:
        """Return the seconds that a trial of other networks takes, from those of this one."""
        epoch = (self.last - self.first) / (self.epochs - 1)
        tracing = max(self.first - self.begun - epoch, 0.0)
        more = max(steps / self.steps, 1.0) * max(products / self.products, 1.0)
        return tracing + epochs * epoch * more


class TrialSeconds:
    """Estimates how many seconds a trial takes, if its schedule is planned for all of them.

    A trial takes at most as long as one that has more to do, and at most so many times longer than
    one that has less to do: each step has a cost of its own, whatever its size. Of the estimates
    from all trials so far the lowest is closest. Any thread can call any method.

    Args:
        hypermodel: Describes the networks of a space. Of other hypermodels nothing is known.
        epochs: The most epochs of a trial.
    """

    def __init__(self, hypermodel: keras_tuner.HyperModel, epochs: int) -> None:
        space = find_space(hypermodel)
        self._is_known = space is not None and plans_schedules(space)
        self._hypermodel = hypermodel
        self._epochs = epochs
        self._trainings: dict[int, _Training] = {}  # by the trial's number

    def estimate(self, job: Job) -> float | None:
        """Return the seconds of a trial that is to begin now. None if they are not known yet."""
        if not self._is_known:
            return None
        values: Mapping[str, Value] = job.hyperparameters.values
        size = self._hypermodel.describe_network(values)
        work = 1 / float(values["batch_size"]), float(sum(map(math.prod, size.kernels)))
        epochs = (job.epochs or self._epochs) * float(values.get("length", 1.0))
        estimates = [
            training.estimate(*work, epochs)
            for training in list(self._trainings.values())
            if training.epochs > 1
        ]
        self._trainings[job.trial] = _Training(*work, epochs=0, begun=time.monotonic())
        return min(estimates, default=None)

    def add_epoch(self, trial: int, epoch: int) -> None:
        """Add the end of an epoch of a trial."""
        training = self._trainings.get(trial)
        if training is None:
            return
        training.last = time.monotonic()
        if epoch == 1:
            training.first = training.last
        training.epochs = epoch
