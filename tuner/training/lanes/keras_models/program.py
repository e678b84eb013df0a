"""The program of any Keras network: an epoch of one lane per call, then its predictions."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Self

import numpy as np
import tensorflow as tf

from tuner.errors import one_line
from tuner.training.lanes.data import gather_rows
from tuner.training.lanes.interfaces import LaneProgram, Lanes, LaneWeights, NeedsOwnFit
from tuner.training.lanes.keras_models.network import KerasNetwork, Variables

__all__ = ["KerasProgram", "KerasWeights"]

_Carry = tuple[Variables, tf.Tensor, tf.Tensor]  # with the sums of losses and of right answers
# Beside a GPU, TensorFlow keeps int32 in the host's memory, and would copy row numbers and classes
# from there in every step.
_ON_DEVICE = tf.int64
# The inputs of `train_epoch` that the program takes of a lane.
_LANE_INPUTS = ("order", "learning_rate", "rows", "validation", "mean", "scale", "class_weights")
_SIZED = ("order", "validation")  # those whose size depends on the number of rows


class KerasWeights(LaneWeights):
    """The variables of some lanes, those of each lane by themselves.

    Attributes:
        lanes: The values of each lane's variables, in the order of `list_variables`.
    """

    def __init__(self) -> None:
        self.lanes: list[Variables] = []

    def load(self, lanes: Sequence[Sequence[np.ndarray]]) -> None:
        """Set the initial values of each lane's variables."""
        self.lanes = [[tf.constant(value) for value in values] for values in lanes]

    def copy_lanes(self, sources: Sequence[Self], lanes: np.ndarray) -> None:
        """Set the values to those of some lanes of other weights."""
        known = [variables for source in sources for variables in source.lanes]
        self.lanes = [known[lane] for lane in lanes]

    def read_networks(self, lanes: Iterable[int]) -> list[list[np.ndarray]]:
        """Return copies of the values of the variables of some lanes."""
        return [[value.numpy() for value in self.lanes[lane]] for lane in lanes]


class KerasProgram(LaneProgram[KerasWeights]):
    """Trains networks that cannot be stacked, one after another.

    Batches are never padded, since layers that mix rows, such as batch normalisation, would see
    the padding: a fold's last batch is as small as it is. XLA is not used: on a CPU it makes
    convolutions three times slower, and takes seconds to compile.

    Args:
        network: What every lane's network computes.
        batch_size: Rows of a batch.
        row_specs: Those of the rows, `LaneData.row_specs`.
        alone: Whether each call has a single lane.
    """

    stacks = False

    def __init__(
        self, network: KerasNetwork, batch_size: int, row_specs: Mapping[str, Any], *, alone: bool
    ) -> None:
        super().__init__(alone=alone)
        self.network = network
        self.batch_size = batch_size
        self.row_specs = row_specs
        self.kept_bytes = network.count_bytes()

    def make_weights(self, shape: Any) -> KerasWeights:
        """Return variables for lanes of a shape, without values yet."""
        return KerasWeights()

    def train_epoch(self, weights: KerasWeights, lanes: Mapping[str, Any]) -> dict[str, np.ndarray]:
        """Train lane after lane, and predict the validation rows of each.

        Raises:
            NeedsOwnFit: The network cannot be traced, or a step of it cannot be followed.
        """
        names = [name for name in _LANE_INPUTS if name in lanes]
        rows = {name: lanes[name] for name in self.row_specs}
        answers = []
        for number, variables in enumerate(weights.lanes):
            lane = {name: tf.convert_to_tensor(lanes[name][number]) for name in names} | rows
            weights.lanes[number], logs, probabilities = self._call(variables, lane)
            answers.append((*logs.numpy(), probabilities.numpy()))
        names = ["loss", "accuracy", "penalty", "probabilities"]
        return dict(zip(names, map(np.stack, zip(*answers, strict=True)), strict=True))

    def _trace(self, variables: Variables, lane: Lanes) -> Any:
        # loops are written with while_loop: AutoGraph would take most of the time to trace
        function = tf.function(self._compute_epoch, autograph=False)
        try:
            return function.get_concrete_function(
                [tf.TensorSpec(value.shape, value.dtype) for value in variables],
                {name: self._make_spec(name, value) for name, value in lane.items()},
            )
        except NeedsOwnFit:
            raise
        except Exception as error:  # a custom layer can raise anything
            raise NeedsOwnFit(f"its network cannot be traced: {one_line(error)}") from error

    def _make_spec(self, name: str, value: Any) -> Any:
        """Return the kind of an input, whatever the number of rows."""
        if name in self.row_specs:
            return self.row_specs[name]
        shape = [None] * value.shape.rank if name in _SIZED else value.shape
        return tf.TensorSpec(shape, value.dtype)

    def _compute_epoch(
        self, variables: Variables, lane: Lanes
    ) -> tuple[Variables, tf.Tensor, tf.Tensor]:
        on_device = {name: tf.cast(lane[name], _ON_DEVICE) for name in (*_SIZED, "y")}
        lane = {**lane, **on_device}
        variables = self.network.set_learning_rate(variables, lane["learning_rate"])
        carry = (variables, tf.constant(0.0), tf.constant(0.0))
        steps = -(-lane["rows"] // self.batch_size)
        _, (variables, loss, right) = tf.while_loop(
            lambda number, _: number < steps,
            lambda number, carry: (number + 1, self._step(number, carry, lane)),
            (tf.constant(0), carry),
            parallel_iterations=1,
        )
        rows = tf.cast(lane["rows"], tf.float32)
        logs = tf.stack([loss / rows, right / rows, self.network.compute_penalty(variables)])
        return variables, logs, self._predict(self.network.finalize(variables), lane)

    def _step(self, number: tf.Tensor, carry: _Carry, lane: Lanes) -> _Carry:
        """Train the batch of a number; the last may have fewer rows.

        It is traced once for any number of rows, as tracing takes seconds.
        """
        size = tf.minimum(self.batch_size, lane["rows"] - number * self.batch_size)
        ids = lane["order"][number, :size]
        x, y = gather_rows(ids, lane), tf.gather(lane["y"], ids)
        row_weights = self._gather_weights(ids, y, lane)
        variables, loss, right = carry
        variables, step_loss, step_right = self.network.train_batch(variables, x, y, row_weights)
        return variables, loss + step_loss, right + step_right

    def _gather_weights(self, ids: tf.Tensor, y: tf.Tensor, lane: Lanes) -> tf.Tensor | None:
        """Return the weights of rows, those of their classes included; None if all weigh 1."""
        class_weights, row_weights = lane.get("class_weights"), lane.get("row_weights")
        weights = None if row_weights is None else tf.gather(row_weights, ids)
        if class_weights is None:
            return weights
        by_class = tf.gather(class_weights, y)
        return by_class if weights is None else by_class * weights

    def _predict(self, variables: Variables, lane: Lanes) -> tf.Tensor:
        """Predict the validation rows in chunks, so that memory does not grow with the rows.

        **Shape**: `(padded validation rows, classes)`.
        """
        ids = lane["validation"]
        chunks = tf.reshape(ids, [-1, lane.get("chunk", tf.size(ids))])
        parts = tf.map_fn(
            lambda ids: self.network.predict(variables, gather_rows(ids, lane)),
            chunks,
            fn_output_signature=tf.float32,
            parallel_iterations=1,
        )
        return tf.reshape(parts, [-1, parts.shape[-1]])
