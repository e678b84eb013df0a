"""Rows with their test part: the `validation_data` that a Python program gives follow them."""

from typing import Any

import numpy as np

from tuner.errors import DataError, one_line
from tuner.problem import Inputs
from tuner.search.datasets import is_dataset, read_dataset
from tuner.search.inputs import read_inputs
from tuner.search.labelled_rows import LabelledRows

__all__ = ["append_rows"]


def append_rows(
    x: Any, y: Any, sample_weight: Any, validation: Any
) -> tuple[LabelledRows, np.ndarray]:
    """Return rows that are followed by those of `validation_data`, and the numbers of the latter.

    Args:
        x: Features, or a dataset.
        y: The class of each row; None for a dataset.
        sample_weight: The weight of each row; None for 1.
        validation: `(x, y)` or `(x, y, sample_weight)`, or a dataset of these.

    Raises:
        DataError: The two parts have other inputs, or cannot be used.
    """
    if is_dataset(x):
        x, y, sample_weight = read_dataset(x)
    if is_dataset(validation):
        validation = read_dataset(validation)
    if not isinstance(validation, tuple | list) or len(validation) not in (2, 3):
        raise DataError("validation_data: expected (x, y), or a tf.data.Dataset of these")
    own, y = read_inputs(x), np.asarray(y)
    test, test_y = read_inputs(validation[0]), np.asarray(validation[1])
    rows = len(y)
    try:
        inputs, classes = _concatenate(own, test), np.concatenate([y, test_y])
    except (ValueError, KeyError, TypeError) as error:
        raise DataError(
            f"validation_data: its rows are not like those of x and y ({one_line(error)})"
        ) from error
    if sample_weight is not None:
        sample_weight = np.concatenate([np.asarray(sample_weight), np.ones(len(test_y))])
    labelled = LabelledRows.from_arrays(inputs, classes, sample_weight=sample_weight)
    return labelled, np.arange(rows, rows + len(test_y))


def _concatenate(own: Any, test: Any) -> Inputs:
    if isinstance(own, dict):
        return {name: np.concatenate([own[name], test[name]]) for name in own}
    if isinstance(own, tuple):
        pairs = zip(own, test, strict=True)
        return tuple(np.concatenate(pair) for pair in pairs)
    joined: np.ndarray = np.concatenate([own, test])
    return joined
