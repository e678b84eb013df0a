"""Rows that a Python program gives as a `tf.data.Dataset`."""

import numpy as np
import pytest
import tensorflow as tf

from tuner.errors import DataError
from tuner.search.labelled_rows import LabelledRows

X = np.arange(12, dtype=np.float32).reshape(6, 2)
Y = np.array([3, 5, 3, 5, 9, 9])
ONE_HOT = np.eye(3)[[0, 1, 0, 1, 2, 2]]
make = tf.data.Dataset.from_tensor_slices


@pytest.mark.parametrize(
    "dataset",
    [
        make((X, Y)),
        make((X, Y)).batch(4),
        make((X, Y)).batch(3, drop_remainder=True),
        make((X, ONE_HOT)),
        make((X, ONE_HOT)).batch(4),
        make((X, Y)).filter(lambda x, y: y > 0),
        tf.data.Dataset.from_generator(
            lambda: zip(X, Y, strict=True), (tf.float32, tf.int64)
        ).batch(4),
    ],
    ids=["rows", "batches", "full batches", "one-hot", "one-hot batches", "filter", "generator"],
)
def test_a_dataset_is_read_once_into_arrays(dataset):
    rows = LabelledRows.from_arrays(dataset)
    np.testing.assert_array_equal(rows.x, X)
    assert rows.y.tolist() == [0, 1, 0, 1, 2, 2]


def test_several_inputs_and_weights_are_read():
    rows = LabelledRows.from_arrays(make(({"a": X, "b": X[:, 0]}, Y, Y / 3)).batch(4))
    assert {name: values.shape for name, values in rows.x.items()} == {"a": (6, 2), "b": (6,)}
    np.testing.assert_allclose(rows.row_weights, Y / 3)


@pytest.mark.parametrize(
    ("dataset", "message"),
    [
        (make((X, Y)).repeat(), "x: the dataset has no end; leave repeat() out, or give take(n)"),
        (make((X, Y)).take(0), "x: the dataset is empty"),
        (
            make(X),
            "x: expected a dataset of (x, y) or (x, y, sample_weight); received elements of "
            "TensorSpec(shape=(2,), dtype=tf.float32, name=None)",
        ),
        (
            make((tf.ragged.constant([[1, 2], [3]]), [0, 1])),
            "x: expected a dataset of dense tensors; received one with ragged or sparse ones; make "
            "them dense",
        ),
    ],
    ids=["no end", "empty", "no classes", "ragged"],
)
def test_a_dataset_that_cannot_be_read_is_refused(dataset, message):
    with pytest.raises(DataError) as error:
        LabelledRows.from_arrays(dataset)
    assert str(error.value) == message


def test_a_dataset_without_end_that_does_not_say_so_ends_with_the_memory(monkeypatch):
    endless = make((X, Y)).repeat().filter(lambda x, y: y > 0)
    memory = type("Memory", (), {"free": 2**20})
    monkeypatch.setattr("tuner.search.datasets.read_memory", lambda: memory)
    with pytest.raises(DataError, match="takes more memory than is free, after 1 MB; if it has no"):
        LabelledRows.from_arrays(endless)


def test_classes_beside_a_dataset_are_refused():
    with pytest.raises(DataError, match="a dataset has the classes and weights itself"):
        LabelledRows.from_arrays(make((X, Y)), Y)
