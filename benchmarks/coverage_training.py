"""Training for `coverage.py`: lanes whose programs are traced once for all draws of a table."""

from collections import defaultdict
from collections.abc import Hashable, Iterator, Sequence
from typing import Any

import keras_tuner
import numpy as np

from tuner.problem import Problem
from tuner.training import FinalJob, Job, Plan, TrialResult
from tuner.training.lanes.block import LaneBlock
from tuner.training.lanes.data import LaneData
from tuner.training.lanes.interfaces import LaneProgram
from tuner.training.lanes.programs import ProgramCache
from tuner.training.lanes.running_trial import RunningTrial
from tuner.training.lanes.stacked_mlps import make_mlp_trial
from tuner.training.lanes.stacked_mlps.weights import to_keras_weights
from tuner.training.lanes.trainer import LanesTrainer

__all__ = ["Network", "ReusingTrainer"]


class Network:
    """A trained perceptron, called as a Keras network is, but made at once.

    Args:
        weights: A kernel and a bias per layer, as Keras orders them.
    """

    def __init__(self, weights: Sequence[np.ndarray]) -> None:
        self.weights = list(weights)

    def __call__(self, x: np.ndarray, training: bool = False) -> "Network._Answer":
        """Return the probabilities of scaled rows, shape `(rows, classes)`."""
        *hidden, (kernel, bias) = zip(self.weights[::2], self.weights[1::2], strict=True)
        for weights, biases in hidden:
            x = np.maximum(x @ weights + biases, 0)
        logits = x @ kernel + bias
        logits = np.exp(logits - logits.max(axis=1, keepdims=True))
        return Network._Answer(logits / logits.sum(axis=1, keepdims=True))

    class _Answer:
        def __init__(self, probabilities: np.ndarray) -> None:
            self._probabilities = probabilities

        def numpy(self) -> np.ndarray:
            return self._probabilities


class ReusingTrainer(LanesTrainer):
    """Trains draws of one table.

    A program takes the rows of the whole table once; which of them a fold trains on are its inputs.
    So problems that have the same table share programs, if the programs' static sizes agree.
    """

    def __init__(self) -> None:
        super().__init__()
        self._caches: dict[Hashable, ProgramCache] = {}
        self._finals: dict[Hashable, LaneProgram[Any]] = {}

    def train(
        self,
        jobs: Sequence[Job],
        hypermodel: keras_tuner.HyperModel,
        *,
        problem: Problem,
        plan: Plan,
    ) -> Iterator[TrialResult]:
        """Train trials by the programs of earlier draws."""
        data = LaneData(problem)
        cache = self._caches.setdefault(_find_sizes(data), ProgramCache(data, self.machine))
        cache.data = data
        for program in cache.programs.values():
            program.data = data
        self.programs = cache
        yield from super().train(jobs, hypermodel, problem=problem, plan=plan)

    def train_on_all_rows(
        self,
        final_jobs: Sequence[FinalJob],
        hypermodel: keras_tuner.HyperModel,
        *,
        problem: Problem,
        plan: Plan,
    ) -> list[Any]:
        """Train networks on all rows, those of one shape side by side.

        The product trains each alone; they differ by the rounding of float32.
        """
        data = LaneData(problem.merge_folds())
        by_shape = defaultdict(list)
        for place, final in enumerate(final_jobs):
            trial = make_mlp_trial(final.job, hypermodel, plan)
            by_shape[trial.shape].append((place, trial, final))
        networks: dict[int, Network] = {}
        for shape, own in by_shape.items():
            key = shape.find_structure(data), _find_sizes(data)
            if key not in self._finals:
                self._finals[key] = shape.make_program(data, alone=False)
            program = self._finals[key]
            program.data = data
            block = LaneBlock(
                [t for _, t, _ in own], program, problem=problem.merge_folds(), plan=plan
            )
            block._running = [
                RunningTrial(t, problem.merge_folds(final.network), plan) for _, t, final in own
            ]
            block._load_initial_variables()
            for epoch in range(max(final.epochs for _, _, final in own)):
                block._train_epoch(epoch)
                lanes = [lane for part in block._parts for lane in part.weights.read_lanes()]
                for (place, _, final), lane in zip(own, lanes, strict=True):
                    if final.epochs == epoch + 1:
                        networks[place] = Network(to_keras_weights(lane, shape.widths))
        return [networks[place] for place in range(len(final_jobs))]


def _find_sizes(data: LaneData) -> Hashable:
    """Return the sizes and inputs that are fixed in a program."""
    return data.chunk, data.validation.shape[1], data.class_weights is not None
