"""Distinct texts of a column: which are numbers, missing or truth values, and their rows."""

import numpy as np
import pyarrow as pa
import pytest

from tuner.data.parsing.text_column import TextColumn


def index(cells):
    return TextColumn.from_arrow(pa.chunked_array([pa.array(cells, pa.string())]))


def test_each_distinct_text_is_kept_once() -> None:
    column = index(["u", " u", "u", "", "v", "v"])
    assert column.texts.tolist() == ["u", " u", "", "v"]
    assert column.indices.tolist() == [0, 1, 0, 2, 3, 3]
    assert column.count_rows().tolist() == [2, 1, 1, 2]
    assert column.find_row(3) == 4
    stripped, indices = column.index_stripped()
    assert stripped[indices].tolist() == ["u", "u", "u", "", "v", "v"]


def test_values_of_texts_are_expanded_to_rows() -> None:
    column = index(["1", "NA", "1", " 2.5"])
    np.testing.assert_array_equal(column.expand(column.parse_plain_numbers()), [1, np.nan, 1, 2.5])
    assert column.expand_texts(column.placeholder).tolist() == ["1", "", "1", " 2.5"]


@pytest.mark.parametrize(
    ("cells", "missing"),
    [
        (["1", "NA", ""], [False, True, True]),
        (["x", "NA", ""], [False, False, True]),  # NA is a text among texts
    ],
)
def test_placeholders_are_missing_among_numbers_only(cells, missing) -> None:
    assert index(cells).missing.tolist() == missing


@pytest.mark.parametrize(
    ("cells", "is_boolean"),
    [
        (["yes", "NO", " Yes ", ""], True),
        (["true"], True),
        (["yes", "false"], False),
        (["yes", "no", "maybe"], False),
        (["", " "], False),
    ],
)
def test_truth_values_are_one_pair_in_any_case(cells, is_boolean) -> None:
    assert index(cells).is_boolean == is_boolean
