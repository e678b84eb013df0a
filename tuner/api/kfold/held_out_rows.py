"""Rows with their test part: the `validation_data` that a Python program gives follow them."""

from dataclasses import replace
from typing import Any

import numpy as np

from tuner.api.kfold.search_arguments import SearchArguments
from tuner.errors import DataError, UserError, one_line
from tuner.folds import Split, Splitter
from tuner.problem import Inputs
from tuner.search.datasets import is_dataset, read_dataset
from tuner.search.inputs import count_rows, read_inputs
from tuner.search.labelled_rows import LabelledRows, read_weights, refuse_masked
from tuner.search.targets import NO_CLASSES

__all__ = ["read_and_split"]


def read_and_split(
    x: Any, y: Any, given: SearchArguments, splitter: Splitter, *, groups: Any, order: Any
) -> tuple[LabelledRows, Split]:
    """Return the rows of a search, and their split. Validation rows follow, as the test part.

    Args:
        x: Features, or a dataset.
        y: The class of each row; None for a dataset.
        given: Has the weights and the validation rows.
        splitter: Splits the rows.
        groups: The group of each row. None without groups.
        order: The sort key of each row. None if their order means nothing.

    Raises:
        DataError: The rows cannot be used.
        UserError: Two arguments decide on the test part.
    """
    weights = given.sample_weight
    if given.validation is None:
        rows = LabelledRows.from_arrays(x, y, groups=groups, order=order, sample_weight=weights)
        return rows, rows.split(splitter)
    if groups is not None or order is not None:
        raise UserError(
            "validation_data: give groups or order without it; they decide on the test part"
        )
    rows, test = _append_rows(x, y, weights, given.validation)
    own = rows.y[: len(rows.y) - len(test)]
    without = replace(splitter, test_size=0.0)
    split = without.split(own, classes=rows.classes, groups=None, order=None)
    return rows, replace(split, test=test)


def _append_rows(
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
    for name, values in {"y": y, "validation_data": validation[1]}.items():
        refuse_masked(name, values)
    if y is None:
        raise DataError(NO_CLASSES)
    own, y = read_inputs(x), np.asarray(y)
    test, test_y = read_inputs(validation[0]), np.asarray(validation[1])
    _check_count("y", y, own)
    _check_count("validation_data", test_y, test)
    rows = len(y)
    try:
        inputs, classes = _concatenate(own, test), np.concatenate([y, test_y])
    except (ValueError, KeyError, TypeError) as error:
        raise DataError(
            f"validation_data: its rows are not like those of x and y ({one_line(error)})"
        ) from error
    if sample_weight is not None:
        own_weights = read_weights(sample_weight, count_rows(own))
        sample_weight = np.concatenate([own_weights, np.ones(len(test_y))])
    labelled = LabelledRows.from_arrays(inputs, classes, sample_weight=sample_weight)
    return labelled, np.arange(rows, rows + len(test_y))


def _check_count(name: str, classes: np.ndarray, inputs: Inputs) -> None:
    rows = count_rows(inputs)
    if classes.shape[:1] != (rows,):
        raise DataError(
            f"{name}: expected a class for each of {rows:,} rows; received an array of shape "
            f"{classes.shape}"
        )


def _concatenate(own: Any, test: Any) -> Inputs:
    if isinstance(own, dict):
        return {name: np.concatenate([own[name], test[name]]) for name in own}
    if isinstance(own, tuple):
        pairs = zip(own, test, strict=True)
        return tuple(np.concatenate(pair) for pair in pairs)
    joined: np.ndarray = np.concatenate([own, test])
    return joined
