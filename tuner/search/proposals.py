"""What a search trains next: an oracle's proposals, within a time limit."""

from tuner.search.clock import Clock
from tuner.search.oracles import SearchOracle, StudyOracle
from tuner.search.oracles.time_limit import TimeLimit
from tuner.search.recorder import Recorder
from tuner.search.screening import Screening
from tuner.search.trial_seconds import TrialSeconds
from tuner.training import Job, TrialResult

__all__ = ["Proposals"]


class Proposals:
    """Asks an oracle for trials that can end in time.

    With a time limit, the oracle proposes only what can end in it. A comparison is not to get the
    faster ones of its settings. Without a limit an oracle goes by its cohorts, so that a search is
    the same whichever trial ends first.

    Args:
        oracle: Proposes the trials.
        seconds: Estimates how long they take.
        clock: The time limit.
        recorder: Writes what first trials come to on one fold.
        at_once: How many trials train side by side.
    """

    def __init__(
        self,
        oracle: SearchOracle,
        seconds: TrialSeconds,
        clock: Clock,
        recorder: Recorder,
        *,
        at_once: int,
    ) -> None:
        self._oracle = oracle
        self._clock = clock
        self._time_limit: TimeLimit | None = None
        # none without a time limit, and for an oracle that ends trials early itself
        self._screening: Screening | None = None
        limits = clock.has_limit and seconds.is_known
        if limits and isinstance(oracle, StudyOracle) and not oracle.space.compare:
            self._time_limit = oracle.limit = limit = TimeLimit(seconds.estimate, oracle.limit)
            if oracle.races:  # nothing else ends trials early
                self._screening = Screening(
                    oracle, seconds, recorder, allows=limit.allows_size, at_once=at_once
                )

    @property
    def are_limited(self) -> bool:
        """Whether the oracle proposes only what can end in a time limit."""
        return self._time_limit is not None

    def propose(self) -> Job | None:
        """Return what to train next. None if the oracle waits, or nothing can end in time."""
        limit, screening = self._time_limit, self._screening
        if limit is None:
            return self._oracle.ask()
        limit.begin(self._clock.count_left())
        if screening is not None:
            screened = screening.ask(self._clock.count_left())
            if screened is not None or screening.must_wait:
                return screened
        if self._has_no_time_for_first(limit):
            self._clock.give_up()
            return None
        job = self._oracle.ask()
        if job is None and limit.has_refused:
            self._clock.give_up()
        return job

    def _has_no_time_for_first(self, limit: TimeLimit) -> bool:
        """Return whether there is no trial yet, and no time for any of the first ones.

        What an oracle would draw in their place is what takes least time.
        """
        oracle = self._oracle
        if not isinstance(oracle, StudyOracle) or oracle.trials or oracle.propose_first():
            return False
        return any(map(limit.allows_size, oracle.first.list_waiting()))

    def insist(self) -> Job | None:
        """Return a trial even if there is no time for it, so that there is one to pick.

        It is the best of the first trials, if the space has some, in its shortest length.

        Returns:
            None if the oracle has none.
        """
        limit, oracle = self._time_limit, self._oracle
        if limit is None or not isinstance(oracle, StudyOracle):
            return None
        limit.insist()
        return oracle.ask()

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

        It took longer than it seemed when it was proposed, or nothing was known then.

        Returns:
            Whether the trial counts as none, so that another may take its place.
        """
        if self._time_limit is None:
            self._clock.give_up()
        elif self._screening is not None and self._screening.has(trial):
            self._screening.leave_out(trial)
        else:
            self._oracle.leave_out(trial)
            return True
        return False
