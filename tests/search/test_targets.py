"""The classes that a Python program gives."""

import numpy as np
import pandas as pd
import pytest

from tuner.errors import DataError
from tuner.search.targets import read_targets

ONE_HOT = np.eye(3)[[2, 0, 1, 2]]


@pytest.mark.parametrize(
    ("y", "classes", "numbers"),
    [
        ([3, 5, 3, 9], ("3", "5", "9"), [0, 1, 0, 2]),
        (np.array([[1.0], [0.0]]), ("0", "1"), [1, 0]),
        (np.array(["b", "a"]), ("a", "b"), [1, 0]),
        (np.array([2, 1.0, np.int64(2)], object), ("1", "2"), [1, 0, 1]),
        (np.array([b"b", b"a"]), ("a", "b"), [1, 0]),
        (np.array([2.0**70, 1.0]), ("1.0", "1.1805916207174113e+21"), [1, 0]),
        (pd.Series([2, 1], dtype="Int64"), ("1", "2"), [1, 0]),
        (pd.Series(["b", "a"], dtype="category"), ("a", "b"), [1, 0]),
        (pd.DataFrame({"y": [True, False]}), ("False", "True"), [1, 0]),
    ],
    ids=[
        "numbers",
        "column",
        "names",
        "objects",
        "bytes",
        "large",
        "nullable",
        "category",
        "frame",
    ],
)
def test_the_classes_of_rows_are_numbered(y, classes, numbers):
    targets = read_targets(y)
    assert (targets.classes, targets.y.tolist()) == (classes, numbers)
    assert targets.y.dtype == np.int64
    assert not targets.one_hot


def test_the_columns_of_one_hot_rows_are_the_classes():
    targets = read_targets(ONE_HOT)
    assert (targets.classes, targets.y.tolist()) == (("0", "1", "2"), [2, 0, 1, 2])
    assert targets.one_hot
    named = read_targets(pd.DataFrame(ONE_HOT, columns=["x", "y", "z"]))
    assert named.classes == ("x", "y", "z")


@pytest.mark.parametrize(
    ("y", "message"),
    [
        (["a", None], "expected a class for each row; 1 of 2 are missing"),
        (
            np.array(["b", 1], object),
            "expected numbers alone, or names alone; received values of type int and str",
        ),
        ([[1], [2, 3]], "expected one class for each row; received several for some"),
        (
            np.ma.masked_array([1, 2], [False, True]),
            "expected a class for each row; 1 of 2 are masked",
        ),
        (
            [1.0, np.inf],
            "expected classes, numbers or names; received values of type float64 that are neither",
        ),
        (
            ONE_HOT * 0.9,
            "expected one class for each row, or one-hot rows of 0 and 1; received an array of "
            "shape (4, 3) with other values",
        ),
        (
            np.maximum(ONE_HOT, [[1, 0, 0]]),
            "expected one 1 in each one-hot row; received 3 rows with none or several, and rows of "
            "several classes at once are not searched",
        ),
        (np.eye(3)[[0, 2]], "no row belongs to the class of column 1; leave the column out"),
        (
            np.linspace(0, 1, 30),
            "expected classes, numbers or names; received 30 different numbers with a fraction, "
            "and a regression is not searched",
        ),
        (
            np.zeros((2, 2, 2)),
            "expected one class for each row, or one-hot rows; received an array of shape "
            "(2, 2, 2)",
        ),
    ],
    ids=[
        "missing",
        "mixed",
        "ragged",
        "masked",
        "infinite",
        "soft",
        "several",
        "no row",
        "regression",
        "shape",
    ],
)
def test_what_is_no_class_is_refused(y, message):
    with pytest.raises(DataError) as error:
        read_targets(y)
    assert str(error.value) == f"y: {message}"
