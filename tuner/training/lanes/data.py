"""The rows of a study on the device, stored once, and the rows that each fold takes of them."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from tuner.data import Scaling, bound, choose_chunk_rows, clip_smoothly
from tuner.problem import Problem, map_inputs

__all__ = ["LaneData", "align", "gather_rows"]

_ALIGNMENT = 16  # float32 numbers in the widest vector of a processor

_CHUNK = 2048  # the most validation rows of a lane that are predicted at once


class LaneData:
    """A problem's rows as tensors, and each fold's row numbers and scaling as arrays.

    Args:
        problem: Rows, shape `(rows, features)`, and folds. Those of a Keras network may be any
            inputs.

    Attributes:
        row_inputs: The inputs of a program that are the rows, by name. Those of these that there
            are determine what it computes:

            - `x`: all rows, shape `(rows, features)`; or a tensor for each input;
            - `y`: class numbers, shape `(rows,)`, int32;
            - `row_weights`: the weight of each row in the training loss, shape `(rows,)`, unless
              all weigh 1;
            - `missing`: what a missing number is once it is scaled, a scalar, if one is missing;
            - `clipped`: which features are smoothly clipped, shape `(features,)`, bool, if any is;
            - `chunk`: how many validation rows are predicted at once, a scalar, unless all are.
        fold_inputs: Those that differ from fold to fold, the first axis of each:

            - `rows`: number of training rows, int32;
            - `validation`: its validation rows, padded with row 0 to a multiple of `chunk`, shape
              `(folds, padded rows)`, int32;
            - `mean` and `scale`: those of its training rows, shape `(folds, 1, features)`, if rows
              are scaled;
            - `class_weights`: the weight of each class in its training loss, shape
              `(folds, classes)`, if classes have weights.
        chunk: How many validation rows are predicted at once.
    """

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        longest = max(problem.fold_rows)
        chunks = -(-longest // choose_chunk_rows(problem.row_elements, most=_CHUNK))
        self.chunk = align(-(-longest // chunks))
        self.fold_inputs = self._list_fold_inputs(padded=chunks * self.chunk)
        self.row_inputs = self._list_row_inputs(chunks)

    def _list_fold_inputs(self, padded: int) -> dict[str, np.ndarray]:
        folds = self.problem.folds
        inputs = {
            "rows": np.array([len(fold.train) for fold in folds], np.int32),
            "validation": _pad([fold.validation for fold in folds], padded),
        }
        distinct = {id(fold): fold for fold in folds}  # those of the final training are one
        fitted = {key: self.problem.fit_scaler(fold.train) for key, fold in distinct.items()}
        if scalers := [scaler for fold in folds if (scaler := fitted[id(fold)])]:
            inputs["mean"] = np.stack([scaler.mean for scaler in scalers])[:, None]
            inputs["scale"] = np.stack([scaler.scale for scaler in scalers])[:, None]
        by_fold = [self.problem.compute_class_weights(fold.train) for fold in folds]
        if weights := [fold for fold in by_fold if fold is not None]:
            inputs["class_weights"] = np.stack(weights)
        return inputs

    def _list_row_inputs(self, chunks: int) -> dict[str, Any]:
        problem = self.problem
        x = map_inputs(tf.constant, problem.x)
        inputs = {"x": x, "y": tf.constant(problem.y.astype(np.int32))}
        if problem.row_weights is not None:
            inputs["row_weights"] = tf.constant(problem.row_weights)
        if _has_missing(problem.x):
            inputs["missing"] = tf.constant(0.0, x.dtype)
        if problem.scalings is not None and (problem.scalings == Scaling.ROBUST).any():
            inputs["clipped"] = tf.constant(problem.scalings == Scaling.ROBUST)
        if chunks > 1:
            inputs["chunk"] = tf.constant(self.chunk)
        return inputs

    @cached_property
    def row_specs(self) -> dict[str, Any]:
        """The kinds of `row_inputs`, for any number of rows."""
        specs: dict[str, Any] = tf.nest.map_structure(tf.TensorSpec.from_tensor, self.row_inputs)
        for name in ("x", "y", "row_weights"):
            if name in specs:
                specs[name] = tf.nest.map_structure(
                    lambda spec: tf.TensorSpec([None, *spec.shape[1:]], spec.dtype), specs[name]
                )
        return specs

    @property
    def input_names(self) -> tuple[str, ...]:
        """The names of all inputs, which determine what a program computes."""
        return (*self.row_inputs, *self.fold_inputs)

    def count_bytes(self) -> int:
        """Return how many bytes the rows take on the device."""
        tensors = tf.nest.flatten(self.row_inputs)
        return sum(tensor.dtype.size * tensor.shape.num_elements() for tensor in tensors)

    def count_steps(self, batch_size: int) -> np.ndarray:
        """Return how many batches an epoch of each fold has, a smaller last one included."""
        return np.ceil(self.fold_inputs["rows"] / batch_size).astype(int)


def gather_rows(ids: tf.Tensor, lanes: Mapping[str, Any]) -> Any:
    """Return rows by number, scaled as each lane's fold scales them.

    **Shape**: `(…, rows)` to `(…, rows, features)`, of each input.

    Args:
        ids: Row numbers; lanes are the first axis, if there are several.
        lanes: Has `LaneData.row_inputs`, and `mean` and `scale` of each lane if rows are scaled.
    """
    x = map_inputs(lambda values: tf.gather(values, ids), lanes["x"])
    if "mean" in lanes:
        # as `Scaler.apply`, which fills missing numbers before it bounds: NaN stays NaN here
        x = bound((x - lanes["mean"]) / lanes["scale"], keras.ops)
    if "missing" in lanes:
        x = tf.where(tf.math.is_nan(x), lanes["missing"], x)
    if "clipped" in lanes:
        x = tf.where(lanes["clipped"], clip_smoothly(x, keras.ops), x)
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
