"""Which columns identify rows or are free text."""

import pytest

from tests.helpers.tables import load_columns
from tuner.data import Column

STORIES = [f"it was the {i}th of a good many days" for i in range(30)]
CODES = [f"A-{i:04d}x" for i in range(30)]
NUMBERS = [str(1000 + 7 * i) for i in range(30)]


def test_identifiers_and_free_text_are_left_out_with_a_warning() -> None:
    data = load_columns(user=CODES, customer_id=NUMBERS, notes=STORIES, remark=STORIES)
    assert data.warnings == (
        "2 columns identify rows (nearly all their values differ) and are left out: user, "
        "customer_id; give --categorical 'user,customer_id' to keep them as levels",
        "2 columns are free text and left out: notes, remark; give --categorical 'notes,remark' to "
        "keep them as levels",
        "column customer_id: rename it if its numbers measure something",
    )
    assert [column.name for column in data.schema.used] == ["b"]
    assert [column.reason for column in data.schema.columns[:4]] == [
        *["identifier"] * 2,
        *["free text"] * 2,
    ]


@pytest.mark.parametrize("cells", [STORIES, CODES, NUMBERS])
def test_categorical_keeps_identifiers_and_free_text(cells) -> None:
    data = load_columns(id=cells, categorical=["id"])
    assert data.schema.columns[0] == Column("id", "categorical", tuple(sorted(cells)))
    assert data.warnings == ()


def test_a_warning_about_one_column_is_in_the_singular() -> None:
    assert load_columns(id=NUMBERS).warnings == (
        "1 column identifies rows (nearly all its values differ) and is left out: id; give "
        "--categorical id to keep it as levels",
        "column id: rename it if its numbers measure something",
    )
    assert load_columns(a=STORIES).warnings == (
        "1 column is free text and left out: a; give --categorical a to keep it as levels",
    )


@pytest.mark.parametrize(
    ("name", "cells"),
    [
        ("userId", NUMBERS),
        ("USER_ID", NUMBERS),
        ("uuid", NUMBERS),
        ("row", [str(i) for i in range(30)]),
        ("Unnamed: 0", [str(i) for i in range(30)]),
        ("customerid", [str(i + 5) for i in range(30)][::-1]),
        ("any", [*CODES[:28], "A-0001x", ""]),  # nearly all
        ("id", [*NUMBERS[:28], "1000", ""]),
    ],
)
def test_identifiers_are_recognised(name, cells) -> None:
    assert load_columns(**{name: cells}).schema.columns[0].reason == "identifier"


@pytest.mark.parametrize(
    ("name", "cells"),
    [
        ("price", NUMBERS),  # named as a measurement
        ("paid", NUMBERS),
        ("humid", NUMBERS),
        ("index", NUMBERS),  # with gaps
        ("id", [f"{i}.5" for i in range(30)]),  # not whole
        ("id", [str(i % 15) for i in range(30)]),  # repeated
        ("width", [str(i) for i in range(30)]),
        ("id", [str(i) for i in range(19)]),  # too few rows to tell
    ],
)
def test_measurements_are_not_identifiers(name, cells) -> None:
    assert load_columns(**{name: cells}).schema.columns[0].kind == "numeric"


def test_texts_that_repeat_are_levels() -> None:
    for cells in (STORIES[:3] * 10, CODES[:15] * 2, CODES[:19]):
        assert load_columns(a=cells).schema.columns[0].kind == "categorical"
