"""Estimates how many seconds a trial takes, from those that this run trains or has trained."""

import math
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import keras_tuner

from tuner.space import Value, find_space, plans_schedules
from tuner.training import Job

__all__ = ["TrialSeconds"]


# Multiplications that take as long as what a step costs whatever its size, and as what each number
# that a layer gives costs. Fitted to 52 trials of six tables (docs/measurements.md).
_STEP_PRODUCTS, _OUTPUT_PRODUCTS = 5e6, 200
_SPEED = 1e10  # multiplications a second, in which a core also trains; within a factor of two


@dataclass(slots=True)
class _Training:
    """How a trial trains, by a first and a last report: the epochs until then, and the time.

    A worker's first report may be of several epochs. The first epoch traces the program.

    Attributes:
        work: The work of an epoch for a row, in multiplications.
        folds: How many folds it has.
        begun: When the trial began, by `time.monotonic`.
        epochs_first: The epochs that it had trained at the first report; 0 before that.
        time_first: When that came, by `time.monotonic`.
        epochs_last: The epochs that it had trained at the last report.
        time_last: When that came.
    """

    work: float
    folds: int
    begun: float
    epochs_first: int = 0
    time_first: float = 0.0
    epochs_last: int = 0
    time_last: float = 0.0

    @property
    def is_known(self) -> bool:
        """Whether it is known how long an epoch takes."""
        return self.epochs_last > self.epochs_first > 0

    def estimate(self, work: float, epochs: float, folds: int) -> float:
        """Return the seconds that a trial of other networks takes, from those of this one."""
        epoch = (self.time_last - self.time_first) / (self.epochs_last - self.epochs_first)
        tracing = max(self.time_first - self.begun - self.epochs_first * epoch, 0.0)
        return tracing + epochs * epoch * (work * folds) / (self.work * self.folds)


class TrialSeconds:
    """Estimates how many seconds a trial takes, if its schedule is planned for all of them.

    Of the trials so far the one with the most similar work says how long. Any thread can call any
    method.

    Args:
        hypermodel: Describes the networks of a space. Of other hypermodels nothing is known.
        epochs: The most epochs of a trial.
        fold_rows: The number of training rows of each fold.

    Attributes:
        plans_schedules: Whether the space plans its schedules, so that trials take a known time.
    """

    def __init__(
        self, hypermodel: keras_tuner.HyperModel, epochs: int, fold_rows: Sequence[int]
    ) -> None:
        space = find_space(hypermodel)
        self.plans_schedules = space is not None and plans_schedules(space)
        self._hypermodel = hypermodel
        self._epochs = epochs
        self._folds = len(fold_rows)
        self._rows = sum(fold_rows)
        self._trainings: dict[int, _Training] = {}  # by the trial's number

    def begin(self, job: Job) -> None:
        """Note that a trial begins."""
        if self.plans_schedules:
            work = self._measure(job.hyperparameters.values)
            folds = job.folds or self._folds
            self._trainings[job.trial] = _Training(work, folds, begun=time.monotonic())

    def estimate(
        self, values: Mapping[str, Value], epochs: int | None = None, folds: int | None = None
    ) -> float | None:
        """Return the seconds of a trial. None if they are not known yet.

        Args:
            values: Its active hyperparameters.
            epochs: Its most epochs; None for those of the search.
            folds: How many folds it trains; None for all.
        """
        if not self.plans_schedules:
            return None
        known = [each for each in list(self._trainings.values()) if each.is_known]
        if not known:
            return None
        work = self._measure(values)
        similar = min(known, key=lambda training: abs(math.log(training.work / work)))
        planned = self._epochs * float(values.get("length", 1.0))
        return similar.estimate(work, min(epochs or planned, planned), folds or self._folds)

    def guess(self, values: Mapping[str, Value], folds: int | None = None) -> float:
        """Return the seconds of a trial by the estimate, or before any is known by its work.

        Args:
            values: Its active hyperparameters.
            folds: How many folds it trains; None for all.
        """
        seconds = self.estimate(values, folds=folds)
        if seconds is not None:
            return seconds
        epochs = self._epochs * float(values.get("length", 1.0))
        rows = self._rows * (folds or self._folds) / self._folds
        return epochs * rows * self._measure(values) / _SPEED

    def estimate_job(self, job: Job) -> float | None:
        """Return the seconds of a trial that was proposed. None if they are not known yet."""
        return self.estimate(job.hyperparameters.values, job.epochs, job.folds)

    def estimate_left(self, job: Job) -> float:
        """Return the seconds in which a trial is to end, as far as that is known; 0 otherwise."""
        training = self._trainings.get(job.trial)
        elapsed = 0.0 if training is None else time.monotonic() - training.begun
        return max((self.estimate_job(job) or 0.0) - elapsed, 0.0)

    def estimate_longest(self, jobs: Iterable[Job]) -> float:
        """Return the seconds in which all of some trials are to end."""
        return max(map(self.estimate_left, jobs), default=0.0)

    def _measure(self, values: Mapping[str, Value]) -> float:
        """Return the work of an epoch of a trial for a row, in multiplications."""
        kernels = self._hypermodel.describe_network(values).kernels
        products = sum(map(math.prod, kernels))
        outputs = sum(math.prod(kernel) / kernel[-2] for kernel in kernels)
        steps = 1 / float(values["batch_size"])
        return products + _OUTPUT_PRODUCTS * outputs + _STEP_PRODUCTS * steps

    def add_epoch(self, trial: int, epoch: int) -> None:
        """Add the end of an epoch of a trial."""
        training = self._trainings.get(trial)
        if training is None:
            return
        now = time.monotonic()
        if not training.epochs_first:
            training.epochs_first, training.time_first = epoch, now
        training.time_last, training.epochs_last = now, epoch
