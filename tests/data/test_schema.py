"""A schema's views, and its way to JSON and back."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
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

texts = st.text(max_size=5)
columns = st.builds(
    Column,
    name=texts,
    kind=st.sampled_from(["numeric", "categorical", "boolean", "ignored"]),
    levels=st.lists(texts, max_size=3).map(tuple),
    missing=st.booleans(),
    reason=texts,
)
schemas = st.builds(
    Schema,
    columns=st.lists(columns, max_size=4).map(tuple),
    target=texts,
    classes=st.lists(texts, max_size=3).map(tuple),
    array_shape=st.none() | st.lists(st.integers(1, 9), min_size=1, max_size=3).map(tuple),
)


def test_views_of_the_columns() -> None:
    assert [column.name for column in SCHEMA.used] == ["size", "age", "member", "price"]


@pytest.mark.parametrize("rows", [0, 2])
def test_an_array_is_flattened(rows) -> None:
    schema = Schema((), "y", ("0", "1"), array_shape=(2, 2))
    x = np.arange(rows * 4).reshape(rows, 2, 2)
    np.testing.assert_array_equal(schema.encode({"x": x}), x.reshape(rows, 4))
    assert schema.feature_names == ("x[0,0]", "x[0,1]", "x[1,0]", "x[1,1]")
    assert schema.scalings.all()


@given(schemas)
@settings(max_examples=30)
def test_a_schema_is_the_same_after_json(schema) -> None:
    assert Schema.from_dict(json.loads(json.dumps(schema.to_dict()))) == schema
