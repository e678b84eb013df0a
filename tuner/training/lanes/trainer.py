"""The `lanes` trainer: groups a cohort's trials by shape and trains each group as one program."""

from collections.abc import Iterator, Sequence

import keras_tuner
import tensorflow as tf

from tuner.training.fit import FitTrainer
from tuner.training.lanes.data import LaneData
from tuner.training.lanes.group import LaneTrial, train_group
from tuner.training.lanes.program import LaneProgram
from tuner.training.lanes.shape import LaneShape
from tuner.training.lanes.threads import parts_for_this_machine
from tuner.training.problem import Job, Plan, Problem
from tuner.training.result import TrialResult
from tuner.training.trainer import Trainer

__all__ = ["LanesTrainer"]

_COHORT = 64  # trials; more of them share a shape, and a group is cut to what memory holds anyway
_GROUP_BYTES = 512 * 2**20  # of weights, momenta, gradients and activations of one group


class LanesTrainer(Trainer):
    """Trains all folds of many trials side by side.

    A hypermodel that gives no recipe of its networks is trained by `fit`.
    """

    name = "lanes"

    def __init__(self) -> None:
        self._parts = parts_for_this_machine()
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
        """Train the trials group by group."""
        if not hasattr(hypermodel, "recipe"):
            yield from FitTrainer().train(jobs, hypermodel, problem=problem, plan=plan)
            return
        groups: dict[LaneShape, list[LaneTrial]] = {}
        for job in jobs:
            recipe = hypermodel.recipe(job.hyperparameters)
            groups.setdefault(LaneShape.of(recipe), []).append(LaneTrial(job.trial, recipe))
        for shape, trials in groups.items():
            size = max(1, _GROUP_BYTES // self._bytes(shape, problem))
            for start in range(0, len(trials), size):
                yield from self._halving(trials[start : start + size], shape, problem, plan)

    def _halving(
        self, trials: list[LaneTrial], shape: LaneShape, problem: Problem, plan: Plan
    ) -> Iterator[TrialResult]:
        """Train a group; where memory runs out, train what has not ended in two halves."""
        ended: set[int] = set()
        try:
            for result in train_group(
                trials, self._program(shape, problem), problem=problem, plan=plan
            ):
                ended.add(result.trial)
                yield result
        except tf.errors.ResourceExhaustedError as error:
            left = [trial for trial in trials if trial.trial not in ended]
            self._programs.pop(shape, None)
            if len(left) == 1:
                reason = f"out of memory: {error.message}".partition("\n")[0]
                yield TrialResult(left[0].trial, "failed", reason)
                return
            half = (len(left) + 1) // 2
            for part in (left[:half], left[half:]):
                yield from self._halving(part, shape, problem, plan)

    def _program(self, shape: LaneShape, problem: Problem) -> LaneProgram:
        """Return the program of a shape: traced once a search."""
        if self._data is None or self._data.problem is not problem:
            self._data = LaneData(problem)
            self._programs.clear()
        if shape not in self._programs:
            self._programs[shape] = LaneProgram(shape, self._data, parts=self._parts)
        return self._programs[shape]

    @staticmethod
    def _bytes(shape: LaneShape, problem: Problem) -> int:
        """Estimate what one trial's lanes take: weights and the activations of a batch."""
        weights = sum((a + 1) * b for a, b in zip(shape.widths, shape.widths[1:], strict=False))
        rows = max(shape.batch_size, min(max(problem.fold_rows), 2048))
        return len(problem.folds) * 4 * (4 * weights + 3 * rows * sum(shape.widths))
