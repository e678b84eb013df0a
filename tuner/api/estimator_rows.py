"""Rows and labels of a scikit-learn estimator, between scikit-learn's checks and a search."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, time
from numbers import Number
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import (
    assert_all_finite,
    check_consistent_length,
    column_or_1d,
    validate_data,
)

from tuner.argument_types import check_type
from tuner.data import RawColumns, Schema, convert_raw
from tuner.data.in_memory.masked_arrays import fill_masked
from tuner.data.in_memory.row_indexes import check_indexes
from tuner.data.parsing.plain_numbers import MISSING_TEXTS
from tuner.errors import DataError, UserError, one_line
from tuner.phrasing import phrase_for_python, shorten_names
from tuner.serving.unseen_levels import UnseenLevels
from tuner.words import join_words, list_counts

__all__ = [
    "choose_folds",
    "convert_rows_to_predict",
    "describe_left_out",
    "is_frame",
    "name_classes",
    "name_labels",
    "number_classes",
    "raise_as_value_errors",
    "read_rows",
    "read_rows_and_labels",
]

_ARRAY: dict[str, Any] = {"dtype": None, "ensure_all_finite": "allow-nan", "allow_nd": True}


def is_frame(rows: Any) -> bool:
    """Return whether rows have columns with a type each, of pandas or of another library."""
    return hasattr(rows, "iloc") or hasattr(rows, "__arrow_c_stream__")


def read_rows_and_labels(estimator: BaseEstimator, x: Any, y: Any) -> tuple[Any, np.ndarray]:
    """Check rows and labels, and let the estimator remember the columns.

    Returns:
        The rows, unchanged if they are a frame; and the labels, shape `(rows,)`.

    Raises:
        ValueError: scikit-learn refuses them, a label is masked, or the index of the labels has
            the rows in another order.
        TypeError: The rows are sparse, or a cell is of a type that no column has.
    """
    if np.ma.is_masked(y):
        count = int(np.ma.count_masked(y))
        raise ValueError(f"y: {count} of {len(y)} labels are masked; leave these rows out")
    with raise_as_value_errors():
        check_indexes("", x, y=y)  # scikit-learn makes arrays, which have no index
    if not is_frame(x):
        rows, labels = validate_data(estimator, fill_masked(x), y, **_ARRAY)
        return _make_numeric(rows), labels
    rows, labels = validate_data(estimator, x, y, skip_check_array=True)
    labels = column_or_1d(labels, warn=True)
    assert_all_finite(labels, input_name="y")
    check_consistent_length(rows, labels)
    if not len(labels):
        raise ValueError("X and y have no rows; give some of each class")
    return rows, labels


def read_rows(estimator: BaseEstimator, x: Any, *, as_frame: bool, as_numbers: bool) -> Any:
    """Check rows to predict against the columns that the estimator remembers.

    Args:
        estimator: The fitted estimator.
        x: The rows.
        as_frame: Whether it was fitted on a frame; other rows stay arrays, also those of a frame.
        as_numbers: Whether it was fitted on an array of numbers. If texts were among the cells,
            they stay as they are, also where all in `x` could be numbers.

    Raises:
        ValueError: scikit-learn refuses them.
    """
    if as_frame and is_frame(x):
        return validate_data(estimator, x, reset=False, skip_check_array=True)
    rows = validate_data(estimator, fill_masked(x), reset=False, **_ARRAY)
    return _make_numeric(rows) if as_numbers else rows


def _make_numeric(rows: np.ndarray) -> np.ndarray:
    """Return objects and texts as numbers if all of them are, and unchanged otherwise.

    Raises:
        TypeError: A cell is of a type that no column has.
    """
    if rows.dtype.kind not in "OU":
        return rows
    missing = pd.isna(rows)
    try:
        return np.where(missing, np.nan, rows.astype(object)).astype(np.float64)
    except ValueError:
        return rows
    except TypeError:  # as of dates and times
        if all(isinstance(cell, str | Number | date | time) for cell in rows[~missing]):
            return rows
        raise


def number_classes(labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the distinct labels, in their order, and the number of each row's.

    Raises:
        ValueError: A label is missing, the labels have no order, all are the same, or they are no
            classes to scikit-learn.
    """
    missing = int(pd.isna(labels).sum())
    if missing:
        raise ValueError(f"y: {missing} of {len(labels)} labels are missing; leave these rows out")
    try:
        classes, numbers = np.unique(labels, return_inverse=True)
    except TypeError as error:
        kinds = join_words(sorted({type(label).__name__ for label in labels}))
        raise ValueError(f"y: its labels are of several types, {kinds}; give one") from error
    check_classification_targets(labels)
    if len(classes) == 1:
        raise ValueError(f"y has one class only, {classes[0]}; give rows of two or more classes")
    return classes, numbers


def name_classes(classes: np.ndarray, numbers: np.ndarray) -> "pd.Categorical[str]":
    """Return labels whose texts a study shows, in the order of the classes.

    Args:
        classes: The distinct labels, shape `(classes,)`.
        numbers: The index in `classes` of each row's label, shape `(rows,)`.
    """
    names = [_name_class(label) for label in classes]
    if len({name.strip() for name in names} - {"", *MISSING_TEXTS}) < len(names):
        names = [str(number) for number in range(len(classes))]
    return pd.Categorical.from_codes(numbers, pd.Index(names), ordered=True)


def _name_class(label: Any) -> str:
    if isinstance(label, bool | np.bool_):
        return str(label).lower()
    is_whole = isinstance(label, float | np.floating) and float(label).is_integer()
    return str(int(label)) if is_whole else str(label)


def name_labels(rows: Any, labels: "pd.Categorical[str]") -> "pd.Series[str]":
    """Return labels with a name that no column has: a column that tells them is learned from."""
    columns = getattr(rows, "column_names", getattr(rows, "columns", ()))  # of pyarrow, or pandas
    name, taken = "y", set(map(str, columns))
    while name in taken:
        name += "_"
    return pd.Series(labels, index=getattr(rows, "index", None), name=name)


def choose_folds(counts: np.ndarray, folds: int) -> tuple[int, int]:
    """Return the rarest class, and how many folds it allows.

    A class of one row allows no folds at all: it is left out or refused, and does not count.

    Args:
        counts: The rows of each class, shape `(classes,)`.
        folds: The folds that are asked for.

    Raises:
        ValueError: They are no whole number.
    """
    with raise_as_value_errors():
        check_type("--folds", folds, "whole number")
    enough = np.flatnonzero(counts >= 2)
    if not len(enough):
        return 0, folds
    rarest = int(enough[counts[enough].argmin()])
    return rarest, min(folds, int(counts[rarest]))


def convert_rows_to_predict(rows: Any, schema: Schema) -> RawColumns:
    """Return checked rows as the network's preprocessing takes them.

    Unlike in a file, a number of an array may be missing: it counts as the mean. Levels that the
    model has not seen are warned of.

    Raises:
        DataError: The rows do not fit the schema.
    """
    if schema.array_shape is None:
        if not is_frame(rows):
            names = [column.name for column in schema.columns]
            rows = pd.DataFrame(rows, columns=pd.Index(names))
        raw = convert_raw(rows, schema)
        _warn_about_unseen_levels(raw, schema)
        return raw
    try:
        with np.errstate(over="ignore"):
            x = np.asarray(rows, np.float32)
    except (TypeError, ValueError) as error:
        raise DataError(
            f"X: the model was fitted on numbers, and a cell is none ({one_line(error)}); fix it"
        ) from error
    if np.isinf(x).any():
        raise DataError("X holds a number that is not finite in float32; replace it")
    return {"x": x}


def _warn_about_unseen_levels(raw: RawColumns, schema: Schema) -> None:
    unseen = UnseenLevels(schema)
    unseen.count(raw)
    for warning in unseen.list_warnings():
        warnings.warn(warning, stacklevel=4)  # of `predict_proba`


@contextmanager
def raise_as_value_errors() -> Iterator[None]:
    """Raise the user's mistakes as scikit-learn does."""
    try:
        yield
    except UserError as error:
        raise ValueError(phrase_for_python(str(error))) from error


def describe_left_out(classes: np.ndarray, counts: np.ndarray) -> str:
    """Return a warning about classes that are left out, with their numbers of rows."""
    rare = dict(zip(map(str, classes), counts.tolist(), strict=True))
    return (
        "classes with too few rows for the folds are left out: "
        f"{shorten_names(list_counts(rare))}; their probability is 0"
    )
