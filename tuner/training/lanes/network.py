"""What a program needs to know of the networks in its lanes.

A kind of network is one module: `mlp.py` has those that the space files describe.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import tensorflow as tf

from tuner.training.lanes.data import LaneData

__all__ = ["LaneNetworks", "LaneShape", "LaneTrial", "Lanes"]

Lanes = dict[str, tf.Tensor]  # what differs from lane to lane, by name; lanes on the first axis


class LaneShape(ABC):
    """All that is fixed in a program; everything else differs from lane to lane.

    It is hashable, and follows from a trial's own hyperparameters alone, so that a trial runs in
    the same program, and gives the same bits, whatever its neighbours are.

    Attributes:
        batch_size: Rows of a batch.
    """

    batch_size: int

    @property
    def stored_rows(self) -> int:
        """Rows that a batch takes, filled up."""
        return self.batch_size

    @property
    @abstractmethod
    def variable_shapes(self) -> list[tuple[int, ...]]:
        """Shapes of all that training changes in one network: weights, momenta."""

    @property
    @abstractmethod
    def row_elements(self) -> int:
        """Numbers that one row takes on its way through a network."""

    @abstractmethod
    def networks(self, data: LaneData, variables: Sequence[Any]) -> LaneNetworks:
        """Return the networks whose variables are given, stacked with lanes on the first axis."""

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
        shared: What a program takes one number of, by name: lanes that train side by side agree.
        parameters: Trainable weights and biases.
        initial_variables: From a seed, what a lane's variables begin with, in the order of
            `LaneShape.variable_shapes`.
        learning_rate_at: The learning rate of an epoch, counted from 0.
    """

    trial: int
    shape: LaneShape
    values: Mapping[str, float]
    shared: Mapping[str, float]
    parameters: int
    initial_variables: Callable[[int], list[np.ndarray]]
    learning_rate_at: Callable[[int], float]


@dataclass(frozen=True)
class LaneNetworks(ABC):
    """Networks of one shape, side by side.

    Attributes:
        shape: Of each.
        data: The rows.
        variables: As `LaneShape.variable_shapes`, lanes on a leading axis.
    """

    shape: Any
    data: LaneData
    variables: Sequence[Any]

    @property
    @abstractmethod
    def common_steps(self) -> int:
        """Steps of an epoch that every lane takes alike."""

    @abstractmethod
    def step(self, step: tf.Tensor, lanes: Lanes) -> tuple[tf.Tensor, tf.Tensor]:
        """Train one batch of every lane.

        Args:
            step: Which batch of the epoch, counted from 0.
            lanes: What differs from lane to lane.

        Returns:
            Summed loss of the data, and number of right answers, each of shape `(lanes,)`.
        """

    @abstractmethod
    def step_apart(self, step: int, lanes: Lanes) -> tuple[tf.Tensor, tf.Tensor]:
        """Train a batch after the common steps, which some lanes lack or have fewer rows of."""

    @abstractmethod
    def penalty(self, lanes: Lanes) -> tf.Tensor:
        """Return what the regularizer adds to each lane's loss, shape `(lanes,)`."""

    @abstractmethod
    def predict(self, ids: tf.Tensor, lanes: Lanes) -> tf.Tensor:
        """Return the probabilities of rows by number: `(lanes, rows, classes)`."""

    def rows(self, ids: tf.Tensor, lanes: Lanes) -> tf.Tensor:
        """Return rows by number, scaled by each lane's fold: `(lanes, rows, …)`."""
        x = tf.gather(self.data.x, ids)
        if self.data.scaled:
            x = (x - lanes["mean"]) / lanes["scale"]
        if self.data.has_missing:
            x = tf.where(tf.math.is_nan(x), tf.zeros_like(x), x)
        return x

    def where(self, chosen: tf.Tensor, before: Sequence[tf.Tensor]) -> None:
        """Put back what the variables held before, but for the chosen lanes.

        Args:
            chosen: Shape `(lanes,)`, bool.
            before: The variables' values.
        """
        for variable, value in zip(self.variables, before, strict=True):
            mask = tf.reshape(chosen, [-1, *[1] * (len(variable.shape) - 1)])
            variable.assign(tf.where(mask, variable, value))
