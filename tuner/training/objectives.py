"""What a search optimises: a mean over rows of a value that each row's probabilities have."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

__all__ = ["OBJECTIVES", "Objective", "accuracy", "cross_entropy"]

# Keras's own epsilon: a row that is wrong with certainty costs 16.1, and not infinity.
EPSILON = 1e-7


def cross_entropy(probabilities: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return −log of the true class's probability, by row.

    **Shape**: `(rows, classes)` and `(rows,)` to `(rows,)`, float64.
    """
    of_true_class = probabilities[np.arange(len(y)), y].astype(np.float64)
    return np.asarray(-np.log(np.clip(of_true_class, EPSILON, 1.0)))


def accuracy(probabilities: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return 1 where the most probable class is the true one, else 0, by row.

    **Shape**: `(rows, classes)` and `(rows,)` to `(rows,)`, float64.
    """
    return (probabilities.argmax(axis=1) == y).astype(np.float64)


@dataclass(frozen=True, slots=True)
class Objective:
    """A score and the direction in which it improves.

    Attributes:
        name: As on the command line.
        direction: As in KerasTuner.
        row_values: Probabilities and true classes to one value a row, whose mean is the score.
    """

    name: str
    direction: Literal["min", "max"]
    row_values: Callable[[np.ndarray, np.ndarray], np.ndarray]

    def better(self, score: float, than: float) -> bool:
        """Return whether a score is strictly better than another."""
        return score < than if self.direction == "min" else score > than

    @property
    def worst(self) -> float:
        """The score that every other one is better than."""
        return float("inf") if self.direction == "min" else float("-inf")


OBJECTIVES: dict[str, Objective] = {
    "cross_entropy": Objective("cross_entropy", "min", cross_entropy),
    "accuracy": Objective("accuracy", "max", accuracy),
}
