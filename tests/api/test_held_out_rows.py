"""Rows that `validation_data` follows as the test part."""

import numpy as np
import pytest

from tuner.api.kfold.held_out_rows import read_and_split
from tuner.api.kfold.search_arguments import SearchArguments
from tuner.errors import DataError
from tuner.study import SearchSettings

X = np.arange(20.0).reshape(10, 2)
Y = np.arange(10) % 2


def split(y=Y, sample_weight=None):
    """Return the rows and the split of ten rows that four follow."""
    arguments = SearchArguments(sample_weight=sample_weight, validation=(X[:4], Y[:4]))
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
