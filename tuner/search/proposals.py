"""What a search trains next: an oracle's proposals, within a time limit."""

from tuner.search.clock import Clock
from tuner.search.oracles import SearchOracle, StudyOracle
from tuner.search.oracles.time_limit import TimeLimit
from tuner.search.recorder import Recorder
from tuner.search.screening import Screening
from tuner.search.trial_seconds import TrialSeconds
from tuner.training import Job, TrialResult

__all__ = ["Proposals", "make_proposals"]


def make_proposals(
    oracle: SearchOracle,
    seconds: TrialSeconds,
    clock: Clock,
    recorder: Recorder,
    *,
    at_once: int,
) -> "Proposals":
    """Return what asks an oracle for trials.

    With a time limit, the oracle proposes only what can end in it. A comparison is not to get the
    faster ones of its settings.

    Args:
        oracle: Proposes the trials.
        seconds: Estimates how long they take.
        clock: The time limit.
        recorder: Writes what first trials come to on one fold.
        at_once: How many trials train side by side.
    """
    limits = clock.has_limit and seconds.plans_schedules
    if not limits or not isinstance(oracle, StudyOracle) or oracle.space.compare:
        return Proposals(oracle, clock)
    limit = oracle.limit = TimeLimit(seconds.estimate, oracle.limit)
    screening = None
    if oracle.races:  # nothing else ends trials early
        screening = Screening(oracle, seconds, recorder, allows=limit.allows_size, at_once=at_once)
    return _TimedProposals(oracle, clock, limit, screening)


class Proposals:
    """Asks an oracle for trials, however long they take.

    The oracle goes by its cohorts, so that a search is the same whichever trial ends first.

    Args:
        oracle: Proposes the trials.
        clock: The time limit.

    Attributes:
        are_limited: Whether the oracle proposes only what can end in a time limit.
    """

    are_limited = False

    def __init__(self, oracle: SearchOracle, clock: Clock) -> None:
        self._oracle = oracle
        self._clock = clock

    def propose(self) -> Job | None:
        """Return what to train next. None if the oracle waits, or nothing can end in time."""
        return self._oracle.ask()

    def insist(self) -> Job | None:
        """Return a trial even if there is no time for it, so that there is one to pick.

        Returns:
            None if the oracle has none.
        """
        return None

    @property
    def screened_now(self) -> int:
        """How many first trials train on one fold now."""
        return 0

    def take_screened(self, result: TrialResult) -> bool:
        """Take what a first trial came to on one fold; return whether the result is such a one."""
        return False

    def leave_out(self, trial: int) -> bool:
        """Go on without a trial for which no time was left; a resumed search trains it.

        It took longer than it seemed when it was proposed, or nothing was known then.

        Returns:
            Whether the trial counts as none, so that another may take its place.
        """
        self._clock.give_up()
        return False


class _TimedProposals(Proposals):
    """Asks an oracle for trials that can end in time.

    Args:
        oracle: Proposes the trials, and has the limit.
        clock: The time limit.
        limit: What of it is left to a trial.
        screening: Trains first trials on one fold. None if the oracle ends trials early itself.
    """

    are_limited = True
    _oracle: StudyOracle

    def __init__(
        self, oracle: StudyOracle, clock: Clock, limit: TimeLimit, screening: Screening | None
    ) -> None:
        super().__init__(oracle, clock)
        self._limit = limit
        self._screening = screening

    def propose(self) -> Job | None:
        """Return what to train next. None if the oracle waits, or nothing can end in time."""
        self._limit.begin(self._clock.count_left())
        if self._screening is not None:
            screened = self._screening.ask(self._clock.count_left())
            if screened is not None or self._screening.must_wait:
                return screened
        if self._has_no_time_for_first():
            self._clock.give_up()
            return None
        job = self._oracle.ask()
        if job is None and self._limit.has_refused:
            self._clock.give_up()
        return job

    def _has_no_time_for_first(self) -> bool:
        """Return whether there is no trial yet, and no time for any of the first ones.

        What an oracle would draw in their place is what takes least time.
        """
        oracle = self._oracle
        if oracle.trials or oracle.propose_first():
            return False
        return any(map(self._limit.allows_size, oracle.first.list_waiting()))

    def insist(self) -> Job | None:
        """Return the best of the first trials, if the space has some, in its shortest length."""
        self._limit.insist()
        return self._oracle.ask()

    @property
    def screened_now(self) -> int:
        """How many first trials train on one fold now."""
        return 0 if self._screening is None else self._screening.running

    def take_screened(self, result: TrialResult) -> bool:
        """Take what a first trial came to on one fold; return whether the result is such a one."""
        if self._screening is None or not self._screening.has(result.trial):
            return False
        self._screening.take(result)
        return True

    def leave_out(self, trial: int) -> bool:
        """Go on without a trial for which no time was left; a resumed search trains it.

        Returns:
            Whether the trial counts as none, so that another may take its place.
        """
        if self._screening is not None and self._screening.has(trial):
            self._screening.leave_out(trial)
            return False
        self._oracle.leave_out(trial)
        return True
