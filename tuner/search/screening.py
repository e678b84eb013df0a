"""Tries the trials that a space begins with on one fold, if a time limit has no room for all."""

import math
from collections.abc import Callable, Mapping
from typing import Any

from tuner.search.oracles import StudyOracle
from tuner.search.oracles.first_trials import Screened
from tuner.search.oracles.follow_ups import find_follow_up
from tuner.search.recorder import Recorder
from tuner.search.trial_seconds import TrialSeconds
from tuner.space import Value
from tuner.study import EventKind
from tuner.training import Job, TrialResult
from tuner.words import count_noun, format_score, say_count

__all__ = ["Screening"]

_FIRST_NUMBER = 1_000_000_000  # of the jobs, which are no trials of the study
_MOST_SHARE = 0.5  # of the time that is left, in which all first trials may train on all folds
_SCREENING_SHARE = 1 / 3  # of the time that is left, in which the screening is to end
_FOLDS = 1
_FEWEST = 2  # among fewer there is nothing to choose


class Screening:
    """Tries first trials on one fold: on a larger table the best might never have its turn.

    It begins only if all of them on all folds would take more than half of the time that is left,
    as far as that is known. What they come to is in the journal, but they are no trials: those that
    do well train on all folds afterwards.

    Args:
        oracle: Proposes the trials; learns what first trials come to.
        seconds: Estimates how long a trial takes.
        recorder: Writes what they come to.
        allows: Returns whether the network of a first trial is small enough.
        at_once: How many trials train side by side.
    """

    def __init__(
        self,
        oracle: StudyOracle,
        seconds: TrialSeconds,
        recorder: Recorder,
        *,
        allows: Callable[[Mapping[str, Value]], bool],
        at_once: int,
    ) -> None:
        self._oracle = oracle
        self._seconds = seconds
        self._recorder = recorder
        self._allows = allows
        self._at_once = at_once
        self._waiting: list[Job] | None = None  # the cheapest first; None before it begins
        self._is_told = False
        self._too_long = 0  # how many take too long on one fold
        self._kept = 0.0  # seconds for what follows the screening
        self._running: dict[int, Job] = {}
        for event in recorder.study.journal.read(EventKind.SCREENED):  # before an interruption
            self._waiting, self._is_told = [], True
            self._learn(event)

    @property
    def running(self) -> int:
        """How many first trials train on a fold now."""
        return len(self._running)

    @property
    def must_wait(self) -> bool:
        """Whether too little is known yet to propose a trial on all folds."""
        return 2 * len(self._running) > len(self._oracle.first.screened)

    def has(self, trial: int) -> bool:
        """Return whether a number is that of a first trial that trains on a fold."""
        return trial in self._running

    def ask(self, left: float) -> Job | None:
        """Return the next first trial to try on a fold, the cheapest first.

        Args:
            left: The seconds that are left for trials.

        Returns:
            None if there is none, or if there is time for all of them on all folds.
        """
        if self._waiting is None:
            self._waiting = self._begin(left)
        waiting = self._waiting or []
        # what takes too long on one fold would not be trained on all
        fitting = [job for job in waiting if self._guess(job) <= left - self._kept]
        self._too_long += len(waiting) - len(fitting)
        waiting[:] = fitting
        if not waiting:
            self._tell()
            return None
        if not self._running and not self._oracle.first.screened:
            self._recorder.note(
                "the networks that the space begins with are tried on one fold first, since there "
                "is no time for all folds of each"
            )
        job = waiting.pop(0)
        self._running[job.trial] = job
        return job

    def _begin(self, left: float) -> list[Job] | None:
        """Return what to try, the cheapest first; None if it does not begin now."""
        oracle = self._oracle
        waiting = [each for each in oracle.first.list_waiting() if self._allows(each)]
        seconds = sum(map(self._seconds.guess, waiting))
        if len(waiting) < _FEWEST or seconds <= _MOST_SHARE * left * self._at_once:
            return None
        numbered = [dict(first.values) for first in oracle.space.first]
        jobs = [
            Job(
                _FIRST_NUMBER + numbered.index(values),
                oracle.make_hyperparameters(values),
                folds=_FOLDS,
            )
            for values in waiting
        ]
        self._kept = (1 - _SCREENING_SHARE) * left
        return sorted(jobs, key=self._guess)

    def _guess(self, job: Job) -> float:
        """Return the seconds of one fold."""
        return self._seconds.guess(job.hyperparameters.values, job.folds)

    def take(self, result: TrialResult) -> None:
        """Take what a first trial came to; nothing, if the time limit ended it."""
        job = self._running.pop(result.trial)
        if result.is_ended_by_clock:
            return
        values, score = dict(job.hyperparameters.values), (result.score, result.standard_error)
        known = result.status == "completed" and all(map(math.isfinite, score))
        event = self._recorder.record_screened(values, score if known else None, result.epoch)
        self._learn(event)

    def leave_out(self, trial: int) -> None:
        """Go on without a first trial for which no time was left."""
        self._running.pop(trial, None)

    def _learn(self, event: Mapping[str, Any]) -> None:
        """Tell the oracle what a first trial came to."""
        values, oracle = event["hyperparameters"], self._oracle
        score, error = event["score"] or (math.nan, math.nan)
        follow_up = None
        if event["score"] is not None:
            follow_up = find_follow_up(values, event["epoch"], oracle.most_epochs, oracle.space)
        oracle.first.screened.append(Screened(values, score, error, follow_up))

    def _tell(self) -> None:
        """Say once what first trials came to, after the last one."""
        first = self._oracle.first
        if self._running or self._is_told or not first.screened:
            return
        self._is_told = True
        ranked, find_name = first.rank(), self._recorder.study.record.find_first_name
        told = [
            f"{find_name(each.values)} {format_score(each.score, each.standard_error)}"
            for each in ranked
        ]
        others = len(first.screened) - len(ranked)
        rest = f"; {count_noun(others, 'other')} clearly worse or failed" if others else ""
        rest += f"; no time for {say_count(self._too_long)} of them" if self._too_long else ""
        self._recorder.note(f"on one fold they come to: {', '.join(told) or 'nothing'}{rest}")
