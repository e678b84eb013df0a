"""A block: trials of one lane group that train side by side until each has ended."""

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any

import numpy as np
import tensorflow as tf

from tuner.problem import Problem
from tuner.training.lanes.network import LaneProgram, LaneTrial
from tuner.training.plan import Plan
from tuner.training.progress import Diverged, TrialProgress
from tuner.training.result import TrialResult
from tuner.training.streams import batch_order, stream_seed

__all__ = ["LaneBlock"]


@dataclass
class _Part:
    """Lanes of a block that one core trains, and what stays the same from epoch to epoch."""

    weights: Any
    lanes: slice
    constants: dict[str, tf.Tensor]


class LaneBlock:
    """Trials that train side by side; one that has ended leaves its lanes to nobody.

    Lanes stand in the order of trials, and within a trial in the order of its folds.

    Args:
        trials: Of one shape, of the program's structure, alike in what they share.
        program: Trains an epoch of any number of lanes.
        problem: Rows and folds.
        plan: How long to train, and towards what.
        cores: Trains the parts of the block at once, and how many parts; None where one core
            has the whole block.
    """

    def __init__(
        self,
        trials: Sequence[LaneTrial],
        program: LaneProgram[Any],
        *,
        problem: Problem,
        plan: Plan,
        cores: tuple[Executor, int] | None = None,
    ) -> None:
        self.program = program
        self.shape = trials[0].shape
        self.steps = int(program.data.steps(self.shape.batch_size).max())
        self.problem = problem
        self.plan = plan
        self._map: Callable[..., Any] = cores[0].map if cores else map
        self._count = cores[1] if cores else 1
        self._running = [_Running(trial, problem, plan) for trial in trials]
        self._parts: list[_Part] = []

    def train(self) -> Iterator[TrialResult | None]:
        """Yield each trial's result as it ends; None after an epoch in which none did."""
        started, count, epoch = time.perf_counter(), len(self._running), 0
        self._load([lane for trial in self._running for lane in trial.initial_variables()])
        while self._running:
            answer = self._epoch(epoch)
            epoch += 1
            share = (time.perf_counter() - started) / count
            ended = [trial.take(p, answer, share) for p, trial in enumerate(self._running)]
            self._keep([result is None for result in ended])
            results = [result for result in ended if result is not None]
            if not results:
                yield None
            yield from results

    def train_blindly(self, epochs: int) -> Iterator[list[list[np.ndarray]] | None]:
        """Train for some epochs, whatever the scores.

        Yield None after each, and at last the variables of each lane.
        """
        self._load([lane for trial in self._running for lane in trial.initial_variables()])
        for epoch in range(epochs):
            self._epoch(epoch)
            yield None
        yield [lane for part in self._parts for lane in part.weights.lane_values()]

    def _epoch(self, epoch: int) -> dict[str, np.ndarray]:
        order = np.concatenate([trial.order(epoch, self.steps) for trial in self._running])
        rates = self._each([t.trial.learning_rate_at(epoch) for t in self._running])
        first_step = np.int32(epoch * self.steps)

        def train(part: _Part) -> dict[str, np.ndarray]:
            own = {"order": order[part.lanes], "rate": rates[part.lanes], "first_step": first_step}
            return self.program.epoch(part.weights, {**part.constants, **own})

        answers = list(self._map(train, self._parts))
        return {name: np.concatenate([a[name] for a in answers]) for name in answers[0]}

    def _each(self, numbers: Sequence[float]) -> np.ndarray:
        """Return a trial's number for each of its lanes."""
        return np.repeat(np.asarray(numbers, np.float32), len(self.problem.folds))

    def _load(self, lanes: Sequence[Sequence[np.ndarray]]) -> None:
        """Begin with the variables of each lane."""
        self._parts = self._split(len(lanes))
        for part in self._parts:
            part.weights.load(lanes[part.lanes])

    def _keep(self, going_on: list[bool]) -> None:
        """Go on with the lanes of some of the trials."""
        if all(going_on):
            return
        if not any(going_on):
            self._running, self._parts = [], []
            return
        self._running = [t for t, goes in zip(self._running, going_on, strict=True) if goes]
        lanes = np.flatnonzero(np.repeat(going_on, len(self.problem.folds)))
        variables = zip(*(part.weights.variables for part in self._parts), strict=True)
        left = [tf.gather(tf.concat(parts, axis=0), lanes) for parts in variables]
        self._parts = self._split(len(lanes))
        for part in self._parts:
            part.weights.assign([values[part.lanes] for values in left])

    def _split(self, lanes: int) -> list[_Part]:
        """Split the lanes into parts, with what the program takes of each lane."""
        data, trials = self.program.data, [running.trial for running in self._running]
        fold = np.tile(np.arange(len(self.problem.folds)), len(trials))
        constants: dict[str, np.ndarray] = {
            "rows": data.train_rows[fold].astype(np.int32),
            "validation": data.validation[fold],
            "seed": np.array([seed for t in self._running for seed in t.seeds], np.uint32),
            **{name: self._each([t.values[name] for t in trials]) for name in trials[0].values},
        }
        if data.scaled:
            constants |= {"mean": data.mean[fold], "scale": data.scale[fold]}
        if data.class_weights is not None:
            constants["class_weights"] = data.class_weights[fold]
        shared = {**trials[0].common, **self.shape.sizes(data)}
        return [
            _Part(
                self.program.weights(self.shape),
                own,
                {name: tf.constant(value[own]) for name, value in constants.items()}
                | {name: tf.constant(value) for name, value in shared.items()},
            )
            for own in self._shares(lanes)
        ]

    def _shares(self, lanes: int) -> list[slice]:
        """Return each call's lanes: shares that differ by one at most."""
        most = max(1, lanes // self.program.least_lanes)
        used = lanes if self.program.alone else min(self._count, most)
        return [slice(lanes * n // used, lanes * (n + 1) // used) for n in range(used)]


class _Running:
    """A trial whose lanes are training."""

    def __init__(self, trial: LaneTrial, problem: Problem, plan: Plan) -> None:
        self.trial = trial
        self.problem = problem
        self.plan = plan
        self.progress = TrialProgress(
            trial.trial, problem, plan, parameters=trial.parameters, epochs=trial.epochs
        )

    @property
    def seeds(self) -> list[int]:
        """The seed of each fold."""
        streams = map(self.problem.find_stream, range(len(self.problem.folds)))
        return [stream_seed(self.plan.seed, self.trial.trial, stream) for stream in streams]

    def initial_variables(self) -> list[Sequence[np.ndarray]]:
        """Return what each fold's network begins with."""
        return [self.trial.initial_variables(seed) for seed in self.seeds]

    def order(self, epoch: int, steps: int) -> np.ndarray:
        """Return the rows in the order in which each fold's lane visits them.

        **Shape**: `(folds, steps, stored rows)`, filled up with row 0, which the program masks.
        """
        folds, seed, trial = self.problem.folds, self.plan.seed, self.trial.trial
        shape = self.trial.shape
        order = np.zeros((len(folds), steps * shape.batch_size), np.int32)
        for number, fold in enumerate(folds):
            rows = len(fold.train)
            stream = self.problem.find_stream(number)
            visits = batch_order(rows, seed=seed, trial=trial, fold=stream, epoch=epoch)
            order[number, :rows] = fold.train[visits]
        batches = order.reshape(len(folds), steps, shape.batch_size)
        return np.pad(batches, ((0, 0), (0, 0), (0, shape.stored_rows - shape.batch_size)))

    def take(self, place: int, answer: dict[str, np.ndarray], share: float) -> TrialResult | None:
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
            return TrialResult.from_failure(self.trial.trial, "diverged", str(error), seconds=share)
        return self.progress.completed(share)
