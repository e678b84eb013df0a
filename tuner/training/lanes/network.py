"""What the trainer needs to know of the networks in its lanes, and of a program that trains them.

There are two kinds of program. `stacked.py` trains many lanes in one call, its networks' weights
stacked: for the multilayer perceptrons of the space files, in `stacked_mlps.py`. `one_by_one.py`
trains one lane a call: for convolutional networks and those of a person's own hypermodel, in
`keras_network.py`.
"""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar

import keras
import numpy as np

from tuner.training.lanes.data import LaneData

__all__ = ["LaneProgram", "LaneShape", "LaneTrial", "LaneWeights", "Lanes"]

Lanes = dict[str, Any]  # what differs from lane to lane, by name: tensors, lanes on the first axis


class LaneWeights(ABC):
    """The variables of some lanes: all that training changes."""

    @abstractmethod
    def load(self, lanes: Sequence[Sequence[np.ndarray]]) -> None:
        """Take the values of each lane's variables."""

    @abstractmethod
    def lane_values(self) -> list[list[np.ndarray]]:
        """Return the values of each lane's variables."""


W = TypeVar("W", bound=LaneWeights)


class LaneProgram(ABC, Generic[W]):
    """The program of one structure. It keeps nothing of a lane: any number of threads run it.

    It is traced once, whatever the lanes and their number.

    Args:
        data: The rows.
        alone: Whether each call has a single lane.

    Attributes:
        traces: How often it was traced.
        least_lanes: Lanes that a call must have where their number is free, so that they round
            as in any other number.
    """

    least_lanes: ClassVar[int] = 1

    def __init__(self, data: LaneData, *, alone: bool) -> None:
        self.data = data
        self.alone = alone
        self.traces = 0
        self._tracing = threading.Lock()
        self._traced: Any = None

    @abstractmethod
    def weights(self, shape: Any) -> W:
        """Return variables for lanes of a shape, yet to be loaded."""

    @abstractmethod
    def epoch(self, weights: W, lanes: Mapping[str, Any]) -> dict[str, np.ndarray]:
        """Train every lane for an epoch and predict its validation rows.

        Args:
            weights: Of the lanes; changed.
            lanes: The sizes of the shape, and what differs from lane to lane, each of shape
                `(lanes, …)`; among it

                - `order`: row numbers in the order in which each lane visits them, each batch
                  filled up, shape `(lanes, steps, shape.stored_rows)`, int32;
                - `rate`: learning rates of this epoch;
                - `first_step`: a scalar, int32; decides the dropout masks.

        Returns:
            `loss`, `accuracy` and `penalty`, each of shape `(lanes,)`, and `probabilities` of
            shape `(lanes, padded validation rows, classes)`.
        """

    def _call(self, *arguments: Any) -> Any:
        """Run the program; trace it first, where no thread has."""
        with self._tracing:
            if self._traced is None:
                self.traces += 1
                self._traced = self._trace(*arguments)
        return self._traced(*arguments)

    @abstractmethod
    def _trace(self, *arguments: Any) -> Any:
        """Return the function that trains arguments such as these."""


class LaneShape(ABC):
    """What lanes that train side by side share; everything else differs from lane to lane.

    It is hashable, and follows from a trial's own hyperparameters alone, so that a trial runs in
    the same program, and gives the same bits, whatever its neighbours are.

    Attributes:
        batch_size: Rows of a batch.
        shared: Whether other trials may have the same shape.
    """

    batch_size: int
    shared: bool = True

    @property
    def stored_rows(self) -> int:
        """Rows that a batch takes, filled up."""
        return self.batch_size

    def structure(self, data: LaneData) -> Hashable:
        """Return what a program is traced for: shapes of one structure share it."""
        return self

    def sizes(self, data: LaneData) -> dict[str, Any]:
        """Return what a program takes of a shape beside its structure."""
        return {}

    @abstractmethod
    def program(self, data: LaneData, *, alone: bool) -> LaneProgram[Any]:
        """Return the program of networks of this structure.

        Args:
            data: The rows.
            alone: Whether each call has a single lane.
        """

    @property
    @abstractmethod
    def variable_shapes(self) -> list[tuple[int, ...]]:
        """Shapes of all that training changes in one network: weights, momenta."""

    @property
    @abstractmethod
    def row_elements(self) -> int:
        """Numbers that one row takes on its way through a network."""

    @property
    def step_products(self) -> int:
        """Estimate the multiplications of a pass of a batch: rows times variables."""
        return self.batch_size * sum(int(np.prod(shape)) for shape in self.variable_shapes)

    def bytes_of(self, lanes: int, rows: int) -> int:
        """Estimate what lanes take: variables, gradients and the activations of some rows."""
        variables = sum(int(np.prod(shape)) for shape in self.variable_shapes)
        return 4 * lanes * (variables * 3 // 2 + 3 * rows * self.row_elements)


@dataclass(frozen=True, slots=True)
class LaneTrial:
    """A trial to train in lanes: one network a fold.

    Attributes:
        trial: Its number.
        shape: What it must share with the other lanes of its program.
        values: What differs from trial to trial, by name.
        common: What a call takes one number of, by name: lanes that train side by side agree.
        parameters: Trainable weights and biases.
        initial_variables: From a seed, what a lane's variables begin with, in the order of
            `LaneShape.variable_shapes`; stacked networks leave momenta out, which begin with zero.
        network: From what a lane's variables come to, the Keras network that has them.
        learning_rate_at: The learning rate of an epoch, counted from 0.
        epochs: Most epochs of this trial; None for the plan's.
    """

    trial: int
    shape: LaneShape
    values: Mapping[str, float]
    common: Mapping[str, float]
    parameters: int
    initial_variables: Callable[[int], Sequence[np.ndarray]]
    network: Callable[[Sequence[np.ndarray]], keras.Model]
    learning_rate_at: Callable[[int], float]
    epochs: int | None = None
