"""A lane group: trials of one shape that train side by side until each has ended."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from tuner.model.recipe import Recipe, initial_weights
from tuner.training.lanes.program import LaneProgram
from tuner.training.lanes.values import LaneValues
from tuner.training.problem import Plan, Problem
from tuner.training.progress import Diverged, TrialProgress
from tuner.training.result import TrialResult
from tuner.training.streams import batch_order, stream_seed

__all__ = ["LaneTrial", "train_group"]


@dataclass(frozen=True, slots=True)
class LaneTrial:
    """A trial to train in lanes: its number and its network."""

    trial: int
    recipe: Recipe


def train_group(
    trials: Sequence[LaneTrial], program: LaneProgram, *, problem: Problem, plan: Plan
) -> Iterator[TrialResult]:
    """Train trials of one shape; yield each as it ends, and go on with the others' lanes.

    Lanes stand in the order of trials, and within a trial in the order of its folds.

    Args:
        trials: Of the program's shape.
        program: Trains an epoch of any number of lanes.
        problem: Rows and folds.
        plan: How long to train, and towards what.
    """
    started = time.perf_counter()
    running = [_Running(trial, problem, plan) for trial in trials]
    values = lane_values(trials, problem, plan)
    program.load([weights for trial in running for weights in trial.initial_weights()])
    epoch = 0
    while running:
        order = np.concatenate([trial.order(epoch, program) for trial in running])
        rates = np.repeat(
            [t.recipe.learning_rate_at(epoch, plan.epochs) for t in running], len(problem.folds)
        )
        answer = program.epoch(order, rates, values, epoch=epoch)
        epoch += 1
        going_on = []
        for place, trial in enumerate(running):
            result = trial.take(place, answer, share=(time.perf_counter() - started) / len(trials))
            going_on.append(result is None)
            if result is not None:
                yield result
        if not all(going_on):
            lanes = np.flatnonzero(np.repeat(going_on, len(problem.folds)))
            running = [t for t, goes in zip(running, going_on, strict=True) if goes]
            if running:
                values = values.take(lanes)
                program.keep(lanes)


def lane_values(trials: Sequence[LaneTrial], problem: Problem, plan: Plan) -> LaneValues:
    """Return what differs from lane to lane, for every fold of every trial."""
    folds = len(problem.folds)
    recipes = [trial.recipe for trial in trials]

    def each(numbers: Sequence[float]) -> np.ndarray:
        return np.repeat(np.asarray(numbers, np.float32), folds)

    return LaneValues(
        fold=np.tile(np.arange(folds), len(trials)),
        l1=each([recipe.penalty.l1 for recipe in recipes]),
        l2=each([recipe.penalty.l2 for recipe in recipes]),
        radius=each([recipe.penalty.radius or 0.0 for recipe in recipes]),
        dropout=each([recipe.dropout for recipe in recipes]),
        input_dropout=each([recipe.input_dropout for recipe in recipes]),
        seed=np.array(
            [stream_seed(plan.seed, t.trial, fold) for t in trials for fold in range(folds)],
            np.uint32,
        ),
    )


class _Running:
    """A trial whose lanes are training."""

    def __init__(self, trial: LaneTrial, problem: Problem, plan: Plan) -> None:
        self.trial = trial.trial
        self.recipe = trial.recipe
        self.problem = problem
        self.plan = plan
        self.progress = TrialProgress(trial.trial, problem, plan)

    def initial_weights(self) -> list[list[np.ndarray]]:
        """Return the weights that each fold begins with."""
        seeds = [stream_seed(self.plan.seed, self.trial, f) for f in range(len(self.problem.folds))]
        return [initial_weights(self.recipe, seed) for seed in seeds]

    def order(self, epoch: int, program: LaneProgram) -> np.ndarray:
        """Return the rows in the order in which each fold's lane visits them.

        **Shape**: `(folds, steps × batch size)`, filled up with row 0, which the program masks.
        """
        order = np.zeros(
            (len(self.problem.folds), program.steps * self.recipe.batch_size), np.int32
        )
        for number, fold in enumerate(self.problem.folds):
            visits = batch_order(
                len(fold.train), seed=self.plan.seed, trial=self.trial, fold=number, epoch=epoch
            )
            order[number, : len(visits)] = fold.train[visits]
        return order

    def take(
        self, place: int, answer: dict[str, np.ndarray], *, share: float
    ) -> TrialResult | None:
        """Take in an epoch's answer for the trial at a place; return its result if it ended."""
        folds = len(self.problem.folds)
        lanes = slice(place * folds, (place + 1) * folds)
        logs = {name: list(answer[name][lanes]) for name in ("loss", "accuracy", "penalty")}
        probabilities = answer["probabilities"][lanes]
        out_of_fold = [
            part[:rows] for part, rows in zip(probabilities, self.problem.fold_rows, strict=True)
        ]
        try:
            if self.progress.add_epoch(logs, out_of_fold):
                return None
        except Diverged as error:
            return TrialResult(self.trial, "failed", str(error), seconds=share)
        return self.progress.completed(self.recipe.parameters, share)
