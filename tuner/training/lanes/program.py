"""One TensorFlow program that trains many networks of one shape: an epoch of all of them a call."""

import threading
from collections.abc import Mapping
from typing import Any

import numpy as np
import tensorflow as tf

from tuner.training.lanes.data import LaneData
from tuner.training.lanes.network import LaneNetworks, Lanes, LaneShape
from tuner.training.lanes.weights import LaneWeights

__all__ = ["LaneProgram"]


class LaneProgram:
    """The program of one shape.

    It is traced once, whatever the lanes and their number: the variables are given to it. So any
    number of threads can run it at once, each with lanes of its own.

    Args:
        shape: The shape of every lane's network.
        data: The rows.
    """

    def __init__(self, shape: LaneShape, data: LaneData) -> None:
        self.shape = shape
        self.data = data
        self.steps = int(data.steps(shape.batch_size).max())
        self.traces = 0
        self._tracing = threading.Lock()
        self._traced: Any = None

    def epoch(self, weights: LaneWeights, lanes: Mapping[str, Any]) -> dict[str, np.ndarray]:
        """Train every lane for an epoch and predict its validation rows.

        Args:
            weights: Of the lanes; changed.
            lanes: What differs from lane to lane, each of shape `(lanes, …)`; among it

                - `order`: row numbers in the order in which each lane visits them, each batch
                  filled up, shape `(lanes, steps, shape.stored_rows)`, int32;
                - `rate`: learning rates of this epoch;
                - `first_step`: a scalar, int32; decides the dropout masks.

        Returns:
            `loss`, `accuracy` and `penalty`, each of shape `(lanes,)`, and `probabilities` of
            shape `(lanes, padded validation rows, classes)`.
        """
        tensors = {name: tf.convert_to_tensor(value) for name, value in lanes.items()}
        with self._tracing:
            if self._traced is None:
                self._traced = self._trace(weights, tensors)
        answer = self._traced(weights.variables, tensors)
        return {name: tensor.numpy() for name, tensor in answer.items()}

    def _trace(self, weights: LaneWeights, tensors: Lanes) -> Any:
        """Trace the program for any number of lanes."""
        self.traces += 1
        free = {
            name: tf.TensorSpec(
                [None, *tensor.shape[1:]] if tensor.shape.rank else [], tensor.dtype
            )
            for name, tensor in tensors.items()
        }
        # written with while_loop, since AutoGraph would take most of the time to trace
        function = tf.function(self._train_epoch, autograph=False)
        return function.get_concrete_function(weights.variables, free)

    def _train_epoch(self, variables: list[Any], lanes: Lanes) -> dict[str, tf.Tensor]:
        networks = self.shape.networks(self.data, variables)

        def train(step: tf.Tensor, loss: tf.Tensor, right: tf.Tensor) -> tuple[tf.Tensor, ...]:
            step_loss, step_right = networks.step(step, lanes)
            return step + 1, loss + step_loss, right + step_right

        nothing = tf.zeros_like(lanes["rate"])
        _, loss, right = tf.while_loop(
            lambda step, *_: step < networks.common_steps,
            train,
            (tf.constant(0), nothing, nothing),
            parallel_iterations=1,
        )
        for step in range(networks.common_steps, self.steps):
            step_loss, step_right = networks.step_apart(step, lanes)
            loss, right = loss + step_loss, right + step_right
        rows = tf.cast(lanes["rows"], tf.float32)
        return {
            "loss": loss / rows,
            "accuracy": right / rows,
            "penalty": networks.penalty(lanes),
            "probabilities": self._predict(networks, lanes),
        }

    def _predict(self, networks: LaneNetworks, lanes: Lanes) -> tf.Tensor:
        """Predict the validation rows, some at a time, so that memory does not grow with them."""
        chunk = self.data.chunk
        chunks = self.data.validation.shape[1] // chunk

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
