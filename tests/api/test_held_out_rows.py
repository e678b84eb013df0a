"""Rows that `validation_data` follows as the test part."""

import numpy as np
import pytest

from tuner.api.kfold.held_out_rows import read_and_split
from tuner.api.kfold.search_arguments import SearchArguments
from tuner.errors import DataError
from tuner.study import SearchSettings

X = np.arange(20.0).reshape(10, 2)
Y = np.arange(10) % 2


def split(y=Y, sample_weight=None, held_out=4):
    """Return the rows and the split of ten rows that four follow, with so many classes."""
    arguments = SearchArguments(sample_weight=sample_weight, validation=(X[:4], Y[:held_out]))
    splitter = SearchSettings(folds=2).splitter
    return read_and_split(X, y, arguments, splitter, groups=None, order=None)


@pytest.mark.parametrize("shape", [(10,), (10, 1)])
def test_weights_are_of_the_rows_alone_and_the_test_part_has_1(shape):
    rows, parts = split(sample_weight=np.arange(10).reshape(shape))
    assert rows.row_weights.tolist() == [*range(10), 1, 1, 1, 1]
    assert parts.test.tolist() == [10, 11, 12, 13]


def test_weights_of_another_shape_are_refused_with_the_number_of_rows_that_have_weights():
    with pytest.raises(DataError) as error:
        split(sample_weight=np.ones(9))
    assert str(error.value) == (
        "sample_weight: expected a weight for each of 10 rows; received an array of shape (9,)"
    )


def test_rows_without_classes_are_refused_as_without_validation_data():
    with pytest.raises(DataError) as error:
        split(y=None)
    assert str(error.value) == "y: expected a class for each row of x; received none"


@pytest.mark.parametrize(
    ("y", "held_out", "message"),
    [
        (Y[:9], 5, "y: expected a class for each of 10 rows; received an array of shape (9,)"),
        (
            Y,
            3,
            "validation_data: expected a class for each of 4 rows; received an array of shape (3,)",
        ),
    ],
)
def test_classes_that_one_part_lacks_are_not_taken_from_the_other(y, held_out, message):
    with pytest.raises(DataError) as error:
        split(y=y, held_out=held_out)
    assert str(error.value) == message
