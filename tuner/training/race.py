"""A race of trials: it ends trials that are clearly beaten, so that they free their lanes.

Trials are compared after certain numbers of epochs, the rungs. At a rung, the race compares a
trial's out-of-fold losses, row by row, with those of the best *earlier* trial (by number) at the
same rung. `tuner/training/race_rule.py` decides whether the trial is beaten.

The outcome of a trial depends on that trial and the trials before it alone. It does not depend on
which trials train side by side, how fast, on which machine, or whether the search was interrupted.
So each rung judges the trials in the order of their numbers. A trial does not wait for the trials
before it: it trains on, and if a rung declares it beaten later, the race discards the epochs after
that rung.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from tuner.training.race_rule import choose_rungs, is_clearly_worse

if TYPE_CHECKING:
    from tuner.scoring import Objective
    from tuner.training.result import TrialResult

__all__ = ["Leads", "Race", "Settled"]

# A trial's losses at the rungs where no earlier trial was better, as arrays by name.
Leads = dict[str, np.ndarray]


class Settled(NamedTuple):
    """The outcome of a trial, which no other trial can change any more.

    Attributes:
        result: The trial's result; if the race ended the trial, of the epochs up to that rung.
        leads: The arrays that `Race.recall` needs when the search is resumed.
    """

    result: TrialResult
    leads: Leads


class _Standing(NamedTuple):
    """What a race knows of a trial at a rung.

    Attributes:
        losses: The trial's losses, shape `(clusters,)`; lower is better. float32, as on the disk,
            so that a resumed search compares the same numbers.
        make_result: Makes the trial's result if the trial ends at this rung.
    """

    losses: np.ndarray
    make_result: Callable[[], TrialResult]


@dataclass(slots=True)
class _Runner:
    """A trial that is not settled: it trains, or it has ended and waits for earlier trials.

    Attributes:
        curve: The trial's loss after each epoch, up to the last rung that it reached.
        reached: Its standings at the rungs that have not judged it yet.
        led: Its losses at the rungs at which no earlier trial was better.
        make_beaten: Makes its result at the rung at which it is beaten; None if it is not so far.
        reason: Why the trial is beaten; empty if it is not.
        result: The result of all epochs; None while the trial trains.
    """

    curve: list[float] = field(default_factory=list)
    reached: dict[int, _Standing] = field(default_factory=dict)
    led: dict[int, np.ndarray] = field(default_factory=dict)
    make_beaten: Callable[[], TrialResult] | None = None
    reason: str = ""
    result: TrialResult | None = None

    @property
    def is_settled(self) -> bool:
        """Whether the trial has ended, and every rung that it reached has judged it."""
        return self.result is not None and (self.make_beaten is not None or not self.reached)

    def make_outcome(self) -> TrialResult:
        """Return the result up to the rung at which the trial is beaten, or of all its epochs."""
        assert self.result is not None  # the trial has ended
        if self.make_beaten is None:
            return self.result
        return replace(self.make_beaten(), reason=self.reason, seconds=self.result.seconds)


class _Leader(NamedTuple):
    """The best trial that a rung has judged.

    Attributes:
        trial: Its number.
        losses: Its losses at the rung, shape `(clusters,)`.
        mean: Their mean.
    """

    trial: int
    losses: np.ndarray
    mean: float


@dataclass(slots=True)
class _Judge:
    """Compares trials at a rung.

    Attributes:
        epochs: The rung.
        next_trial: The first trial that it has not judged.
        leader: The best trial judged so far; None before the first.
    """

    epochs: int
    next_trial: int = 0
    leader: _Leader | None = None


class Race:
    """Keeps the leader of each rung, and ends the trials that are beaten.

    Trials are known by their numbers, which are consecutive and begin at 0. All methods may be
    called from any thread. A trainer calls `reach` and `is_beaten`; the search calls the others.

    Args:
        epochs: The most epochs of a trial.
        objective: The objective whose values are compared.

    Attributes:
        rungs: The numbers of epochs after which trials are compared, ascending.
    """

    def __init__(self, epochs: int, objective: Objective) -> None:
        self.rungs = choose_rungs(epochs)
        self._epochs = epochs
        self._lower_is_better = not objective.maximise
        self._lock = threading.Lock()
        self._runners: dict[int, _Runner] = {}
        # losses of settled trials at the rungs that they led, until all rungs have judged them
        self._led: dict[int, dict[int, np.ndarray]] = {}
        self._judges = [_Judge(rung) for rung in self.rungs]

    def reach(
        self,
        trial: int,
        scores: Sequence[float],
        values: np.ndarray,
        make_result: Callable[[], TrialResult],
    ) -> None:
        """Report that a trial has reached a rung.

        Args:
            trial: The trial's number.
            scores: The objective after each epoch so far. Their number is the rung.
            values: The objective at the trial's best epoch so far, shape `(clusters,)`.
            make_result: Makes the trial's result of the epochs so far, also at a later time.
        """
        with self._lock:
            runner = self._runners.setdefault(trial, _Runner())
            rung = len(scores)
            if self._lower_is_better:
                losses, runner.curve = values, list(scores)
            else:  # an objective whose best score is 1
                losses, runner.curve = -values, [1 - score for score in scores]
            runner.reached[rung] = _Standing(losses.astype(np.float32), make_result)
            self._advance()

    def is_beaten(self, trial: int) -> bool:
        """Return whether a trial is known to be beaten, so that its training can end."""
        with self._lock:
            return trial in self._runners and self._runners[trial].make_beaten is not None

    def settle(self, result: TrialResult) -> list[Settled]:
        """Report the end of a trial, and return the trials that are settled by it.

        A trial is settled when it has ended and every rung that it reached has judged it.

        Returns:
            The settled trials in the order of their numbers; perhaps without this one.
        """
        with self._lock:
            self._runners.setdefault(result.trial, _Runner()).result = result
            self._advance()
            settled = [number for number, runner in self._runners.items() if runner.is_settled]
            removed = [self._remove(number) for number in sorted(settled)]
        # the lock is free while scores are computed
        return [Settled(runner.make_outcome(), leads) for runner, leads in removed]

    def close(self) -> list[Settled]:
        """Settle the trials that have ended and wait for trials that will never come."""
        with self._lock:
            waiting = [number for number, runner in self._runners.items() if runner.result]
            removed = [self._remove(number) for number in sorted(waiting)]
        return [Settled(runner.make_outcome(), leads) for runner, leads in removed]

    def recall(self, trial: int, leads: Leads) -> None:
        """Restore a trial that was settled before the search was interrupted.

        Args:
            trial: The trial's number.
            leads: The arrays that `settle` returned.
        """
        with self._lock:
            self._led[trial] = _unpack(leads, self.rungs)
            self._advance()

    def _remove(self, trial: int) -> tuple[_Runner, Leads]:
        """Remove a settled trial from the runners; keep its losses where it led."""
        runner = self._runners.pop(trial)
        self._led[trial] = runner.led
        return runner, _pack(runner.led)

    def _advance(self) -> None:
        """Let each rung judge the trials in their order, as far as they have come.

        A rung never judges a trial that the rung before it has not judged.
        """
        limit = math.inf
        for judge in self._judges:
            while judge.next_trial < limit and self._judge_next(judge):
                judge.next_trial += 1
            limit = judge.next_trial
        judged = min((judge.next_trial for judge in self._judges), default=0)
        for trial in [number for number in self._led if number < judged]:
            del self._led[trial]

    def _judge_next(self, judge: _Judge) -> bool:
        """Judge the next trial of a rung; return False if the trial has yet to reach it."""
        trial = judge.next_trial
        if trial in self._led:
            if judge.epochs in self._led[trial]:
                losses = self._led[trial][judge.epochs]
                judge.leader = _Leader(trial, losses, _mean(losses))
            return True
        runner = self._runners.get(trial)
        if runner is None:
            return False
        if runner.make_beaten is not None:
            return True
        if judge.epochs not in runner.reached:
            return runner.result is not None  # the trial ended before this rung
        self._judge(trial, runner, judge)
        return True

    def _judge(self, trial: int, runner: _Runner, judge: _Judge) -> None:
        """Make a trial the leader of a rung, or compare it with the leader."""
        losses, make_result = runner.reached.pop(judge.epochs)
        mean = _mean(losses)
        if judge.leader is None or mean < judge.leader.mean:
            judge.leader = _Leader(trial, losses, mean)
            runner.led[judge.epochs] = losses
            return
        if is_clearly_worse(
            losses,
            judge.leader.losses,
            runner.curve[: judge.epochs],
            epochs=self._epochs,
            comparisons=len(self.rungs) * trial,  # any earlier trial may lead
        ):
            runner.make_beaten = make_result
            runner.reason = (
                f"clearly worse than trial {judge.leader.trial} after {judge.epochs} epochs"
            )


def _mean(losses: np.ndarray) -> float:
    return float(losses.mean(dtype=np.float64))


def _pack(losses: dict[int, np.ndarray]) -> Leads:
    """Return losses by rung as the arrays that a study keeps."""
    return {f"losses_{rung}": values for rung, values in losses.items()}


def _unpack(leads: Leads, rungs: Sequence[int]) -> dict[int, np.ndarray]:
    """Return the losses by rung that `_pack` packed."""
    return {rung: leads[f"losses_{rung}"] for rung in rungs if f"losses_{rung}" in leads}
