"""The rows of a study on the device, stored once, and the rows that each fold takes of them."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from tuner.data import Scaling, choose_chunk_rows, clip_smoothly
from tuner.problem import Problem, map_inputs

__all__ = ["LaneData", "align"]

_ALIGNMENT = 16  # float32 numbers in the widest vector of a processor

_CHUNK = 2048  # the most validation rows of a lane that are predicted at once


class LaneData:
    """A problem's rows as tensors, and each fold's row numbers and scaling as arrays.

    Args:
        problem: Rows, shape `(rows, features)`, and folds. Those of a Keras network may be any
            inputs.

    Attributes:
        x: All rows, shape `(rows, features)`; or a tensor for each input.
        y: Class numbers, shape `(rows,)`, int32.
        row_weights: The weight of each row in the training loss, shape `(rows,)`; None for 1.
        has_missing: Whether a number is missing in some row.
        scaled: Whether rows are scaled.
        mean: The mean of each fold's training rows, shape `(folds, 1, features)`.
        scale: The divisor of each fold, shape `(folds, 1, features)`.
        clipped: Which features are smoothly clipped, shape `(features,)`, bool; None if none is.
        chunk: How many validation rows are predicted at once.
        validation: Each fold's validation rows, padded with row 0 to a multiple of `chunk`, shape
            `(folds, padded rows)`, int32.
    """

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.x = map_inputs(tf.constant, problem.x)
        self.y = tf.constant(problem.y.astype(np.int32))
        self.row_weights = None if problem.row_weights is None else tf.constant(problem.row_weights)
        self.has_missing = _has_missing(problem.x)
        self.scaled = problem.scaled is not None
        self.mean, self.scale = self._fit_moments()
        robust = None if problem.scaled is None else problem.scaled == Scaling.ROBUST
        self.clipped = robust if robust is not None and robust.any() else None
        longest = max(problem.fold_rows)
        chunks = -(-longest // choose_chunk_rows(problem.row_elements, most=_CHUNK))
        self.chunk = align(-(-longest // chunks))
        padded = chunks * self.chunk
        self.validation = _pad([fold.validation for fold in problem.folds], padded)

    def _fit_moments(self) -> tuple[np.ndarray, np.ndarray]:
        """Fit each fold's mean and scale on its training rows alone."""
        if not self.scaled:
            shape = (len(self.problem.folds), 1, 1)
            return np.zeros(shape, np.float32), np.ones(shape, np.float32)
        scalers = [self.problem.fit_scaler(fold.train) for fold in self.problem.folds]
        means = [scaler.mean for scaler in scalers if scaler]
        scales = [scaler.scale for scaler in scalers if scaler]
        return np.stack(means)[:, None], np.stack(scales)[:, None]

    @cached_property
    def class_weights(self) -> np.ndarray | None:
        """The weight of each class in a fold's training loss, shape `(folds, classes)`."""
        by_fold = [self.problem.compute_class_weights(fold.train) for fold in self.problem.folds]
        weights = [fold for fold in by_fold if fold is not None]
        return np.stack(weights) if weights else None

    @cached_property
    def train_rows(self) -> np.ndarray:
        """Number of training rows of each fold, shape `(folds,)`."""
        return np.array([len(fold.train) for fold in self.problem.folds])

    def count_bytes(self) -> int:
        """Return how many bytes the rows take on the device."""
        tensors = [*tf.nest.flatten(self.x), self.y]
        return sum(tensor.dtype.size * tensor.shape.num_elements() for tensor in tensors)

    def count_steps(self, batch_size: int) -> np.ndarray:
        """Return how many batches an epoch of each fold has, a smaller last one included."""
        return np.ceil(self.train_rows / batch_size).astype(int)

    def gather_rows(self, ids: tf.Tensor, lanes: Mapping[str, tf.Tensor]) -> Any:
        """Return rows by number, scaled as each lane's fold scales them.

        **Shape**: `(…, rows)` to `(…, rows, features)`, of each input.

        Args:
            ids: Row numbers; lanes are the first axis, if there are several.
            lanes: Has `mean` and `scale` of each lane, if rows are scaled.
        """
        x = map_inputs(lambda values: tf.gather(values, ids), self.x)
        if self.scaled:
            x = (x - lanes["mean"]) / lanes["scale"]
        if self.has_missing:
            x = tf.where(tf.math.is_nan(x), tf.zeros_like(x), x)
        if self.clipped is not None:
            x = tf.where(self.clipped, clip_smoothly(x, keras.ops), x)
        return x


def _has_missing(x: Any) -> bool:
    """Return whether a number is missing; several inputs, or whole numbers, have none missing."""
    return isinstance(x, np.ndarray) and x.dtype.kind == "f" and bool(np.isnan(x).any())


def align(rows: int) -> int:
    """Round a number of rows up, so that every lane begins where a vector of the processor does.

    Functions such as exp round differently in a full vector than in a tensor's remainder. Without
    the padding, a lane's result would depend on whether it is the last lane.

    >>> align(32), align(33)
    (32, 48)
    """
    return -(-rows // _ALIGNMENT) * _ALIGNMENT


def _pad(rows: list[np.ndarray], length: int) -> np.ndarray:
    """Return row numbers of each fold, padded with row 0 to a length."""
    padded = np.zeros((len(rows), length), np.int32)
    for number, values in enumerate(rows):
        padded[number, : len(values)] = values
    return padded
