"""The program of stacked multilayer perceptrons: an epoch of training steps, then predictions."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, ClassVar

import numpy as np
import tensorflow as tf

from tuner.training.lanes.interfaces import LaneProgram, Lanes
from tuner.training.lanes.stacked_mlps.batches import prepare_batches
from tuner.training.lanes.stacked_mlps.forward import StackedMLPs
from tuner.training.lanes.stacked_mlps.structure import MLPStructure
from tuner.training.lanes.stacked_mlps.training_step import (
    sum_answers,
    train_batch,
    train_extra_batch,
)
from tuner.training.lanes.stacked_mlps.weights import StackedWeights

__all__ = ["MLPProgram"]

_Answers = tuple[tf.TensorArray, tf.TensorArray]  # losses and classes, one element per batch


class MLPProgram(LaneProgram[StackedWeights]):
    """Trains any number of lanes in a call, or one.

    The variables are arguments of the traced function, so that any number of threads can run it
    at once.

    Args:
        structure: The structure of every lane's network.
        alone: Whether each call has a single lane.
        compiled: Whether XLA compiles an epoch, for the sizes of each call. Then all of it runs on
            the device without a word from Python or from TensorFlow's executor.
    """

    least_lanes: ClassVar[int] = 2  # a different kernel computes the products of a single lane

    def __init__(self, structure: MLPStructure, *, alone: bool, compiled: bool = False) -> None:
        super().__init__(alone=alone, compiled=compiled)
        self.structure = structure

    def make_weights(self, shape: Any) -> StackedWeights:
        """Return variables for lanes of a shape, without values yet."""
        return StackedWeights(shape.weight_shapes, self.structure.optimizer)

    def train_epoch(
        self, weights: StackedWeights, lanes: Mapping[str, Any]
    ) -> dict[str, np.ndarray]:
        """Train all lanes at once, then predict their validation rows."""
        tensors = {name: tf.convert_to_tensor(value) for name, value in lanes.items()}
        answer = self._call(weights.variables, tensors)
        return {name: tensor.numpy() for name, tensor in answer.items()}

    def _trace(self, variables: list[Any], tensors: Lanes) -> Any:
        """Trace the program for any number of lanes and any sizes."""
        free = {
            name: tf.TensorSpec([None] * tensor.shape.rank, tensor.dtype)
            for name, tensor in tensors.items()
        }
        # loops are written with while_loop: AutoGraph would take most of the time to trace
        function = tf.function(self._compute_epoch, autograph=False, jit_compile=self.compiled)
        return function.get_concrete_function(variables, free)

    def _compute_epoch(self, variables: list[Any], lanes: Lanes) -> dict[str, tf.Tensor]:
        networks = StackedMLPs(self.structure, variables, self.alone)
        steps = tf.shape(lanes["order"])[1]
        common = lanes["common_steps"] if self.structure.extra_steps else steps
        lanes = prepare_batches(self.structure, lanes)

        answers = (tf.TensorArray(tf.float32, steps), tf.TensorArray(tf.int32, steps))
        answers = _run_steps(partial(train_batch, networks), tf.constant(0), common, lanes, answers)
        if self.structure.extra_steps:
            answers = _run_steps(
                partial(train_extra_batch, networks), common, steps, lanes, answers
            )
        losses, classes = answers
        loss, right = sum_answers(losses.stack(), classes.stack(), lanes)
        rows = tf.cast(lanes["rows"], tf.float32)
        return {
            "loss": loss / rows,
            "accuracy": right / rows,
            "penalty": self.structure.regularizer.compute_penalty(networks.weights[:-1], lanes),
            "probabilities": self._predict(networks, lanes),
        }

    def _predict(self, networks: StackedMLPs, lanes: Lanes) -> tf.Tensor:
        """Predict the validation rows in chunks, so that memory does not grow with the rows.

        **Shape**: `(lanes, padded validation rows, classes)`.
        """
        if "chunk" not in lanes:  # a loop would take a quarter of the time to trace
            return networks.predict(lanes["validation"], lanes)
        chunk = lanes["chunk"]
        chunks = tf.shape(lanes["validation"])[1] // chunk

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


def _run_steps(
    step: Callable[[tf.Tensor, Lanes], tuple[tf.Tensor, tf.Tensor]],
    first: tf.Tensor,
    end: tf.Tensor,
    lanes: Lanes,
    answers: _Answers,
) -> _Answers:
    """Run steps one after another, and add what each returns to the answers.

    Args:
        step: Trains the batch of a number.
        first: The first number.
        end: The number after the last.
        lanes: The lanes' inputs, as `prepare_batches` returns them.
        answers: The answers of the steps before.
    """

    def run_step(number: tf.Tensor, *answers: tf.TensorArray) -> tuple[Any, ...]:
        arrays = zip(answers, step(number, lanes), strict=True)
        return number + 1, *(array.write(number, values) for array, values in arrays)

    _, losses, classes = tf.while_loop(
        lambda number, *_: number < end,
        run_step,
        (first, *answers),
        parallel_iterations=1,
    )
    return losses, classes
