"""The order of features, and what happens to unseen and missing values."""

import numpy as np

from tests.helpers.tables import load_column, write_file
from tuner.data import Column, Schema, load_dataset
from tuner.data.parsing.characters import WIDTH

SCHEMA = Schema(
    columns=(
        Column("size", "categorical", ("L", "S"), missing=True),
        Column("age", "numeric", missing=True),
        Column("id", "ignored", reason="asked for"),
        Column("member", "boolean", ("false", "true")),
        Column("price", "numeric"),
    ),
    target="y",
    classes=("no", "yes"),
)


def raw(size, age, member, price):
    return {
        "size": np.array(size, object),
        "age": np.array(age, np.float32),
        "member": np.array(member, object),
        "price": np.array(price, np.float32),
    }


def test_features_are_numbers_then_indicators_then_levels() -> None:
    assert SCHEMA.feature_names == (
        "age",
        "price",
        "age is missing",
        "size=L",
        "size=S",
        "size is missing",
        "member=false",
        "member=true",
    )
    assert SCHEMA.scalings.tolist() == [True, True] + [False] * 6
    x = SCHEMA.encode(raw(["S", "L", ""], [30, np.nan, 50], ["true", "false", "true"], [1, 2, 3]))
    assert x.dtype == np.float32
    np.testing.assert_array_equal(
        x,
        [
            [30, 1, 0, 0, 1, 0, 0, 1],
            [np.nan, 2, 1, 1, 0, 0, 1, 0],
            [50, 3, 0, 0, 0, 1, 0, 1],
        ],
    )


def test_unseen_levels_are_all_zeros_and_missing_numbers_stay_nan() -> None:
    x = SCHEMA.encode(raw(["XL"], [1], [""], [np.nan]))
    np.testing.assert_array_equal(x, [[1, np.nan, 0, 0, 0, 0, 0, 0]])


def test_no_rows_are_encoded_to_no_rows() -> None:
    assert SCHEMA.encode(raw([], [], [], [])).shape == (0, 8)


MIXED = {
    "plain": ["1.5", "NA", "2"],
    "price": ["1.234,5", "", "2,25"],
    "day": ["31/12/2024", "1/2/2023 10:30", "n.a."],
    "city": [" Rome", "Rome", "", "Oslo"],
    "answer": ["yes", "No", "YES"],
}


def load_mixed():
    rows = [";".join(cells[row % len(cells)] for cells in MIXED.values()) for row in range(12)]
    lines = [f"{cells};{'pq'[row % 2]}" for row, cells in enumerate(rows)]
    return load_dataset(write_file("\n".join([";".join([*MIXED, "y"]), *lines]) + "\n"))


def test_features_kept_from_inference_are_those_of_the_raw_values() -> None:
    data = load_mixed()
    kinds = ["numeric", "numeric", "date", "categorical", "boolean"]
    assert [column.kind for column in data.schema.columns] == kinds
    encoded = data.schema.encode(data.raw)
    assert encoded.tobytes() == data.x.tobytes()


def test_encoding_parses_no_text_that_inference_has_parsed(monkeypatch) -> None:
    expected = load_mixed().x
    monkeypatch.setattr("tuner.data.columns.feature_encoding.parse_texts", None)
    monkeypatch.setattr("tuner.data.columns.feature_encoding.index_texts", None)
    np.testing.assert_array_equal(load_mixed().x, expected)


def test_blanks_beyond_the_width_of_a_model_make_a_number_missing() -> None:
    cells = ["1,5", "2,5" + " " * WIDTH, "\N{IDEOGRAPHIC SPACE}3,5", " 4,5 "]
    data = load_column(cells)
    assert data.raw["a"].tolist() == cells
    np.testing.assert_array_equal(data.x[:, 0], [1.5, np.nan, np.nan, 4.5])
    np.testing.assert_array_equal(data.schema.encode(data.raw), data.x)
