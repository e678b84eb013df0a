"""The units of a cohort: which wait, which train where, and what a lost worker leaves."""

from collections import Counter, deque
from collections.abc import Callable, Hashable, Iterable, Sequence

from tuner.training.plan import Job
from tuner.training.remote.messages import LostWorker
from tuner.training.result import Failure, TrialResult

__all__ = ["Work"]

# Losses of the worker that trains a trial alone, after which the trial has failed. Workers are also
# lost by no fault of their trials, perhaps often, where machines are lent and taken back.
_MOST_LOST_WORKERS = 10
_MOST_OUT_OF_MEMORY = 3


class Work:
    """Gives out units, and takes back what a worker did not end.

    A unit whose worker is lost is cut into halves. So a trial that takes its worker with it is soon
    alone, and the others are not lost again and again. A trial that was alone goes to the end.

    Args:
        units: The units in the order in which they should begin.
    """

    def __init__(self, units: Iterable[Sequence[Job]]) -> None:
        self._waiting = deque(list(unit) for unit in units)
        self._training: dict[Hashable, list[Job]] = {}
        self._lost_workers: Counter[int] = Counter()  # of workers that trained a trial alone
        self._ended = False  # whether any trial has ended

    @property
    def is_over(self) -> bool:
        """Whether no unit waits, and none trains."""
        return not self._waiting and not self._training

    @property
    def waiting(self) -> int:
        """How many units wait for a worker."""
        return len(self._waiting)

    @property
    def training(self) -> dict[Hashable, list[int]]:
        """The trials that each worker trains on all folds and that have not ended."""
        return {
            worker: [job.trial for job in jobs if job.is_trial]
            for worker, jobs in list(self._training.items())
        }

    def list_trials(self, worker: Hashable) -> list[int]:
        """Return the trials that a worker trains and that have not ended."""
        return [job.trial for job in self._training.get(worker, ())]

    def add(self, units: Iterable[Sequence[Job]]) -> None:
        """Add units, to begin after those that wait."""
        self._waiting.extend(list(unit) for unit in units)

    def drop_waiting(self) -> None:
        """Drop the units that wait, if a trial has begun, since the time is up."""
        if self._ended or self._training:
            self._waiting.clear()

    def take(self, worker: Hashable, begin: Callable[[Job], bool]) -> list[Job]:
        """Give the next unit to a worker.

        Args:
            worker: It has nothing to train.
            begin: That of `Hooks`, which hears of every trial; the first begins whatever it says.

        Returns:
            The trials of the unit that have time; it is dropped if none has.
        """
        unit = self._waiting.popleft()
        begun = [job for job in unit if begin(job)]
        if self._ended or self._training:
            unit = begun
        if unit:
            self._training[worker] = unit
        return list(unit)

    def find_job(self, worker: Hashable, trial: int) -> Job:
        """Return a trial that a worker trains."""
        return next(job for job in self._training[worker] if job.trial == trial)

    def end(self, worker: Hashable, trial: int) -> None:
        """Note that a trial has ended."""
        self._training[worker] = [job for job in self._training[worker] if job.trial != trial]
        self._ended = True

    def free(self, worker: Hashable) -> list[int]:
        """Note that a worker's unit is over, and return its trials that have not ended."""
        return [job.trial for job in self._training.pop(worker)]

    def give_back(self, worker: Hashable, lost: LostWorker) -> list[TrialResult]:
        """Let what a lost worker did not end wait for others, before all else.

        Returns:
            A result for the trial that has lost too many workers.
        """
        jobs = self._training.pop(worker, [])
        if len(jobs) == 1:
            trial = jobs[0].trial
            self._lost_workers[trial] += 1
            most = _MOST_OUT_OF_MEMORY if lost.out_of_memory else _MOST_LOST_WORKERS
            if self._lost_workers[trial] >= most:
                self._ended = True
                return [_make_failure(trial, self._lost_workers[trial], lost)]
            self._waiting.append(jobs)
            return []
        half = (len(jobs) + 1) // 2
        self._waiting.extendleft(part for part in (jobs[half:], jobs[:half]) if part)
        return []


def _make_failure(trial: int, times: int, lost: LostWorker) -> TrialResult:
    kind: Failure = "out_of_memory" if lost.out_of_memory else "worker_lost"
    return TrialResult.from_failure(
        trial, kind, f"its worker was lost {times} times, the last time: {lost.reason}"
    )
