"""What Keras's callbacks do in cross-validation: a trial has one patience and one learning rate.

`EarlyStopping`, `LearningRateScheduler` and `ReduceLROnPlateau` act on a trial as a whole, by the
means over its folds: all folds end in the same epoch, and have the same rate. So a network that
is trained on all rows later can be trained in the same way, and so can lanes.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import keras
import numpy as np

from tuner.errors import UserError
from tuner.scoring import Objective, find_by_keras_name, find_objective

__all__ = ["Curves", "Stopping", "TrialCallbacks"]

Curves = Mapping[str, Sequence[float]]
"""Means over folds by epoch: each curve by its name, and the `objective`."""

_MONITORS = ("loss", "val_loss", "accuracy", "val_accuracy")
_CURVES = "tuner.open_study(project_name, directory).curves_dataframe() has each curve of each fold"
_REFUSED = {
    "ModelCheckpoint": (
        "the networks of folds are not kept; save what get_best_models() returns, which is "
        "trained on all rows"
    ),
    "BackupAndRestore": "leave it out: a search of the same directory and project_name resumes",
    "CSVLogger": f"leave it out: {_CURVES}",
    "History": f"leave it out: {_CURVES}",
    "ProgbarLogger": "leave it out: the search shows its own progress, unless verbose=0",
    "RemoteMonitor": "leave it out, and give KFoldTuner(listeners=[…]) a tuner.Listener",
    "TensorBoard": f"leave it out: {_CURVES}, and sync() writes them to MLflow",
    "SwapEMAWeights": "leave it out: with use_ema=True, rows are always predicted by the averages",
}


@dataclass(frozen=True, slots=True)
class _Monitor:
    """Follows a curve for the better.

    Attributes:
        name: The curve.
        direction: Whether lower or higher values are better.
        min_delta: A better value differs by more than this.
    """

    name: str
    direction: Literal["min", "max"]
    min_delta: float

    def is_better(self, value: float, than: float) -> bool:
        """Return whether a value is better than another by more than `min_delta`."""
        gain = than - value if self.direction == "min" else value - than
        return gain > self.min_delta

    @property
    def worst(self) -> float:
        return float("inf") if self.direction == "min" else float("-inf")

    @classmethod
    def from_callback(cls, callback: Any, objective: str = "") -> "_Monitor":
        """Return what a callback monitors. Whether a network has a metric of its own is not known.

        Args:
            callback: It has `monitor`, `mode` and `min_delta`.
            objective: The search's objective, if it may be monitored, too.

        Raises:
            UserError: A trial has no such curve.
        """
        name, known = _find_curve(callback.monitor, objective)
        # a metric of the network's own may have the name of a score, such as `auc`
        is_curve = name in (*_MONITORS, "objective")
        own_metric = objective and not is_curve and name.startswith("val_")
        if own_metric and callback.mode not in ("min", "max"):
            raise UserError(
                f"callbacks: {type(callback).__name__}: give mode='min' or mode='max', too, if "
                f"{callback.monitor} is a metric of the network's own"
            )
        if not is_curve and not own_metric:
            raise UserError(
                f"callbacks: {type(callback).__name__}: monitor={callback.monitor!r} is no curve "
                f"of a trial; give one of {', '.join(_MONITORS)}"
                + (", or the objective" if objective else "")
            )
        rises = "acc" in name if known is None else known.direction == "max"
        mode: Any = callback.mode if callback.mode in ("min", "max") else "max" if rises else "min"
        return cls(name, mode, abs(float(callback.min_delta)))


def _find_curve(monitor: str, objective: str) -> tuple[str, Objective | None]:
    """Return the curve that a callback monitors, and the score that it is; None if it is unknown.

    Args:
        monitor: The name that the callback has; it is returned if no score has it.
        objective: The search's objective, if it may be monitored, too.
    """
    if objective:
        searched = find_objective(objective)
        if searched.own and monitor == f"val_{searched.name}":
            return "objective", searched
    known = find_by_keras_name(monitor)
    if known is None or monitor in _MONITORS:
        return monitor, known
    curve = {"cross_entropy": "val_loss", "accuracy": "val_accuracy"}.get(known.name)
    return curve or ("objective" if known.name == objective else monitor), known


@dataclass(frozen=True, slots=True)
class Stopping:
    """When a trial ends early, as `keras.callbacks.EarlyStopping` does.

    The best epoch is always that of the best objective, so `restore_best_weights` changes nothing.
    """

    monitor: _Monitor
    patience: int
    baseline: float | None
    start_from_epoch: int

    @classmethod
    def from_callback(cls, callback: keras.callbacks.EarlyStopping, objective: str) -> "Stopping":
        """Return the rule of an `EarlyStopping`."""
        monitor = _Monitor.from_callback(callback, objective)
        return cls(monitor, callback.patience, callback.baseline, callback.start_from_epoch)

    def is_over(self, curves: Curves) -> bool:
        """Return whether a trial ends after its last epoch."""
        best, wait, over = self.monitor.worst, 0, False
        for epoch, value in enumerate(curves[self.monitor.name]):
            if epoch < self.start_from_epoch:
                continue
            wait += 1
            over = not self.monitor.is_better(value, best)
            if over:
                over = epoch > 0 and wait >= self.patience
            else:
                best = value
                if self.baseline is None or self.monitor.is_better(value, self.baseline):
                    wait = 0
        return over


@dataclass(frozen=True, slots=True)
class _Plateau:
    """When the learning rate falls, as in `keras.callbacks.ReduceLROnPlateau`."""

    monitor: _Monitor
    factor: float
    patience: int
    cooldown: int
    min_lr: float

    @classmethod
    def from_callback(cls, callback: keras.callbacks.ReduceLROnPlateau) -> "_Plateau":
        monitor = _Monitor.from_callback(callback)
        numbers = callback.factor, callback.patience, callback.cooldown, callback.min_lr
        return cls(monitor, *numbers)

    def list_falls(self, curves: Curves, epochs: int) -> list[bool]:
        """Return after which of the first epochs the rate falls."""
        best, wait, resting = self.monitor.worst, 0, 0
        falls = []
        for value in curves[self.monitor.name][:epochs]:
            if resting:
                resting, wait = resting - 1, 0
            better = self.monitor.is_better(value, best)
            if better:
                best, wait = value, 0
            elif not resting:
                wait += 1
            falls.append(not better and not resting and wait >= self.patience)
            if falls[-1]:
                resting, wait = self.cooldown, 0
        return falls


@dataclass(frozen=True, slots=True)
class TrialCallbacks:
    """Callbacks, by how they act in cross-validation.

    Attributes:
        stopping: When the trial ends, by the first of them; empty for the search's patience.
        schedules: Return the learning rate of an epoch, from its number and the rate before.
        plateaus: When the learning rate falls.
        own: All other callbacks, each called in every fold, which only `fit` does.
    """

    stopping: tuple[Stopping, ...] = ()
    schedules: tuple[Callable[..., float], ...] = ()
    plateaus: tuple[_Plateau, ...] = ()
    own: tuple[Any, ...] = field(default=())

    @classmethod
    def from_callbacks(cls, callbacks: Sequence[Any], objective: str) -> "TrialCallbacks":
        """Sort callbacks.

        Args:
            callbacks: As `keras.Model.fit` takes them.
            objective: The search's objective.

        Raises:
            UserError: A callback has no meaning in a cross-validation.
        """
        stopping, schedules, plateaus, own = [], [], [], []
        for callback in callbacks:
            kind = type(callback)
            if kind is keras.callbacks.EarlyStopping:
                stopping.append(Stopping.from_callback(callback, objective))
            elif kind is keras.callbacks.LearningRateScheduler:
                schedules.append(callback.schedule)
            elif kind is keras.callbacks.ReduceLROnPlateau:
                plateaus.append(_Plateau.from_callback(callback))
            elif kind.__name__ in _REFUSED and kind.__module__.startswith("keras."):
                raise UserError(f"callbacks: {kind.__name__}: {_REFUSED[kind.__name__]}")
            elif not isinstance(callback, keras.callbacks.Callback):
                raise UserError(
                    f"callbacks: expected a keras.callbacks.Callback; received {kind.__name__}"
                )
            elif kind is not keras.callbacks.TerminateOnNaN:  # such a trial fails in any case
                own.append(callback)
        return cls(tuple(stopping), tuple(schedules), tuple(plateaus), tuple(own))

    @property
    def sets_rates(self) -> bool:
        """Whether the learning rate is set before each epoch."""
        return bool(self.schedules or self.plateaus)

    def read_first_rate(self, optimizer: Any) -> float:
        """Return an optimizer's learning rate before the first epoch.

        Raises:
            UserError: The optimizer has a schedule of its own.
        """
        config = optimizer.get_config()["learning_rate"]
        if isinstance(config, dict):
            raise UserError(
                "callbacks: a callback sets the learning rate, but the optimizer has a schedule "
                f"of its own, {config['class_name']}; leave one of them out"
            )
        return float(config)

    def find_learning_rate(self, epoch: int, first: float, curves: Curves) -> float:
        """Return the learning rate of an epoch.

        Args:
            epoch: Counted from 0.
            first: The optimizer's rate before the first epoch.
            curves: Those of the epochs before, at least.
        """
        falls = [(plateau, plateau.list_falls(curves, epoch)) for plateau in self.plateaus]
        rate = first
        for number in range(epoch + 1):
            for plateau, fell in falls:
                if number and fell[number - 1] and rate > plateau.min_lr:
                    rate = max(rate * plateau.factor, plateau.min_lr)
            for schedule in self.schedules:
                rate = _call_schedule(schedule, number, float(np.float32(rate)))
        return rate


def _call_schedule(schedule: Callable[..., float], epoch: int, rate: float) -> float:
    """Call a schedule, which may take the epoch alone, as Keras does."""
    try:
        return float(schedule(epoch, rate))
    except TypeError:
        return float(schedule(epoch))
