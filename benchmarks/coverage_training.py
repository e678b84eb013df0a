"""Training for `coverage.py`: lanes whose programs are traced once for all draws of a table."""

from collections.abc import Hashable, Iterator, Sequence

import keras_tuner
import numpy as np

from tuner.problem import Problem
from tuner.training import Job, Plan, TrialResult
from tuner.training.lanes.data import LaneData
from tuner.training.lanes.programs import ProgramCache
from tuner.training.lanes.trainer import LanesTrainer

__all__ = ["Network", "ReusingTrainer"]


class Network:
    """A trained perceptron, called as a Keras network is, but made of kept weights at once.

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


def _find_sizes(data: LaneData) -> Hashable:
    """Return the sizes and inputs that are fixed in a program."""
    return data.chunk, data.validation.shape[1], data.class_weights is not None
