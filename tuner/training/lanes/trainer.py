"""The `lanes` trainer: groups a cohort's trials by shape and trains them a block a core."""

import threading
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from functools import partial
from typing import Any

import keras
import keras_tuner
import numpy as np
import tensorflow as tf

from tuner.errors import UserError, one_line
from tuner.problem import Problem
from tuner.training.fit import FitTrainer
from tuner.training.lanes.block import LaneBlock
from tuner.training.lanes.data import LaneData
from tuner.training.lanes.keras_network import keras_trial
from tuner.training.lanes.machine import Machine
from tuner.training.lanes.mlp import is_mlp, mlp_trial
from tuner.training.lanes.network import LaneProgram, LaneShape, LaneTrial
from tuner.training.lanes.unfit import Unfit
from tuner.training.lanes.workers import Workers
from tuner.training.plan import FinalJob, Job, Plan
from tuner.training.result import TrialResult
from tuner.training.trainer import Trainer

__all__ = ["LanesTrainer"]

_Results = Iterator[TrialResult | None]

_KEPT = 4  # arrays of a trial's size that are kept of it, about
_PROGRAMS = 64  # of a search that are kept; each takes some megabytes
_ALONE = 2.0  # a lane takes about so much longer alone than its share beside others


class LanesTrainer(Trainer):
    """Trains all folds of many trials side by side.

    The trials of one shape, a lane group, train in a call. A group is cut into blocks of a size
    that the machine trains best, and each core takes one block after another. A trial's result
    does not depend on its block.

    Convolutional networks and those of a person's own hypermodel are trained through
    `stateless_call`, or, where that cannot be, by `fit`.
    """

    name = "lanes"

    def __init__(self) -> None:
        self.machine = Machine()
        self.workers = Workers(self.machine.workers)
        self._data: LaneData | None = None
        self._programs: dict[Hashable, LaneProgram[Any]] = {}  # by structure
        self._noted: set[str] = set()
        self._lock = threading.Lock()

    def cohort_size(self, problem: Problem) -> int:
        """Return how many trials to be given at once."""
        rows, classes = sum(problem.fold_rows), int(problem.y.max()) + 1
        # losses and the best probabilities, both kept at some rungs of a race
        return self.machine.trials_at_once(4 * rows * (classes + 1) * _KEPT)

    def train(
        self,
        jobs: Sequence[Job],
        hypermodel: keras_tuner.HyperModel,
        *,
        problem: Problem,
        plan: Plan,
    ) -> Iterator[TrialResult]:
        """Train the trials block by block."""
        if self._data is None or self._data.problem is not problem:
            self._data, self._programs = LaneData(problem), {}
        pool = ThreadPoolExecutor(self.machine.workers, thread_name_prefix="part")
        cohort = _Cohort(self, problem, plan, pool)
        try:
            yield from cohort.train(jobs, hypermodel)
        finally:  # who breaks off does not wait for a long epoch
            pool.shutdown(wait=False, cancel_futures=True)
        self._note(hypermodel, cohort.unfit.values())
        if cohort.begun and plan.time_is_up():
            return
        left = [job for job in jobs if job.trial in cohort.unfit]
        yield from FitTrainer().train(left, hypermodel, problem=problem, plan=plan)

    def train_on_all_rows(
        self,
        finals: Sequence[FinalJob],
        hypermodel: keras_tuner.HyperModel,
        *,
        problem: Problem,
        plan: Plan,
    ) -> list[keras.Model]:
        """Train each as a lane that is alone, as many at once as there are cores."""
        try:
            trials = [_trial(final.job, hypermodel, plan) for final in finals]
            data = LaneData(problem.merge_folds())
            shapes = {trial.shape.structure(data): trial.shape for trial in trials}
            programs = {key: shape.program(data, alone=True) for key, shape in shapes.items()}

            def train(number: int) -> Iterator[tuple[int, list[np.ndarray]] | None]:
                final, trial = finals[number], trials[number]
                whole = problem.merge_folds(final.network)
                program = programs[trial.shape.structure(data)]
                block = LaneBlock([trial], program, problem=whole, plan=plan)
                for lanes in block.train_blindly(final.epochs):
                    yield None if lanes is None else (number, lanes[0])

            # on threads of their own, so that an interrupt does not wait for a long epoch
            tasks = [partial(train, number) for number in range(len(finals))]
            found = dict(self.workers.side_by_side(tasks, at_once=self.machine.workers))
        except Unfit:  # which was told when it was searched
            return FitTrainer().train_on_all_rows(finals, hypermodel, problem=problem, plan=plan)
        return [trial.network(found[number]) for number, trial in enumerate(trials)]

    def estimate_final_rounds(self, networks: int) -> float:
        """Return how long networks take: one a core at once, but one after another by `fit`."""
        if self._noted:  # what lanes cannot train, they cannot train on all rows either
            return super().estimate_final_rounds(networks)
        return _ALONE * -(-networks // self.machine.workers)

    def _note(self, hypermodel: keras_tuner.HyperModel, reasons: Iterable[str]) -> None:
        """Tell once why networks are trained by `fit`."""
        for reason in sorted(set(reasons) - self._noted):
            self._noted.add(reason)
            name = type(hypermodel).__name__
            self.on_note(f"{name} is trained by fit, one fold after another: {reason}")

    def structure(self, shape: LaneShape) -> Hashable:
        """Return by what the program of a shape is kept: shapes that have the same share it."""
        assert self._data is not None  # rows come before shapes
        return shape.structure(self._data), self.machine.trains_alone(shape)

    def program(self, shape: LaneShape) -> LaneProgram[Any]:
        """Return a shape's program: one that shapes share is traced once a search.

        Those that were not used for long are forgotten, so that memory does not grow.
        """
        assert self._data is not None  # rows come before shapes
        key, alone = self.structure(shape), self.machine.trains_alone(shape)
        if not shape.shared:
            return shape.program(self._data, alone=alone)
        with self._lock:
            program = self._programs.pop(key, None) or shape.program(self._data, alone=alone)
            self._programs[key] = program  # the last one is the one that was used last
            if len(self._programs) > _PROGRAMS:
                del self._programs[next(iter(self._programs))]
        return program


def _trial(job: Job, hypermodel: keras_tuner.HyperModel, plan: Plan) -> LaneTrial:
    make = mlp_trial if is_mlp(job, hypermodel) else keras_trial
    return make(job, hypermodel, plan)


class _Cohort:
    """Trials that were asked for at once.

    Attributes:
        unfit: Why a trial cannot be trained in lanes, by its number.
        begun: Whether a block has begun to train.
    """

    def __init__(self, trainer: LanesTrainer, problem: Problem, plan: Plan, pool: Executor) -> None:
        self.trainer = trainer
        self.machine = trainer.machine
        self.problem = problem
        self.plan = plan
        self.pool = pool
        self.unfit: dict[int, str] = {}
        self.begun = False
        self._parts = 1
        self._starved: list[LaneTrial] = []  # for which memory ran out, alone in their blocks

    def train(
        self, jobs: Sequence[Job], hypermodel: keras_tuner.HyperModel
    ) -> Iterator[TrialResult]:
        """Train the trials: multilayer perceptrons stacked, other networks one by one.

        Those begin first, since they take longer; in a race each stands by its trial's number.
        """
        others = [job for job in jobs if not is_mlp(job, hypermodel)]
        stacked = [_trial(job, hypermodel, self.plan) for job in jobs if is_mlp(job, hypermodel)]
        blocks = self._blocks(stacked)
        tasks: list[tuple[int, Callable[[], _Results]]] = [
            (job.trial, partial(self._train_keras, job, hypermodel)) for job in others
        ]
        tasks += [(block[0].trial, partial(self._train, block)) for block in blocks]
        if self.plan.race:
            tasks.sort(key=lambda task: task[0])
        largest = max((self._bytes(block) for block in blocks), default=1)
        at_once = self.machine.blocks_at_once(largest)
        yield from self._side_by_side([task for _, task in tasks], at_once)

    def _side_by_side(
        self, tasks: Sequence[Callable[[], _Results]], at_once: int
    ) -> Iterator[TrialResult]:
        at_once = min(at_once, len(tasks))
        self._parts = self.machine.workers // at_once
        yield from self.trainer.workers.side_by_side(tasks, at_once=at_once)
        while self._starved:  # now each has all of the memory
            trial = self._starved.pop(0)
            try:
                yield from filter(None, self._block([trial]))
            except tf.errors.ResourceExhaustedError as error:
                reason = f"out of memory: {one_line(error)}"
                yield TrialResult.from_failure(trial.trial, "out_of_memory", reason)

    def _block(self, trials: Sequence[LaneTrial]) -> _Results:
        cores = (self.pool, self._parts) if self._parts > 1 else None
        program = self.trainer.program(trials[0].shape)
        block = LaneBlock(trials, program, problem=self.problem, plan=self.plan, cores=cores)
        return block.train()

    def _train(self, trials: Sequence[LaneTrial]) -> _Results:
        """Train a block, but not where the time was up before."""
        if self.begun and self.plan.time_is_up():
            return
        self.begun = True
        yield from self._train_whole_or_halved(trials)

    def _train_whole_or_halved(self, trials: Sequence[LaneTrial]) -> _Results:
        """Train a block; where memory runs out, train what has not ended in two halves."""
        ended: set[int] = set()
        try:
            for result in self._block(trials):
                if result is not None:
                    ended.add(result.trial)
                yield result
            return
        except tf.errors.ResourceExhaustedError:
            left = [trial for trial in trials if trial.trial not in ended]
        if len(left) == 1:
            self._starved += left
            return
        half = (len(left) + 1) // 2
        for part in (left[:half], left[half:]):
            yield from self._train_whole_or_halved(part)

    def _train_keras(self, job: Job, hypermodel: keras_tuner.HyperModel) -> _Results:
        if self.begun and self.plan.time_is_up():
            return
        try:
            yield from self._train([keras_trial(job, hypermodel, self.plan)])
        except UserError:
            raise
        except Unfit as error:
            self.unfit[job.trial] = str(error)
        except Exception as error:  # a person's hypermodel may raise anything; it is recorded
            yield TrialResult.from_failure(job.trial, "raised", one_line(error))

    def _blocks(self, trials: Sequence[LaneTrial]) -> list[list[LaneTrial]]:
        """Cut each group into blocks; the largest first, so that all cores end together.

        The first block of each program comes before any second: no core waits while another one
        traces the program that both need. In a race they stand in the order of their trials,
        each of which is compared with those before it, and a core may have to wait so.
        """
        groups: dict[tuple[object, ...], list[LaneTrial]] = {}
        for trial in trials:
            groups.setdefault((trial.shape, *trial.common.items()), []).append(trial)
        blocks = []
        earlier: Counter[Hashable] = Counter()  # blocks of the same program
        for group in groups.values():
            program = self.trainer.structure(group[0].shape)
            size = max(1, self.machine.block_bytes // self._bytes(group[:1]))
            for start in range(0, len(group), size):
                blocks.append((earlier[program], group[start : start + size]))
                earlier[program] += 1
        if self.plan.race:
            blocks.sort(key=lambda block: block[1][0].trial)
        else:
            blocks.sort(key=lambda block: (block[0] > 0, -sum(t.parameters for t in block[1])))
        return [block for _, block in blocks]

    def _bytes(self, block: Sequence[LaneTrial]) -> int:
        shape = block[0].shape
        return shape.bytes_of(len(block) * len(self.problem.folds), shape.batch_size)
