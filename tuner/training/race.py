"""A race of trials: those that are clearly beaten end early and free their lanes.

A trial is looked at after a few numbers of epochs, the rungs. There its out-of-fold values are
compared, row by row, with those of the best trial *before* it, by number, after as many epochs.
So what becomes of a trial is a function of the trials up to it alone: not of which of them train
side by side, how fast, on what machine, or of a break in the search. A trial that has overtaken
one before it trains on, at the risk of work in vain: what it did after a rung at which it turns
out to be beaten does not count.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field, replace
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np

from tuner.scoring import mean_and_error

if TYPE_CHECKING:
    from tuner.scoring import Objective
    from tuner.training.result import TrialResult

__all__ = ["Leads", "Race", "is_beaten", "rungs_of"]

# How a trial stood at the rungs where no trial before it was better, as arrays by name.
Leads = dict[str, np.ndarray]

_LEVEL = 0.05  # chance of ending a trial that is as good as the best before it


def rungs_of(epochs: int) -> tuple[int, ...]:
    """Return the numbers of epochs after which trials are compared.

    The first is to learn how fast a trial learns. Trials end at the second at the earliest: what
    two epochs say, on a small table, is mostly the learning rate.

    >>> rungs_of(50)
    (2, 3, 6, 12, 25)
    """
    halved = {epochs >> halvings for halvings in range(1, epochs.bit_length())} - {0, 1}
    return tuple(sorted(rung for rung in halved | {2, 3} if rung < epochs))


def is_beaten(losses: np.ndarray, best: np.ndarray, *, caught_up: float, comparisons: int) -> bool:
    """Return whether a trial is clearly worse than the best one, and would be at the next rung.

    It is let off as much again as it has caught up since the last rung, since what begins slowly
    may end well. What is left must be more than chance explains, by a one-sided test of the mean
    of the differences by row, Bonferroni-corrected.

    Args:
        losses: Of the trial in each row, shape `(rows,)`; lower is better.
        best: The same of the trial to compare with.
        caught_up: By how much the difference of their means has shrunk since the last rung.
        comparisons: In how many chance may speak against the trial.
    """
    mean, error = mean_and_error(np.subtract(losses, best, dtype=np.float64))
    behind = mean - max(caught_up, 0.0)
    return behind > NormalDist().inv_cdf(1 - _LEVEL / comparisons) * error


@dataclass(frozen=True, slots=True)
class _Standing:
    """Where a trial stands at a rung.

    Attributes:
        losses: In each row; float32, as they are kept on the disk, so that a search that goes on
            later compares the same numbers.
        before: Their mean at the rung before; NaN at the first.
    """

    losses: np.ndarray
    before: float

    @property
    def mean(self) -> float:
        return float(self.losses.mean(dtype=np.float64))

    @property
    def gain(self) -> float:
        return self.before - self.mean


@dataclass(slots=True)
class _Runner:
    """A trial that is not settled yet.

    Attributes:
        standings: By rung that it has reached.
        so_far: Makes its result if it ends at a rung.
        leads: The rungs at which no trial before it is better.
        beaten_at: The rung at which it is beaten; None where it is not, as far as is known.
        reason: Why it is.
        result: What it came to; None while it trains.
    """

    standings: dict[int, _Standing] = field(default_factory=dict)
    so_far: dict[int, Callable[[], TrialResult]] = field(default_factory=dict)
    leads: list[int] = field(default_factory=list)
    beaten_at: int | None = None
    reason: str = ""
    result: TrialResult | None = None

    def outcome(self) -> TrialResult:
        """Return what a trial that is settled came to."""
        assert self.result is not None  # it ended
        if self.beaten_at is None:
            return self.result
        so_far = self.so_far[self.beaten_at]()
        return replace(so_far, reason=self.reason, seconds=self.result.seconds)


class Race:
    """Who leads at each rung, and who is beaten there.

    Trials are known by their numbers, which begin at 0 and leave none out. Any thread may tell it
    of a trial.

    Args:
        rungs: Numbers of epochs after which trials are compared, ascending.
        objective: What is compared.
    """

    def __init__(self, rungs: Sequence[int], objective: Objective) -> None:
        self.rungs = tuple(rungs)
        self._sign = 1.0 if objective.direction == "min" else -1.0
        self._lock = threading.Lock()
        self._runners: dict[int, _Runner] = {}
        self._groups: dict[int, Hashable] = {}
        # by rung and group: a trial, and how it stood
        self._leaders: dict[tuple[int, Hashable], tuple[int, _Standing]] = {}
        self._next = dict.fromkeys(self.rungs, 0)  # the first trial that a rung has not looked at
        # what settled trials led at, until all rungs have looked at them
        self._settled: dict[int, dict[int, _Standing]] = {}

    def enter(self, trial: int, group: Hashable) -> None:
        """Take in that a trial races with those of a group only; without, it is of the group None.

        Args:
            trial: Its number.
            group: Such as the value of a hyperparameter whose values are to be compared, so that
                each of them has a trial that trained to its end.
        """
        with self._lock:
            self._groups[trial] = group

    def reach(
        self, trial: int, epoch: int, values: np.ndarray, so_far: Callable[[], TrialResult]
    ) -> None:
        """Take in that a trial has come to a rung.

        Args:
            trial: Its number.
            epoch: The rung.
            values: The objective at its best epoch so far, shape `(clusters,)`.
            so_far: Makes its result, if it ends here; nothing that comes after changes that.
        """
        with self._lock:
            runner = self._runners.setdefault(trial, _Runner())
            place = self.rungs.index(epoch)
            before = runner.standings[self.rungs[place - 1]].mean if place else math.nan
            losses = (self._sign * values).astype(np.float32)
            runner.standings[epoch] = _Standing(losses, before)
            runner.so_far[epoch] = so_far
            self._look()

    def is_beaten(self, trial: int) -> bool:
        """Return whether a trial need not go on, as far as is known."""
        with self._lock:
            return trial in self._runners and self._runners[trial].beaten_at is not None

    def settle(self, result: TrialResult) -> list[tuple[TrialResult, Leads]]:
        """Take in the end of a trial, and return what no other trial can change any more.

        Returns:
            Results in the order of their trials, and with each what `recall` must be given later.
        """
        with self._lock:
            self._runners.setdefault(result.trial, _Runner()).result = result
            self._look()
            settled = [number for number in self._runners if self._is_settled(number)]
            taken = [self._take_off(number) for number in sorted(settled)]
        return [(runner.outcome(), leads) for runner, leads in taken]  # scored without the lock

    def close(self) -> list[tuple[TrialResult, Leads]]:
        """Return the trials that ended and wait for others which will not come any more."""
        with self._lock:
            waiting = [number for number, runner in self._runners.items() if runner.result]
            taken = [self._take_off(number) for number in sorted(waiting)]
        return [(runner.outcome(), leads) for runner, leads in taken]

    def recall(self, trial: int, leads: Leads) -> None:
        """Take in a trial that an earlier search settled.

        Args:
            trial: Its number.
            leads: As `settle` returned them.
        """
        with self._lock:
            self._settled[trial] = {
                rung: _Standing(leads[f"losses_{rung}"], float(leads[f"before_{rung}"]))
                for rung in self.rungs
                if f"losses_{rung}" in leads
            }
            self._look()

    def _is_settled(self, trial: int) -> bool:
        runner = self._runners[trial]
        if runner.result is None:
            return False
        return runner.beaten_at is not None or all(self._next[r] > trial for r in runner.standings)

    def _take_off(self, trial: int) -> tuple[_Runner, Leads]:
        runner = self._runners.pop(trial)
        standings = {rung: runner.standings[rung] for rung in runner.leads}
        self._settled[trial] = standings
        leads = {f"losses_{rung}": standing.losses for rung, standing in standings.items()}
        leads |= {f"before_{rung}": np.array(s.before) for rung, s in standings.items()}
        return runner, leads

    def _look(self) -> None:
        """Let each rung look at the trials in their order, as far as they have come."""
        before: int | None = None
        for rung in self.rungs:
            while (before is None or self._next[rung] < before) and self._looks(rung):
                self._next[rung] += 1
            before = self._next[rung]
        for trial in [n for n in self._settled if n < min(self._next.values(), default=0)]:
            del self._settled[trial]

    def _looks(self, rung: int) -> bool:
        """Look at a rung's next trial; return False where that has not come so far."""
        trial = self._next[rung]
        if trial in self._settled:
            if rung in self._settled[trial]:
                place = rung, self._groups.get(trial)
                self._leaders[place] = trial, self._settled[trial][rung]
            return True
        runner = self._runners.get(trial)
        if runner is None:
            return False
        if runner.beaten_at is not None:
            return True
        if rung not in runner.standings:
            return runner.result is not None  # it ended before
        self._compare(trial, runner, rung)
        return True

    def _compare(self, trial: int, runner: _Runner, rung: int) -> None:
        own, place = runner.standings[rung], (rung, self._groups.get(trial))
        if place not in self._leaders or own.mean < self._leaders[place][1].mean:
            self._leaders[place] = trial, own
            runner.leads.append(rung)
            return
        leader, best = self._leaders[place]
        if rung != self.rungs[0] and is_beaten(  # at the first, how fast it learns is unknown
            own.losses,
            best.losses,
            caught_up=own.gain - best.gain,
            comparisons=(len(self.rungs) - 1) * trial,
        ):
            runner.beaten_at = rung
            runner.reason = f"clearly worse than trial {leader} after {rung} epochs"
