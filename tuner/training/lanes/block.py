"""A block: trials of one lane group that train side by side until each has ended."""

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
import tensorflow as tf

from tuner.problem import Problem
from tuner.training.lanes.data import LaneData
from tuner.training.lanes.interfaces import LaneProgram, Lanes, LaneTrial, LaneWeights
from tuner.training.lanes.running_trial import RunningTrial
from tuner.training.plan import Plan
from tuner.training.result import TrialResult

__all__ = ["LaneBlock"]


@dataclass
class _Part:
    """The lanes of a block that one core trains.

    Attributes:
        weights: The lanes' variables.
        lanes: Which of the block's lanes these are.
        constants: The program's inputs that are the same in every epoch.
    """

    weights: LaneWeights
    lanes: slice
    constants: Lanes


class LaneBlock:
    """Trials that train side by side. The lanes of a trial that has ended are removed.

    Lanes are in the order of trials, and within a trial in the order of its folds.

    Args:
        trials: Trials of one shape and number of folds that agree in their common values.
        program: Trains an epoch of any number of lanes.
        data: The rows on the device, and at least as many folds, in the same order.
        problem: Rows and folds.
        plan: How long to train, and the objective.
        cores: An executor that trains the parts of the block at once, and the number of parts;
            None if one core trains the whole block.
    """

    def __init__(
        self,
        trials: Sequence[LaneTrial],
        program: LaneProgram[Any],
        *,
        data: LaneData,
        problem: Problem,
        plan: Plan,
        cores: tuple[Executor, int] | None = None,
    ) -> None:
        self.program = program
        self.data = data
        self.shape = trials[0].shape
        self.steps = int(data.count_steps(self.shape.batch_size).max())
        self.problem = problem.take_folds(trials[0].folds)
        self.plan = plan.take_folds(trials[0].folds)
        self._map: Callable[..., Any] = cores[0].map if cores else map
        self._most_parts = cores[1] if cores else 1
        self._trials = [RunningTrial(trial, self.problem, self.plan) for trial in trials]
        self._parts: list[_Part] = []

    def train(self) -> Iterator[TrialResult | None]:
        """Train until all trials have ended.

        Yields:
            Each trial's result as it ends; None after an epoch in which no trial ended.
        """
        started, count, epoch = time.perf_counter(), len(self._trials), 0
        self._load_initial_variables()
        while running := self._list_running():
            answer = self._train_epoch(epoch)
            epoch += 1
            seconds = (time.perf_counter() - started) / count
            results = [trial.add_epoch(place, answer, seconds) for place, trial in running]
            self._keep_networks(running, results)
            self._remove_ended()
            ended = [result for result in results if result is not None]
            if not ended:
                yield None
            yield from ended

    def train_epochs(self, epochs: int) -> Iterator[list[list[np.ndarray]] | None]:
        """Train for a number of epochs, regardless of the scores.

        Yields:
            None after each epoch; then the values of each lane's variables.
        """
        self._load_initial_variables()
        for epoch in range(epochs):
            self._train_epoch(epoch)
            yield None
        yield self._read_networks(range(len(self.problem.folds) * len(self._trials)))

    def _list_running(self) -> list[tuple[int, RunningTrial]]:
        """Return the trials that have not ended, each with its place among those with lanes."""
        return [(place, t) for place, t in enumerate(self._trials) if not t.has_ended]

    def _train_epoch(self, epoch: int) -> dict[str, np.ndarray]:
        """Train every lane for an epoch; return what the program returns, for all lanes."""
        order = np.concatenate([trial.order_rows(epoch, self.steps) for trial in self._trials])
        learning_rate = self._repeat(
            [0.0 if t.has_ended else t.find_learning_rate(epoch) for t in self._trials]
        )
        first_step = np.int32(epoch * self.steps)

        def train(part: _Part) -> dict[str, np.ndarray]:
            inputs = {
                **part.constants,
                "order": order[part.lanes],
                "learning_rate": learning_rate[part.lanes],
                "first_step": first_step,
            }
            return self.program.train_epoch(part.weights, inputs)

        answers = list(self._map(train, self._parts))
        return {name: np.concatenate([a[name] for a in answers]) for name in answers[0]}

    def _keep_networks(
        self,
        running: Sequence[tuple[int, RunningTrial]],
        results: Sequence[TrialResult | None],
    ) -> None:
        """Copy the networks of each trial that has improved, and keep those of ended trials."""
        if self.plan.hooks.fold_networks is None:
            return
        folds = len(self.problem.folds)
        improved = [place for place, trial in running if trial.progress.has_improved]
        lanes = [place * folds + fold for place in improved for fold in range(folds)]
        networks = iter(self._read_networks(lanes))
        for place in improved:
            self._trials[place].best_networks = list(islice(networks, folds))
        for (_, trial), result in zip(running, results, strict=True):
            if result is not None and result.status == "completed":
                self.plan.hooks.fold_networks.keep(
                    result.trial,
                    result.score,
                    trial.best_networks,
                    trial.make_fold_network,
                    trainer="lanes",
                )

    def _read_networks(self, lanes: Sequence[int]) -> list[list[np.ndarray]]:
        """Return copies of the networks of some lanes, whose numbers ascend."""
        return [
            network
            for part in self._parts
            for network in part.weights.read_networks(
                lane - part.lanes.start
                for lane in lanes
                if part.lanes.start <= lane < part.lanes.stop
            )
        ]

    def _repeat(self, numbers: Sequence[float]) -> np.ndarray:
        """Return each trial's number once per lane, shape `(lanes,)`, float32."""
        return np.repeat(np.asarray(numbers, np.float32), len(self.problem.folds))

    def _load_initial_variables(self) -> None:
        lanes = [lane for trial in self._trials for lane in trial.make_initial_variables()]
        self._parts = self._split(len(lanes))
        for part in self._parts:
            part.weights.load(lanes[part.lanes])

    def _remove_ended(self) -> None:
        """Remove the lanes of trials that have ended.

        XLA would compile a program again for fewer lanes. So with XLA these lanes stay, and train
        for nothing, until those that are left are half of the lanes or fewer.
        """
        keep = [not trial.has_ended for trial in self._trials]
        most = len(keep) // 2 if self.program.compiled else len(keep) - 1
        if sum(keep) > most:
            return
        if not any(keep):
            self._trials, self._parts = [], []
            return
        self._trials = [trial for trial, kept in zip(self._trials, keep, strict=True) if kept]
        lanes = np.flatnonzero(np.repeat(keep, len(self.problem.folds)))
        before = [part.weights for part in self._parts]
        self._parts = self._split(len(lanes))
        for part in self._parts:
            part.weights.copy_lanes(before, lanes[part.lanes])

    def _split(self, lanes: int) -> list[_Part]:
        """Split the lanes into parts, with weights that are not loaded yet."""
        data, trials = self.data, [running.trial for running in self._trials]
        fold = np.tile(np.arange(len(self.problem.folds)), len(trials))
        names = trials[0].lane_values
        by_lane: dict[str, np.ndarray] = {
            **{name: values[fold] for name, values in data.fold_inputs.items()},
            "seed": np.array([seed for t in self._trials for seed in t.seeds], np.uint32),
            **{name: self._repeat([t.lane_values[name] for t in trials]) for name in names},
        }
        common = {**trials[0].common_values, **self.shape.list_sizes(data)}
        return [
            _Part(
                self.program.make_weights(self.shape),
                part,
                data.row_inputs
                | {name: tf.constant(value[part]) for name, value in by_lane.items()}
                | {name: tf.constant(value) for name, value in common.items()},
            )
            for part in self._divide(lanes)
        ]

    def _divide(self, lanes: int) -> list[slice]:
        """Return the lanes of each part; parts differ by one lane at most."""
        most = max(1, lanes // self.program.least_lanes)
        parts = lanes if self.program.alone else min(self._most_parts, most)
        return [slice(lanes * n // parts, lanes * (n + 1) // parts) for n in range(parts)]
