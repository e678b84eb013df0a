"""The features that a Python program gives."""

import numpy as np
import pandas as pd
import pytest

from tuner.errors import DataError
from tuner.search.inputs import read_inputs

X = np.arange(12.0).reshape(6, 2)
TEXTS = np.array(list("pqrstu"))
USE_TUNE = (
    "; tuner.tune takes columns of text, dates and missing values; KFoldTuner takes what the "
    "network takes"
)


def test_numbers_become_float32_and_whole_numbers_and_texts_stay():
    assert read_inputs(X).dtype == np.float32
    assert read_inputs(X.astype(object)).dtype == np.float32
    assert read_inputs(X.tolist()).shape == (6, 2)
    assert read_inputs(TEXTS).tolist() == list("pqrstu")
    for kept in (X.astype(np.float32), X.astype(np.uint8), X.astype(np.int64)):
        assert read_inputs(kept) is kept  # images are not copied


def test_a_frame_of_numbers_is_one_array():
    frame = pd.DataFrame({"a": range(6), "b": [True, False] * 3, "c": pd.array(range(6), "Int64")})
    np.testing.assert_array_equal(read_inputs(frame), frame.to_numpy(np.float32))


def test_several_inputs_keep_their_places_or_names():
    by_name = read_inputs({"numbers": X, "texts": TEXTS})
    assert list(by_name) == ["numbers", "texts"]
    by_place = read_inputs([X, X[:, 0].astype(np.int32)])
    assert isinstance(by_place, tuple)
    assert [values.dtype for values in by_place] == [np.float32, np.int32]


@pytest.mark.parametrize(
    ("x", "message"),
    [
        (
            (batch for batch in [X]),
            "x: expected rows; received a generator, which gives batches; give arrays, or a finite "
            "tf.data.Dataset",
        ),
        (
            [[1.0], [1.0, 2.0]],
            "x: expected rows of one shape; ValueError: setting an array element with a sequence. "
            "The requested array has an inhomogeneous shape after 1 dimensions. The detected shape "
            "was (2,) + inhomogeneous part.",
        ),
        (
            np.where(X == 0, np.nan, X),
            "x: expected finite numbers; 1 of 12 are missing or infinite; tuner.tune fills missing "
            "values in",
        ),
        (
            {"a": X, "b": np.full((6, 2), np.inf)},
            "x['b']: expected finite numbers; 12 of 12 are missing or infinite; tuner.tune fills "
            "missing values in",
        ),
        ((X, X[:4]), "x: expected the same rows in each input; received [6, 4] rows"),
        ({}, "x: expected the same rows in each input; received no input rows"),
        (
            pd.DataFrame({"a": [1.0, 2.0], "city": ["Bern", "Basel"]}),
            f"x: column city does not hold numbers alone{USE_TUNE}",
        ),
        (
            pd.DataFrame({"day": pd.date_range("2020-01-01", periods=2)}),
            f"x: column day does not hold numbers alone{USE_TUNE}",
        ),
        (
            pd.DataFrame({"a": pd.array([1, None], "Int64")}),
            "x: expected finite numbers; 1 of 2 are missing or infinite; tuner.tune fills missing "
            "values in",
        ),
        (
            np.array([[1, "a"], [2, "b"]], object),
            "x: expected numbers, or texts alone; received values of type object that are neither"
            + USE_TUNE,
        ),
        (5, "x: expected rows; received int"),
        (X[:0], "x: expected rows; received none"),
        (
            np.ma.masked_array(X, X > 10),
            "x: 1 values are masked; tuner.tune fills missing values in",
        ),
        (
            X + 1j,
            "x: expected numbers, or texts alone; received values of type complex128 that are "
            f"neither{USE_TUNE}",
        ),
        (
            X.astype("datetime64[D]"),
            "x: expected numbers, or texts alone; received values of type datetime64[D] that are "
            f"neither{USE_TUNE}",
        ),
        (
            X * 1e300,
            "x: expected finite numbers; 11 of 12 are missing or infinite; tuner.tune fills "
            "missing values in",
        ),
        (
            pd.DataFrame(X, columns=["a", "a"]),
            "x: the frame has columns of one name; rename all but one",
        ),
    ],
    ids=[
        "generator",
        "ragged",
        "missing",
        "infinite",
        "rows",
        "no input",
        "text column",
        "dates",
        "nullable",
        "mixed",
        "int",
        "no rows",
        "masked",
        "complex",
        "times",
        "overflow",
        "one name",
    ],
)
def test_what_no_network_takes_is_refused(x, message):
    with pytest.raises(DataError) as error:
        read_inputs(x)
    assert str(error.value) == message


@pytest.mark.parametrize("kind", [">i8", ">u2", ">f4", ">f8"])
def test_numbers_of_another_byte_order_are_those_of_this_machine(kind):
    array = read_inputs(X.astype(kind))
    assert array.dtype.isnative
    np.testing.assert_array_equal(array, X)
