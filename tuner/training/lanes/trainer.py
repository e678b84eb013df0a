"""The `lanes` trainer: groups a cohort's trials by shape and trains them a block a core."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import keras_tuner
import tensorflow as tf

from tuner.training.fit import FitTrainer
from tuner.training.lanes.block import LaneBlock
from tuner.training.lanes.data import LaneData
from tuner.training.lanes.machine import Machine
from tuner.training.lanes.mlp import mlp_trial
from tuner.training.lanes.network import LaneShape, LaneTrial
from tuner.training.lanes.program import LaneProgram
from tuner.training.lanes.workers import side_by_side
from tuner.training.problem import Job, Plan, Problem
from tuner.training.result import TrialResult
from tuner.training.trainer import Trainer

__all__ = ["LanesTrainer"]

_Begin = Callable[[Sequence[LaneTrial]], Iterator[TrialResult | None]]

_COHORT = 64  # trials that are asked for at once; they train a block at a time


class LanesTrainer(Trainer):
    """Trains all folds of many trials side by side.

    The trials of one shape, a lane group, share a program. A group is cut into blocks of a size
    that the machine trains best, and each core takes one block after another. A trial's result
    does not depend on its block.

    A hypermodel that gives no recipe of its networks is trained by `fit`.
    """

    name = "lanes"

    def __init__(self) -> None:
        self.machine = Machine()
        self._data: LaneData | None = None
        self._programs: dict[LaneShape, LaneProgram] = {}

    def cohort(self) -> int:
        """Return how many trials to be given at once."""
        return _COHORT

    def note(self, hypermodel: keras_tuner.HyperModel) -> str:
        """Say that `fit` trains a hypermodel that gives no recipe, and why."""
        if hasattr(hypermodel, "recipe"):
            return ""
        name = type(hypermodel).__name__
        return (
            f"{name} is trained by fit, one fold after another: lanes take the networks that the "
            "space files describe"
        )

    def train(
        self,
        jobs: Sequence[Job],
        hypermodel: keras_tuner.HyperModel,
        *,
        problem: Problem,
        plan: Plan,
    ) -> Iterator[TrialResult]:
        """Train the trials block by block."""
        if not hasattr(hypermodel, "recipe"):
            yield from FitTrainer().train(jobs, hypermodel, problem=problem, plan=plan)
            return
        trials = [
            mlp_trial(job.trial, hypermodel.recipe(job.hyperparameters), epochs=plan.epochs)
            for job in jobs
        ]
        programs = self._programs_of(trials, problem)
        blocks = self._blocks(trials, problem)
        at_once = self.machine.blocks_at_once(max(self._bytes(block, problem) for block in blocks))
        at_once = min(at_once, len(blocks))
        parts = self.machine.workers // at_once
        with ThreadPoolExecutor(self.machine.workers) as pool:
            split = (pool, parts) if parts > 1 else None

            def begin(block: Sequence[LaneTrial]) -> Iterator[TrialResult | None]:
                program = programs[block[0].shape]
                return LaneBlock(block, program, problem=problem, plan=plan, cores=split).train()

            tasks = [partial(_halving, block, begin) for block in blocks]
            yield from side_by_side(tasks, workers=at_once)

    def _blocks(self, trials: Sequence[LaneTrial], problem: Problem) -> list[list[LaneTrial]]:
        """Cut each group into blocks; the largest first, so that all cores end together.

        The first block of each group comes before any second: no core waits while another one
        traces the program that both need.
        """
        groups: dict[tuple[object, ...], list[LaneTrial]] = {}
        for trial in trials:
            groups.setdefault((trial.shape, *trial.shared.items()), []).append(trial)
        blocks = []
        for group in groups.values():
            size = max(1, self.machine.block_bytes // self._bytes(group[:1], problem))
            starts = range(0, len(group), size)
            blocks += [(start // size, group[start : start + size]) for start in starts]
        blocks.sort(key=lambda block: (block[0], -sum(t.parameters for t in block[1])))
        return [block for _, block in blocks]

    @staticmethod
    def _bytes(block: Sequence[LaneTrial], problem: Problem) -> int:
        shape = block[0].shape
        return shape.bytes_of(len(block) * len(problem.folds), shape.batch_size)

    def _programs_of(
        self, trials: Sequence[LaneTrial], problem: Problem
    ) -> dict[LaneShape, LaneProgram]:
        """Return the programs of all shapes so far: each is traced once a search."""
        if self._data is None or self._data.problem is not problem:
            self._data = LaneData(problem)
            self._programs = {}
        for trial in trials:
            if trial.shape not in self._programs:
                self._programs[trial.shape] = LaneProgram(trial.shape, self._data)
        return self._programs


def _halving(trials: Sequence[LaneTrial], begin: _Begin) -> Iterator[TrialResult | None]:
    """Train a block; where memory runs out, train what has not ended in two halves."""
    ended: set[int] = set()
    try:
        for result in begin(trials):
            if result is not None:
                ended.add(result.trial)
            yield result
        return
    except tf.errors.ResourceExhaustedError as error:
        reason = f"out of memory: {error.message}".partition("\n")[0]
    left = [trial for trial in trials if trial.trial not in ended]
    if len(left) == 1:
        yield TrialResult(left[0].trial, "failed", reason)
        return
    half = (len(left) + 1) // 2
    for part in (left[:half], left[half:]):
        yield from _halving(part, begin)
