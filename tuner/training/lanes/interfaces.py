"""The interfaces that both kinds of network in lanes implement, and the trial that uses them.

`stacked_mlps` trains the multilayer perceptrons of the space files, many lanes in one call.
`keras_models` trains convolutional networks and those of custom hypermodels, one lane per call.
"""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, Self, TypeVar

import keras
import numpy as np
import tensorflow as tf

from tuner.errors import one_line
from tuner.training.callbacks import Curves, Stopping
from tuner.training.lanes.data import LaneData
from tuner.training.own_metrics import OwnMetrics

__all__ = ["LaneProgram", "LaneShape", "LaneTrial", "LaneWeights", "Lanes", "NeedsOwnFit"]

_ORDER_ARRAYS = 8  # of one number for each row of an epoch
# What XLA raises for what it cannot compile, or if a part of it is not installed.
_REFUSALS = (
    tf.errors.InternalError,
    tf.errors.InvalidArgumentError,
    tf.errors.NotFoundError,
    tf.errors.UnimplementedError,
)

Lanes = dict[str, Any]  # tensors by name; lanes are the first axis of those that differ by lane


class NeedsOwnFit(Exception):
    """Only the hypermodel's own `fit` can train its networks; the message says why."""


class LaneWeights(ABC):
    """The variables of some lanes: everything that training changes."""

    @abstractmethod
    def load(self, lanes: Sequence[Sequence[np.ndarray]]) -> None:
        """Set the initial values of each lane's variables."""

    @abstractmethod
    def copy_lanes(self, sources: Sequence[Self], lanes: np.ndarray) -> None:
        """Set the values to those of some lanes of other weights.

        Args:
            sources: The weights to copy from.
            lanes: Numbers of the lanes to copy, counted through all sources.
        """

    @abstractmethod
    def read_networks(self, lanes: Iterable[int]) -> list[list[np.ndarray]]:
        """Return copies of the networks of some lanes, as `LaneTrial.make_network` takes them."""


W = TypeVar("W", bound=LaneWeights)


class LaneProgram(ABC, Generic[W]):
    """A TensorFlow program that trains networks of one structure for an epoch.

    It is traced once, for any rows, any lanes and any number of them. It keeps no rows and no state
    of a lane, so any number of threads and searches can run it at once.

    Args:
        alone: Whether each call has a single lane.
        compiled: Whether XLA compiles the program, if it can be compiled at all.

    Attributes:
        traces: How often the program was traced.
        compiled: Whether XLA compiles the program. It does so again for another number of lanes.
        refusal: Why XLA could not compile it; empty if it could.
        stacks: Whether the lanes of a call train side by side, not one after another.
        least_lanes: The fewest lanes of a call that may have several. With fewer, the results
            would be rounded differently.
        kept_bytes: The memory of a network that the program keeps.
    """

    stacks: ClassVar[bool] = True
    least_lanes: ClassVar[int] = 1

    def __init__(self, *, alone: bool, compiled: bool = False) -> None:
        self.alone = alone
        self.compiled = compiled
        self.refusal = ""
        self.kept_bytes = 0
        self.traces = 0
        self._tracing = threading.Lock()
        self._traced: Any = None
        self._has_run = False

    @abstractmethod
    def make_weights(self, shape: Any) -> W:
        """Return variables for lanes of a shape, without values yet."""

    @abstractmethod
    def train_epoch(self, weights: W, lanes: Mapping[str, Any]) -> dict[str, np.ndarray]:
        """Train every lane for an epoch, then predict its validation rows.

        Args:
            weights: The lanes' variables; changed in place.
            lanes: `LaneData.row_inputs`, the sizes of the shape, and inputs of shape `(lanes, …)`.
                Among these are

                - `order`: row numbers in the order in which each lane visits them, shape
                  `(lanes, steps, shape.stored_rows)`, int32; each batch is padded;
                - `learning_rate`: learning rates of this epoch, shape `(lanes,)`;
                - `first_step`: number of the epoch's first step, a scalar, int32; it determines
                  the dropout masks.

        Returns:
            `loss`, `accuracy` and `penalty`, each of shape `(lanes,)`, and `probabilities` of
            shape `(lanes, padded validation rows, classes)`.
        """

    def _call(self, *arguments: Any) -> Any:
        """Run the program. The first thread that does so traces it.

        XLA compiles it before it runs. If that fails, no variable has changed, and it runs without
        XLA. Errors of a program that has run before are others.
        """
        try:
            answer = self._find_traced(arguments)(*arguments)
        except _REFUSALS as error:
            if self._has_run or not self.compiled:
                raise
            self.compiled, self.refusal, self._traced = False, one_line(error), None
            answer = self._find_traced(arguments)(*arguments)
        self._has_run = True
        return answer

    def _find_traced(self, arguments: tuple[Any, ...]) -> Any:
        with self._tracing:
            if self._traced is None:
                self.traces += 1
                self._traced = self._trace(*arguments)
            return self._traced

    @abstractmethod
    def _trace(self, *arguments: Any) -> Any:
        """Return the traced function for arguments of this kind."""


class LaneShape(ABC):
    """What lanes that train in one call have in common; everything else differs from lane to lane.

    A shape is hashable. It follows from a trial's own hyperparameters alone, so that a trial runs
    in the same program, and gives the same bits, beside any other trials.

    Attributes:
        batch_size: Rows of a batch.
        shared: Whether other trials can have the same shape.
    """

    batch_size: int
    shared: bool = True

    @property
    def stored_rows(self) -> int:
        """Rows of a batch, padding included."""
        return self.batch_size

    @abstractmethod
    def find_structure(self, data: LaneData) -> Hashable:
        """Return what a program is traced for. Shapes of one structure share a program."""

    def list_sizes(self, data: LaneData) -> dict[str, Any]:
        """Return the inputs of a program that are the sizes of this shape."""
        return {}

    @abstractmethod
    def make_program(
        self, data: LaneData, *, alone: bool, compiled: bool = False
    ) -> LaneProgram[Any]:
        """Return a program for networks of this structure.

        Args:
            data: The rows.
            alone: Whether each call has a single lane.
            compiled: Whether XLA should compile it, if it is of a kind that XLA compiles.
        """

    @property
    @abstractmethod
    def variable_shapes(self) -> list[tuple[int, ...]]:
        """Shapes of one network's variables: weights and the optimizer's state."""

    @property
    @abstractmethod
    def row_elements(self) -> int:
        """How many numbers a network computes of one row, features included."""

    @property
    def step_products(self) -> int:
        """Estimated multiplications in a pass of one batch: rows times variables."""
        return self.batch_size * sum(int(np.prod(shape)) for shape in self.variable_shapes)

    def estimate_bytes(self, lanes: int, rows: int) -> int:
        """Return the estimated memory of variables, gradients and the activations of some rows."""
        variables = sum(int(np.prod(shape)) for shape in self.variable_shapes)
        return 4 * lanes * (variables * 3 // 2 + 3 * rows * self.row_elements)

    def estimate_epoch_bytes(self, lanes: int, data: LaneData) -> int:
        """Return the estimated memory of all that an epoch of some lanes keeps on a device.

        These are, beside the variables and activations, the order of the rows with their classes,
        masks and losses, and the probabilities.
        """
        order = _ORDER_ARRAYS * int(data.count_steps(self.batch_size).max()) * self.stored_rows
        validated = data.fold_inputs["validation"].shape[1]
        probabilities = 2 * validated * data.problem.classes
        rows = max(self.stored_rows, data.chunk)  # that a network computes at once
        return self.estimate_bytes(lanes, rows) + 4 * lanes * (order + probabilities)


@dataclass(frozen=True, slots=True)
class LaneTrial:
    """A trial to train in lanes, one network per fold.

    Attributes:
        trial: The trial's number.
        shape: What the trial must have in common with the other trials of its call.
        lane_values: Inputs of the program that may differ from trial to trial, by name.
        common_values: Inputs of which a call takes one number, by name: trials that train in one
            call agree in them.
        parameters: Number of trainable weights and biases.
        make_initial_variables: Returns the initial values of a lane's variables from its seed and
            the numbers of its training rows, in the order of `LaneShape.variable_shapes`. Stacked
            networks leave out the optimizer's state, which begins with zeros.
        make_network: Returns the Keras network that has the given values of a lane's variables.
        find_learning_rate: Returns the learning rate of an epoch, counted from 0, by the means over
            folds of the trial's curves so far.
        epochs: Most epochs of this trial; None for the plan's.
        folds: How many folds it trains, from the first on; None for all.
        shuffle: Whether rows are in another order in each epoch.
        stopping: When the trial ends early; empty for the plan's patience.
        metrics: The metrics of the hypermodel's own; None if there are none.
    """

    trial: int
    shape: LaneShape
    lane_values: Mapping[str, float]
    common_values: Mapping[str, float]
    parameters: int
    make_initial_variables: Callable[[int, np.ndarray], Sequence[np.ndarray]]
    make_network: Callable[[Sequence[np.ndarray]], keras.Model]
    find_learning_rate: Callable[[int, Curves], float]
    epochs: int | None = None
    folds: int | None = None
    shuffle: bool = True
    stopping: tuple[Stopping, ...] = ()
    metrics: OwnMetrics | None = None
