"""A program that trains many networks of one shape in a call, their weights stacked."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import tensorflow as tf

from tuner.training.lanes.data import LaneData
from tuner.training.lanes.network import LaneProgram, Lanes, LaneShape, LaneWeights

__all__ = [
    "StackedNetworks",
    "StackedProgram",
    "StackedShape",
    "StackedStructure",
    "StackedWeights",
]

_Answers = tuple[tf.TensorArray, tf.TensorArray]  # losses and classes, a batch an element


class StackedWeights(LaneWeights):
    """Variables of a free number of lanes, lanes on the first axis.

    Args:
        shapes: Of one lane's variables.

    Attributes:
        variables: Each of shape `(lanes, *shape)`.
    """

    def __init__(self, shapes: Sequence[tuple[int, ...]]) -> None:
        self.variables = [
            tf.Variable(tf.zeros((0, *shape)), shape=(None,) * (len(shape) + 1), trainable=False)
            for shape in shapes
        ]

    def load(self, lanes: Sequence[Sequence[np.ndarray]]) -> None:
        """Take the values of each lane's variables; the momenta, which follow, begin with zero."""
        given = list(zip(*lanes, strict=True))
        weights, momenta = self.variables[: len(given)], self.variables[len(given) :]
        for variable, values in zip(weights, given, strict=True):
            variable.assign(np.stack(values))
        for variable, weight in zip(momenta, weights, strict=True):
            variable.assign(tf.zeros_like(weight))

    def lane_values(self) -> list[list[np.ndarray]]:
        """Return the values of each lane's variables."""
        stacked = [variable.numpy() for variable in self.variables]
        return [list(lane) for lane in zip(*stacked, strict=True)]

    def assign(self, values: Sequence[tf.Tensor]) -> None:
        """Take values that are stacked already."""
        for variable, value in zip(self.variables, values, strict=True):
            variable.assign(value)


@dataclass(frozen=True)
class StackedStructure(ABC):
    """The structure of networks that can be stacked.

    Attributes:
        steps_apart: Whether the larger folds take a step more than others.
    """

    steps_apart: bool

    @abstractmethod
    def networks(
        self, data: LaneData, variables: Sequence[Any], *, alone: bool
    ) -> "StackedNetworks":
        """Return the networks whose variables are given, stacked with lanes on the first axis."""


class StackedShape(LaneShape):
    """The shape of networks that can be stacked."""

    @abstractmethod
    def structure(self, data: LaneData) -> StackedStructure:
        """Return what a program is traced for."""

    def sizes(self, data: LaneData) -> dict[str, Any]:
        """Return how many steps every fold takes."""
        return {"common_steps": np.int32(data.steps(self.batch_size).min())}

    def program(self, data: LaneData, *, alone: bool) -> "StackedProgram":
        """Return the program of networks of this structure."""
        return StackedProgram(self.structure(data), data, alone=alone)


@dataclass(frozen=True)
class StackedNetworks(ABC):
    """Networks of one shape, side by side.

    Attributes:
        structure: Of each.
        data: The rows.
        variables: As `LaneShape.variable_shapes`, lanes on a leading axis.
        alone: Whether there is a single lane.
    """

    structure: Any
    data: LaneData
    variables: Sequence[Any]
    alone: bool

    @abstractmethod
    def batches(self, lanes: Lanes) -> Lanes:
        """Return what differs from lane to lane in the form that the steps take it."""

    @abstractmethod
    def step(self, step: tf.Tensor, lanes: Lanes) -> tuple[tf.Tensor, tf.Tensor]:
        """Train one batch of every lane.

        Args:
            step: Which batch of the epoch, counted from 0.
            lanes: As `batches` returns it.

        Returns:
            The loss of each row and its most probable class before the step, each of shape
            `(lanes · rows,)`; of whatever value for rows that only fill a batch up.
        """

    @abstractmethod
    def step_apart(self, step: tf.Tensor, lanes: Lanes) -> tuple[tf.Tensor, tf.Tensor]:
        """Train a batch after the common steps, which some lanes lack or have fewer rows of."""

    @abstractmethod
    def totals(
        self, losses: tf.Tensor, classes: tf.Tensor, lanes: Lanes
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """Return the sum of each lane's losses, and how many of its rows are right.

        Args:
            losses: What the steps returned, `(steps, lanes · rows)`.
            classes: The same.
            lanes: As `batches` returns it.
        """

    @abstractmethod
    def penalty(self, lanes: Lanes) -> tf.Tensor:
        """Return what the regularizer adds to each lane's loss, shape `(lanes,)`."""

    @abstractmethod
    def predict(self, ids: tf.Tensor, lanes: Lanes) -> tf.Tensor:
        """Return the probabilities of rows by number: `(lanes, rows, classes)`."""

    def where(self, chosen: tf.Tensor, before: Sequence[tf.Tensor]) -> None:
        """Put back what the variables held before, but for the chosen lanes.

        Args:
            chosen: Shape `(lanes,)`, bool.
            before: The variables' values.
        """
        for variable, value in zip(self.variables, before, strict=True):
            mask = tf.reshape(chosen, [-1, *[1] * (len(variable.shape) - 1)])
            variable.assign(tf.where(mask, variable, value))


class StackedProgram(LaneProgram[StackedWeights]):
    """Trains any number of lanes in a call, or one.

    The variables are given to it, so that any number of threads run it at once.

    Args:
        structure: That of every lane's network.
        data: The rows.
        alone: Whether each call has a single lane.
    """

    least_lanes: ClassVar[int] = 2  # another kernel takes the products of a single one

    def __init__(self, structure: StackedStructure, data: LaneData, *, alone: bool) -> None:
        super().__init__(data, alone=alone)
        self.structure = structure

    def weights(self, shape: LaneShape) -> StackedWeights:
        """Return variables for lanes of a shape, yet to be loaded."""
        return StackedWeights(shape.variable_shapes)

    def epoch(self, weights: StackedWeights, lanes: Mapping[str, Any]) -> dict[str, np.ndarray]:
        """Train all lanes at once."""
        tensors = {name: tf.convert_to_tensor(value) for name, value in lanes.items()}
        answer = self._call(weights.variables, tensors)
        return {name: tensor.numpy() for name, tensor in answer.items()}

    def _trace(self, variables: list[Any], tensors: Lanes) -> Any:
        """Trace the program for any number of lanes and any sizes."""
        free = {
            name: tf.TensorSpec([None] * tensor.shape.rank, tensor.dtype)
            for name, tensor in tensors.items()
        }
        # written with while_loop, since AutoGraph would take most of the time to trace
        function = tf.function(self._train_epoch, autograph=False)
        return function.get_concrete_function(variables, free)

    def _train_epoch(self, variables: list[Any], lanes: Lanes) -> dict[str, tf.Tensor]:
        networks = self.structure.networks(self.data, variables, alone=self.alone)
        steps = tf.shape(lanes["order"])[1]
        common = lanes["common_steps"] if self.structure.steps_apart else steps
        lanes = networks.batches(lanes)

        answers = (tf.TensorArray(tf.float32, steps), tf.TensorArray(tf.int32, steps))
        answers = _steps(networks.step, (tf.constant(0), common), lanes, answers)
        if self.structure.steps_apart:
            answers = _steps(networks.step_apart, (common, steps), lanes, answers)
        losses, classes = answers
        loss, right = networks.totals(losses.stack(), classes.stack(), lanes)
        rows = tf.cast(lanes["rows"], tf.float32)
        return {
            "loss": loss / rows,
            "accuracy": right / rows,
            "penalty": networks.penalty(lanes),
            "probabilities": self._predict(networks, lanes),
        }

    def _predict(self, networks: StackedNetworks, lanes: Lanes) -> tf.Tensor:
        """Predict the validation rows, some at a time, so that memory does not grow with them."""
        chunk = self.data.chunk
        chunks = self.data.validation.shape[1] // chunk
        if chunks == 1:  # a loop would take a quarter of the time to trace
            return networks.predict(lanes["validation"], lanes)

        def predict(number: tf.Tensor, parts: tf.TensorArray) -> tuple[tf.Tensor, tf.TensorArray]:
            ids = lanes["validation"][:, number * chunk : (number + 1) * chunk]
            probabilities = tf.transpose(networks.predict(ids, lanes), [1, 0, 2])
            return number + 1, parts.write(number, probabilities)

        _, written = tf.while_loop(
            lambda number, _: number < chunks,
            predict,
            (tf.constant(0), tf.TensorArray(tf.float32, size=chunks)),
            parallel_iterations=1,
        )
        return tf.transpose(written.concat(), [1, 0, 2])


def _steps(
    step: Callable[[tf.Tensor, Lanes], tuple[tf.Tensor, tf.Tensor]],
    numbers: tuple[tf.Tensor, tf.Tensor],
    lanes: Lanes,
    answers: _Answers,
) -> _Answers:
    """Take steps one after another, and keep what each returns.

    Args:
        step: Takes one.
        numbers: Of the first step, and that after the last.
        lanes: As `batches` returns it.
        answers: Of the steps before, to be added to.
    """
    first, end = numbers

    def take(number: tf.Tensor, *answers: tf.TensorArray) -> tuple[Any, ...]:
        found = zip(answers, step(number, lanes), strict=True)
        return number + 1, *(kept.write(number, each) for kept, each in found)

    _, losses, classes = tf.while_loop(
        lambda number, *_: number < end,
        take,
        (first, *answers),
        parallel_iterations=1,
    )
    return losses, classes
