"""The arguments with which networks are trained by `keras.Model.fit`."""

import numpy as np
import pytest

from tuner.training.fit_calls import batch_rows

X, Y = np.arange(14.0).reshape(7, 2), np.arange(7)


def test_arrays_become_a_dataset_of_the_same_batches():
    weights = np.linspace(0, 1, 7)
    given = batch_rows({"x": X, "y": Y, "sample_weight": weights, "batch_size": 3, "verbose": 0})
    batches = list(given.pop("x").as_numpy_iterator())
    assert given == {"verbose": 0}
    for place, rows in enumerate((X, Y, weights)):
        assert [len(batch[place]) for batch in batches] == [3, 3, 1]
        kind = np.float32 if rows.dtype == np.float64 else rows.dtype
        np.testing.assert_array_equal(
            np.concatenate([batch[place] for batch in batches]), rows.astype(kind), strict=True
        )


@pytest.mark.parametrize(
    "others",
    [
        {"class_weight": {0: 2.0}},
        {"y": Y[1:]},
        {"y": None},
        {"x": (X, X)},
        {"x": X.astype(object)},
        {"y": list(Y)},
    ],
    ids=["class weights", "fewer labels", "no labels", "two arrays", "objects", "a list"],
)
def test_all_else_is_left_to_keras(others):
    given = {"x": X, "y": Y, **others}
    assert batch_rows(given) == given
