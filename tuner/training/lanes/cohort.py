"""A cohort: trials that were asked for at once, cut into blocks that the cores train in turn."""

from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Sequence
from concurrent.futures import Executor
from functools import partial

import keras_tuner
import tensorflow as tf

from tuner.errors import UserError, one_line
from tuner.problem import Problem
from tuner.training.lanes.block import LaneBlock
from tuner.training.lanes.cutting import group_by_shape
from tuner.training.lanes.interfaces import LaneTrial, NeedsOwnFit
from tuner.training.lanes.keras_models import make_keras_trial
from tuner.training.lanes.machine import Machine
from tuner.training.lanes.programs import Programs
from tuner.training.lanes.stacked_mlps import split_off_mlps
from tuner.training.lanes.threads import Threads
from tuner.training.plan import Job, Plan
from tuner.training.result import TrialResult

__all__ = ["Cohort"]

_Results = Iterator[TrialResult | None]
_Task = Callable[[], _Results]


class Cohort:
    """Trains the trials that were asked for at once.

    Args:
        problem: Rows and folds.
        plan: How long to train, and the objective.
        machine: Decides the size and the number of blocks.
        programs: Finds the programs for these rows.
        threads: Train the blocks.
        pool: Trains the parts of a block that has several cores.

    Attributes:
        need_own_fit: Why a trial cannot be trained in lanes, by its number.
        begun: Whether a block has begun to train.
        jobs: The trials that it was given, those that were asked for later included.
    """

    def __init__(
        self,
        problem: Problem,
        plan: Plan,
        *,
        machine: Machine,
        programs: Programs,
        threads: Threads,
        pool: Executor,
    ) -> None:
        self.problem = problem
        self.plan = plan
        self.machine = machine
        self.programs = programs
        self.threads = threads
        self.pool = pool
        self.need_own_fit: dict[int, str] = {}
        self.begun = False
        self.jobs: list[Job] = []
        self._parts = 1
        self._largest = 0  # bytes of its largest block of stacked networks; 0 if it has none
        self._starved: list[LaneTrial] = []  # ran out of memory alone in their blocks

    def train(
        self, jobs: Sequence[Job], hypermodel: keras_tuner.HyperModel
    ) -> Iterator[TrialResult]:
        """Train multilayer perceptrons stacked, and other networks one by one.

        The others begin first, since they take longer; in a race, trials begin in the order of
        their numbers.

        Further trials are asked for as soon as a thread is free, if nothing waits for the end of
        the cohort: blocks, of which memory has room for so many, results of a race, and trials that
        need `fit` or ran out of memory.
        """
        tasks = self._make_tasks(jobs, hypermodel)
        at_once = min(self.machine.count_blocks_at_once(max(self._largest, 1)), len(tasks))
        self._parts = self.machine.threads // at_once

        def ask_more() -> list[_Task]:
            if self._largest or self.plan.hooks.race or self.need_own_fit or self._starved:
                return []
            return self._make_tasks(self.plan.hooks.ask_more(), hypermodel)

        has_result = False
        for result in self.threads.run_side_by_side(tasks, at_once=at_once, ask_more=ask_more):
            has_result = True
            yield result
        yield from self._train_starved(has_result)

    def _make_tasks(self, jobs: Sequence[Job], hypermodel: keras_tuner.HyperModel) -> list[_Task]:
        """Return what trains some trials, in the order to begin in."""
        self.jobs += jobs
        mlps, others = split_off_mlps(jobs, hypermodel, self.plan)
        blocks = self._cut(mlps)
        tasks: list[tuple[int, _Task]] = [
            (job.trial, partial(self._train_keras_trial, job, hypermodel)) for job in others
        ]
        self._largest = max([self._largest, *map(self._estimate_bytes, blocks)])
        tasks += [(block[0].trial, partial(self._train_block, block)) for block in blocks]
        if self.plan.hooks.race:
            tasks.sort(key=lambda task: task[0])
        return [task for _, task in tasks]

    def _train_starved(self, has_result: bool) -> Iterator[TrialResult]:
        """Try again the trials that ran out of memory, unless the time is up and others ended."""
        for trial in self._starved:  # each has the whole memory now
            if has_result and self.plan.hooks.time_is_up():
                return
            try:
                yield from filter(None, self._make_block([trial]).train())
            except tf.errors.ResourceExhaustedError as error:
                reason = f"out of memory: {self._describe_shortage(error)}"
                yield TrialResult.from_failure(trial.trial, "out_of_memory", reason)
            has_result = True

    def _describe_shortage(self, error: tf.errors.ResourceExhaustedError) -> str:
        gpu, folds = self.machine.gpu, len(self.problem.folds)
        if gpu is None:
            return one_line(error)
        size = f"{gpu.memory / 1e9:.1f} GB"
        return f"its {folds} networks need more than the {size} of {gpu.name}; try fewer units"

    def _make_block(self, trials: Sequence[LaneTrial]) -> LaneBlock:
        cores = (self.pool, self._parts) if self._parts > 1 else None
        return LaneBlock(
            trials,
            self.programs.find(trials[0].shape),
            data=self.programs.data,
            problem=self.problem,
            plan=self.plan,
            cores=cores,
        )

    def _train_block(self, trials: Sequence[LaneTrial]) -> _Results:
        """Train a block, unless the time was up before it began."""
        if self.begun and self.plan.hooks.time_is_up():
            return
        self.begun = True
        yield from self._train_whole_or_halved(trials)

    def _train_whole_or_halved(self, trials: Sequence[LaneTrial]) -> _Results:
        """Train a block; if memory runs out, train the trials that have not ended in two halves."""
        ended: set[int] = set()
        try:
            for result in self._make_block(trials).train():
                if result is not None:
                    ended.add(result.trial)
                yield result
            return
        except tf.errors.ResourceExhaustedError:
            remaining = [trial for trial in trials if trial.trial not in ended]
        if len(remaining) == 1:
            self._starved += remaining
            return
        half = (len(remaining) + 1) // 2
        for part in (remaining[:half], remaining[half:]):
            yield from self._train_whole_or_halved(part)

    def _train_keras_trial(self, job: Job, hypermodel: keras_tuner.HyperModel) -> _Results:
        """Train a trial whose networks are not stacked."""
        has_time = self.plan.hooks.begin(job)
        if self.begun and (self.plan.hooks.time_is_up() or not has_time):
            return
        try:
            trial = make_keras_trial(job, hypermodel, self.problem, self.plan)
            yield from self._train_block([trial])
        except UserError:
            raise
        except NeedsOwnFit as error:
            self.need_own_fit[job.trial] = str(error)
        except Exception as error:  # a custom hypermodel can raise anything; it is recorded
            yield TrialResult.from_failure(job.trial, "raised", one_line(error))

    def _cut(self, trials: Sequence[LaneTrial]) -> list[list[LaneTrial]]:
        """Group trials that can train in one call, and cut each group into blocks.

        The largest blocks come first, so that all cores end together. The first block of each
        program comes before the second block of any, so that no core waits while another traces
        the program that both need. In a race, blocks are in the order of their trials: each trial
        is compared with those before it, even though a core may have to wait for a trace.
        """
        blocks = []
        earlier: Counter[Hashable] = Counter()  # blocks of the same program
        for group in group_by_shape(trials):
            program = self.programs.make_key(group[0].shape)
            size = self.machine.count_trials_in_block(group[0].shape, self.programs.data)
            for start in range(0, len(group), size):
                blocks.append((earlier[program], group[start : start + size]))
                earlier[program] += 1
        if self.plan.hooks.race:
            blocks.sort(key=lambda block: block[1][0].trial)
        else:
            blocks.sort(key=lambda block: (block[0] > 0, -sum(t.parameters for t in block[1])))
        return [block for _, block in blocks]

    def _estimate_bytes(self, block: Sequence[LaneTrial]) -> int:
        shape = block[0].shape
        return shape.estimate_bytes(len(block) * len(self.problem.folds), shape.batch_size)
