"""Plain numbers: parsed from text, and written as text."""

import numpy as np
import pyarrow as pa
import pytest

from tuner.data.parsing.plain_numbers import (
    MISSING_TEXTS,
    convert_to_numbers,
    convert_to_texts,
    parse_if_plain,
)


def column(cells, dtype=None):
    return pa.chunked_array([pa.array(cells, dtype)])


def test_plain_numbers_and_missing_texts_are_parsed() -> None:
    numbers = parse_if_plain(column(["1", " -2.5 ", "1e3", "", *MISSING_TEXTS]))
    np.testing.assert_array_equal(numbers, [1, -2.5, 1000, *[np.nan] * (1 + len(MISSING_TEXTS))])


@pytest.mark.parametrize("cell", ["x", "1,5", "0x1", "nAN", "1_000"])
def test_a_column_with_another_text_is_not_plain(cell) -> None:
    assert parse_if_plain(column(["1", cell])) is None


@pytest.mark.parametrize(
    ("cells", "dtype", "texts"),
    [
        ([3, None, 10], pa.int64(), ["3", "", "10"]),
        ([3.0, None, 0.1, 1e20], pa.float64(), ["3", "", "0.1", "1e+20"]),
        (np.array([3, 0.1], np.float16), pa.float16(), ["3", "0.1"]),
        (["3.0", ""], pa.string(), ["3.0", ""]),
    ],
)
def test_numbers_become_their_shortest_texts(cells, dtype, texts) -> None:
    assert convert_to_texts(column(cells, dtype)).to_pylist() == texts


def test_missing_numbers_are_nan() -> None:
    numbers = convert_to_numbers(column([1, None], pa.int32()))
    np.testing.assert_array_equal(numbers, np.array([1, np.nan]))
    assert numbers.dtype == np.float64
