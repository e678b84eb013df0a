"""Measures how long a whole exported model takes, from raw columns to probabilities."""

import math
import os
import time
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import tensorflow as tf

from tuner.data import TIMED_ROWS

__all__ = ["describe_device", "find_lowest_seconds", "measure_model"]

_SECONDS = 0.2  # after which no further round is begun
_ROUNDS = 8
_ROW_CALLS, _BATCH_CALLS = 20, 4  # per round


def measure_model(
    graph: Callable[[Any], Mapping[str, Any]], inputs: Mapping[str, np.ndarray]
) -> dict[str, Any]:
    """Return what `model.json` says of a model's prediction time.

    The lowest of many repetitions counts, because other processes can only add to it.

    Args:
        graph: The compiled model, from inputs by name to its `probabilities`.
        inputs: Some raw rows by input name, each of shape `(rows, …)`. They are repeated.

    Returns:
        `row_seconds` for one row, `batch_seconds` for `batch` rows at once, and the `device`.
    """
    most = {name: _repeat_rows(values, TIMED_ROWS) for name, values in inputs.items()}
    batch = {name: tf.constant(values) for name, values in most.items()}
    row = {name: tf.constant(values[:1]) for name, values in most.items()}

    def predict(rows: Any) -> Any:
        return graph(rows)["probabilities"]

    for rows in (row, batch):
        predict(rows)  # the first call does more, and is not measured
    row_seconds = batch_seconds = math.inf
    until = time.perf_counter() + _SECONDS
    for _ in range(_ROUNDS):
        row_seconds = min(row_seconds, find_lowest_seconds(predict, row, _ROW_CALLS))
        batch_seconds = min(batch_seconds, find_lowest_seconds(predict, batch, _BATCH_CALLS))
        if time.perf_counter() >= until:
            break
    return {
        "row_seconds": float(f"{row_seconds:.2g}"),
        "batch_seconds": float(f"{batch_seconds:.2g}"),
        "batch": TIMED_ROWS,
        "device": describe_device(),
    }


def _repeat_rows(values: np.ndarray, rows: int) -> np.ndarray:
    return values[np.resize(np.arange(len(values)), rows)]


def find_lowest_seconds(predict: Callable[[Any], Any], rows: Any, calls: int) -> float:
    """Return the seconds of the fastest of some calls."""
    lowest = math.inf
    for _ in range(calls):
        begun = time.perf_counter()
        predict(rows).numpy()
        lowest = min(lowest, time.perf_counter() - begun)
    return lowest


def describe_device() -> str:
    """Return what TensorFlow computes on, such as `2 threads`."""
    if tf.config.list_physical_devices("GPU"):
        return "the GPU"
    threads = tf.config.threading.get_intra_op_parallelism_threads() or os.cpu_count()
    return "one thread" if threads == 1 else f"{threads} threads"
