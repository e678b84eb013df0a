"""The encoding's order, what it does not know, and the way to JSON and back."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuner.data import Column, Schema

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

columns = st.builds(
    Column,
    name=st.text(),
    kind=st.sampled_from(["numeric", "categorical", "boolean", "ignored"]),
    levels=st.lists(st.text(), max_size=3).map(tuple),
    missing=st.booleans(),
    reason=st.text(),
)
schemas = st.builds(
    Schema,
    columns=st.lists(columns, max_size=4).map(tuple),
    target=st.text(),
    classes=st.lists(st.text(), max_size=3).map(tuple),
    array_shape=st.none() | st.lists(st.integers(1, 9), min_size=1, max_size=3).map(tuple),
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
    assert SCHEMA.scaled.tolist() == [True, True] + [False] * 6
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


def test_what_was_never_seen_is_all_zeros_and_a_number_stays_nan() -> None:
    x = SCHEMA.encode(raw(["XL"], [1], [""], [np.nan]))
    np.testing.assert_array_equal(x, [[1, np.nan, 0, 0, 0, 0, 0, 0]])


def test_no_rows_are_encoded_to_no_rows() -> None:
    assert SCHEMA.encode(raw([], [], [], [])).shape == (0, 8)


def test_views_of_the_columns() -> None:
    assert [column.name for column in SCHEMA.used] == ["size", "age", "member", "price"]


@pytest.mark.parametrize("rows", [0, 2])
def test_an_array_is_flattened(rows) -> None:
    schema = Schema((), "y", ("0", "1"), array_shape=(2, 2))
    x = np.arange(rows * 4).reshape(rows, 2, 2)
    np.testing.assert_array_equal(schema.encode({"x": x}), x.reshape(rows, 4))
    assert schema.feature_names == ("x[0,0]", "x[0,1]", "x[1,0]", "x[1,1]")
    assert schema.scaled.all()


@given(schemas)
def test_a_schema_survives_json(schema) -> None:
    assert Schema.from_dict(json.loads(json.dumps(schema.to_dict()))) == schema
