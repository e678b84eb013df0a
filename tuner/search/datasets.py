"""Rows that a Python program gives as a `tf.data.Dataset`, read once into arrays."""

from typing import Any

import numpy as np

from tuner.errors import DataError
from tuner.machine.memory import read_memory

__all__ = ["is_dataset", "read_dataset"]

_BATCH = 256  # rows that are read at once from a dataset that is not batched
_ELEMENTS = "(x, y) or (x, y, sample_weight)"


def is_dataset(x: Any) -> bool:
    """Return whether something is a `tf.data.Dataset`; others have no such methods."""
    return hasattr(x, "element_spec") and hasattr(x, "as_numpy_iterator")


def read_dataset(dataset: Any) -> tuple[Any, Any, Any]:
    """Read a finite dataset, once, in the order in which its rows come.

    Args:
        dataset: A `tf.data.Dataset` of `(x, y)` or `(x, y, sample_weight)`, batched or not.

    Returns:
        The features, the classes, and the weights of rows, None if there are none.

    Raises:
        DataError: The dataset has no end, holds other elements, or is larger than the free memory.
    """
    import tensorflow as tf

    spec = dataset.element_spec
    if not isinstance(spec, tuple) or len(spec) not in (2, 3):
        raise DataError(f"x: expected a dataset of {_ELEMENTS}; received elements of {spec}")
    parts = tf.nest.flatten(spec)
    if not all(isinstance(part, tf.TensorSpec) for part in parts):
        raise DataError(
            "x: expected a dataset of dense tensors; received one with ragged or sparse ones; make "
            "them dense"
        )
    if dataset.cardinality() == tf.data.INFINITE_CARDINALITY:
        raise DataError("x: the dataset has no end; leave repeat() out, or give take(n)")
    if not _is_batched([part.shape for part in tf.nest.flatten(spec[0])], spec[1]):
        dataset = dataset.batch(_BATCH)
    batches = _read_batches(dataset)
    columns = [np.concatenate(arrays) for arrays in zip(*batches, strict=True)]
    x, y, *weights = tf.nest.pack_sequence_as(spec, columns)
    return x, y, weights[0] if weights else None


def _is_batched(inputs: list[Any], y: Any) -> bool:
    """Return whether the first axis of all tensors is that of a batch's rows.

    Args:
        inputs: The shape of each input.
        y: The classes.
    """
    shapes = [*inputs, *[part.shape for part in _flatten(y)]]
    if any(shape.rank is None for shape in shapes):
        return True  # of unknown shape, as a generator's batches may be
    if any(shape.rank == 0 for shape in shapes):
        return False
    if any(shape[0] is None for shape in shapes):
        return True
    return len({shape[0] for shape in shapes}) == 1 and any(shape.rank > 1 for shape in shapes)


def _flatten(structure: Any) -> list[Any]:
    import tensorflow as tf

    return list(tf.nest.flatten(structure))


def _read_batches(dataset: Any) -> list[list[np.ndarray]]:
    """Return the arrays of each batch, as long as they fit into memory."""
    memory = read_memory()
    room = memory.free / 2 if memory else np.inf  # they are joined afterwards
    batches, taken = [], 0
    for element in dataset.as_numpy_iterator():
        arrays = [np.asarray(values) for values in _flatten(element)]
        taken += sum(array.nbytes for array in arrays)
        if taken > room:
            raise DataError(
                f"x: the dataset takes more memory than is free, after {taken / 2**20:,.0f} MB; if "
                "it has no end, give take(n)"
            )
        batches.append(arrays)
    if not batches:
        raise DataError("x: the dataset is empty")
    return batches
