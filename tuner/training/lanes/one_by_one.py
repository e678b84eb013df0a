"""A program that trains one lane a call, a whole epoch of it: for any Keras network."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from tuner.errors import one_line
from tuner.training.lanes.data import LaneData
from tuner.training.lanes.network import LaneProgram, Lanes, LaneWeights
from tuner.training.lanes.unfit import Unfit

__all__ = ["LaneNetwork", "LoneWeights", "OneByOneProgram", "Variables"]

Variables = list[tf.Tensor]
_Carry = tuple[Variables, tf.Tensor, tf.Tensor]  # and the summed loss, and the right answers
# what the program takes of a lane
_OF_A_LANE = ("order", "rate", "rows", "validation", "mean", "scale", "class_weights")


class LaneNetwork(ABC):
    """What a network computes, as pure functions of its variables."""

    @abstractmethod
    def begin_epoch(self, variables: Variables, rate: tf.Tensor) -> Variables:
        """Return the variables with the learning rate of an epoch, a scalar."""

    @abstractmethod
    def step(
        self, variables: Variables, x: tf.Tensor, y: tf.Tensor, weights: tf.Tensor | None
    ) -> tuple[Variables, tf.Tensor, tf.Tensor]:
        """Train on a batch.

        Args:
            variables: Before it.
            x: Shape `(rows, …)`.
            y: Class numbers, shape `(rows,)`.
            weights: What each row weighs in the loss, shape `(rows,)`; None where all weigh 1.

        Returns:
            The variables after it, the summed loss of the data and the number of right answers.
        """

    @abstractmethod
    def penalty(self, variables: Variables) -> tf.Tensor:
        """Return what the regularizers add to the loss."""

    @abstractmethod
    def predict(self, variables: Variables, x: tf.Tensor) -> tf.Tensor:
        """Return probabilities, shape `(rows, classes)`."""


class LoneWeights(LaneWeights):
    """Each lane's variables by themselves."""

    def __init__(self) -> None:
        self.lanes: list[Variables] = []

    def load(self, lanes: Sequence[Sequence[np.ndarray]]) -> None:
        """Take the values of each lane's variables."""
        self.lanes = [[tf.constant(value) for value in values] for values in lanes]

    def lane_values(self) -> list[list[np.ndarray]]:
        """Return the values of each lane's variables."""
        return [[value.numpy() for value in variables] for variables in self.lanes]


class OneByOneProgram(LaneProgram[LoneWeights]):
    """The program of a network that gives no way to stack it.

    Batches are never filled up, since layers that mix rows, such as batch normalisation, would
    see the rows that fill them: a fold's last batch is a step of its own size. XLA is not used:
    on a CPU it makes convolutions three times slower, and takes seconds to compile.

    Args:
        network: What it computes.
        data: The rows.
        batch_size: Rows of a batch.
        alone: Whether each call has a single lane.
    """

    def __init__(
        self, network: LaneNetwork, data: LaneData, batch_size: int, *, alone: bool
    ) -> None:
        super().__init__(data, alone=alone)
        self.network = network
        self.batch_size = batch_size

    def weights(self, shape: Any) -> LoneWeights:
        """Return variables for lanes, yet to be loaded."""
        return LoneWeights()

    def epoch(self, weights: LoneWeights, lanes: Mapping[str, Any]) -> dict[str, np.ndarray]:
        """Train lane after lane.

        Raises:
            Unfit: The network cannot be made into a program.
        """
        names = [name for name in _OF_A_LANE if name in lanes]
        answers = []
        for lane, variables in enumerate(weights.lanes):
            own = {name: tf.convert_to_tensor(lanes[name][lane]) for name in names}
            weights.lanes[lane], logs, probabilities = self._call(variables, own)
            answers.append((*logs.numpy(), probabilities.numpy()))
        names = ["loss", "accuracy", "penalty", "probabilities"]
        return dict(zip(names, map(np.stack, zip(*answers, strict=True)), strict=True))

    def _trace(self, variables: Variables, lane: Lanes) -> Any:
        # loops are written as while_loop: AutoGraph would take most of the time to trace
        function = tf.function(self._epoch, autograph=False)
        try:
            return function.get_concrete_function(
                [tf.TensorSpec(value.shape, value.dtype) for value in variables],
                {name: tf.TensorSpec(value.shape, value.dtype) for name, value in lane.items()},
            )
        except Exception as error:  # a person's own layers may raise anything
            raise Unfit(f"its network cannot be traced: {one_line(error)}") from error

    def _epoch(self, variables: Variables, lane: Lanes) -> tuple[Variables, tf.Tensor, tf.Tensor]:
        variables = self.network.begin_epoch(variables, lane["rate"])
        carry = (variables, tf.constant(0.0), tf.constant(0.0))
        full = lane["rows"] // self.batch_size
        _, carry = tf.while_loop(
            lambda number, _: number < full,
            lambda number, carry: (number + 1, self._step(number, carry, lane, self.batch_size)),
            (tf.constant(0), carry),
            parallel_iterations=1,
        )
        variables, loss, right = self._last_step(full, carry, lane)
        rows = tf.cast(lane["rows"], tf.float32)
        logs = tf.stack([loss / rows, right / rows, self.network.penalty(variables)])
        return variables, logs, self._predict(variables, lane)

    def _step(self, number: tf.Tensor, carry: _Carry, lane: Lanes, size: int | tf.Tensor) -> _Carry:
        ids = lane["order"][number, :size]
        x, y = self.data.rows(ids, lane), tf.gather(self.data.y, ids)
        of_classes = lane.get("class_weights")
        weights = None if of_classes is None else tf.gather(of_classes, y)
        variables, loss, right = carry
        variables, step_loss, step_right = self.network.step(variables, x, y, weights)
        return variables, loss + step_loss, right + step_right

    def _last_step(self, number: tf.Tensor, carry: _Carry, lane: Lanes) -> _Carry:
        """Train on the rows that no whole batch has; folds may differ in how many those are."""
        sizes = {int(rows) % self.batch_size for rows in self.data.train_rows}
        if len(sizes) == 1:
            (size,) = sizes
            return self._step(number, carry, lane, size) if size else carry
        left = lane["rows"] % self.batch_size  # of a size that is free, whatever folds there are
        last: _Carry = tf.cond(
            left > 0, lambda: self._step(number, carry, lane, left), lambda: carry
        )
        return last

    def _predict(self, variables: Variables, lane: Lanes) -> tf.Tensor:
        """Predict the validation rows, some at a time, so that memory does not grow with them."""
        chunks = tf.reshape(lane["validation"], [-1, self.data.chunk])
        parts = tf.map_fn(
            lambda ids: self.network.predict(variables, self.data.rows(ids, lane)),
            chunks,
            fn_output_signature=tf.float32,
            parallel_iterations=1,
        )
        return tf.reshape(parts, [chunks.shape[0] * self.data.chunk, parts.shape[-1]])
