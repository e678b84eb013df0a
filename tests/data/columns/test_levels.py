"""Which words are levels, which are pooled, and which columns name rows or tell stories."""

import numpy as np
import pytest

from tests.data.conftest import read_raw
from tuner.data import Column, load_dataset


def learn(write, **columns):
    """Load a table of some columns, a plain column b, and a target."""
    options = columns.pop("options", {})
    names = [*columns, "b", "y"]
    rows = zip(*columns.values(), strict=True)
    lines = [",".join([*map(str, row), f"{i % 7}.5", "pq"[i % 2]]) for i, row in enumerate(rows)]
    return load_dataset(write("\n".join([",".join(names), *lines])), **options)


def city(rows=400, frequent=40, each=9):
    """Frequent cities, and rare ones of three rows each."""
    rare = [f"r{i // 3}" for i in range(rows - frequent * each)]
    return [f"c{i:02d}" for i in range(frequent)] * each + rare


def test_rare_levels_are_one_level_which_is_told(write) -> None:
    cells = [*city(700, frequent=30, each=20), ""]
    data = learn(write, city=cells)
    column = data.schema.columns[0]
    frequent = tuple(f"c{i:02d}" for i in range(30))
    assert column == Column("city", "categorical", frequent, missing=True, other=True)
    assert data.warnings == (
        "column city: 34 of its 64 levels are rare and count as one level, other, in 100 "
        "rows; so will levels that the model has not seen",
    )
    names = data.schema.feature_names
    assert names[-3:] == ("city=c29", "city is other", "city is missing")
    rare = np.char.startswith(np.array(cells), "r")
    np.testing.assert_array_equal(data.x[:, names.index("city is other")], rare)
    np.testing.assert_array_equal(data.x[:, 1:].sum(axis=1), 1)


def test_a_level_that_is_new_counts_as_other_where_there_is_one(write) -> None:
    schema = learn(write, city=city(700, frequent=30, each=20)).schema
    raw = read_raw(write("city,b\nnew,1\nr3,1\n,1\nc00 ,1\n", "new.csv"), schema)
    assert raw["city"].tolist() == ["new", "r3", "", "c00"]
    at = schema.feature_names.index("city is other")
    assert schema.encode(raw)[:, at].tolist() == [1, 1, 0, 0]
    assert schema.encode(raw)[2, 1:].sum() == 0


def test_fifty_levels_are_kept_however_rare(write) -> None:
    column = learn(write, a=[f"v{i % 50}" for i in range(150)]).schema.columns[0]
    assert (len(column.levels), column.other) == (50, False)


def test_frequent_levels_are_kept_however_many(write) -> None:
    column = learn(write, a=[f"v{i % 60}" for i in range(600)]).schema.columns[0]
    assert (len(column.levels), column.other) == (60, False)


def test_the_rarest_beyond_a_thousand_levels_are_pooled(write) -> None:
    cells = [f"v{i % 1001}" for i in range(10_020)]  # the last two have a row less
    data = learn(write, a=cells)
    assert len(data.schema.columns[0].levels) == 1000
    assert data.warnings[0].startswith("column a: 1 of its 1,001 levels are rare")


def test_blanks_around_a_level_do_not_count(write) -> None:
    data = learn(write, a=["u", " u", "u  ", "v", " v", "w"])
    column = data.schema.columns[0]
    assert column.levels == ("u", "v", "w")
    assert column.spellings == (("u", " u"), ("u", "u  "), ("v", " v"))
    assert data.raw["a"].tolist() == ["u", " u", "u  ", "v", " v", "w"]
    np.testing.assert_array_equal(data.x[:, 1:].argmax(axis=1), [0, 0, 0, 1, 1, 2])
    raw = read_raw(write("a,b\n   u,1\n v,1\n  x ,1\n", "new.csv"), data.schema)
    assert raw["a"].tolist() == ["u", " v", "  x "]


def test_words_for_true_and_false_are_spelled_as_the_schema_knows_them(write) -> None:
    schema = learn(write, a=["Yes", "No"] * 3).schema
    raw = read_raw(write("a,b\nYES,1\nno ,1\nyes,1\nperhaps,1\n", "new.csv"), schema)
    assert raw["a"].tolist() == ["Yes", "No", "Yes", "perhaps"]


STORIES = [f"it was the {i}th of a good many days" for i in range(30)]
CODES = [f"A-{i:04d}x" for i in range(30)]
NUMBERS = [str(1000 + 7 * i) for i in range(30)]


def test_columns_that_name_rows_or_tell_stories_are_left_out_and_told(write) -> None:
    data = learn(write, user=CODES, customer_id=NUMBERS, notes=STORIES, remark=STORIES)
    assert data.warnings == (
        "2 columns identify rows (nearly all their values differ) and are left out: user, "
        "customer_id; give --categorical user,customer_id to keep them as levels",
        "2 columns are free text and left out: notes, remark; give --categorical notes,remark to "
        "keep them as levels",
        "column customer_id: rename it if its numbers measure something",
    )
    assert [column.name for column in data.schema.used] == ["b"]
    assert [column.reason for column in data.schema.columns[:4]] == [
        *["identifier"] * 2,
        *["free text"] * 2,
    ]


@pytest.mark.parametrize("cells", [STORIES, CODES, NUMBERS])
def test_what_is_asked_for_is_kept(write, cells) -> None:
    data = learn(write, id=cells, options={"categorical": ["id"]})
    assert data.schema.columns[0] == Column("id", "categorical", tuple(sorted(cells)))
    assert data.warnings == ()


def test_one_column_is_told_in_the_singular(write) -> None:
    assert learn(write, id=NUMBERS).warnings == (
        "1 column identifies rows (nearly all its values differ) and is left out: id; give "
        "--categorical id to keep it as levels",
        "column id: rename it if its numbers measure something",
    )
    assert learn(write, a=STORIES).warnings == (
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
def test_what_names_rows(write, name, cells) -> None:
    assert learn(write, **{name: cells}).schema.columns[0].reason == "identifier"


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
def test_measurements_are_kept(write, name, cells) -> None:
    assert learn(write, **{name: cells}).schema.columns[0].kind == "numeric"


def test_texts_that_repeat_are_levels(write) -> None:
    for cells in (STORIES[:3] * 10, CODES[:15] * 2, CODES[:19]):
        assert learn(write, a=cells).schema.columns[0].kind == "categorical"


def test_a_column_of_rare_levels_alone_is_left_out(write) -> None:
    data = learn(write, a=[f"v{i // 2}" for i in range(140)])
    assert data.schema.columns[0] == Column("a", "ignored", reason="rare levels")
    assert data.warnings == (
        "1 column has only rare levels and is left out: a; give --categorical a to keep it "
        "as levels",
    )


def test_truth_values_that_differ_by_case_alone_are_constant(write) -> None:
    assert learn(write, a=["yes", "YES"] * 8).schema.columns[0].reason == "constant"


def test_truth_values_are_two_in_any_case(write) -> None:
    cells = ["yes", "No", " YES", "no"] * 8
    data = learn(write, a=cells)
    column = data.schema.columns[0]
    assert (column.kind, column.levels) == ("boolean", ("No", "yes"))
    assert data.x[:4, 1:].tolist() == [[0, 1], [1, 0], [0, 1], [1, 0]]
    raw = read_raw(write("b;a\n1;NO\n1; yes \n", "new.csv"), data.schema)
    assert raw["a"].tolist() == ["No", "yes"]
