"""Which texts are levels, and which levels are pooled."""

import numpy as np

from tests.helpers.tables import load_columns, read_raw, write_file
from tuner.data import Column


def city(rows=400, frequent=40, each=9):
    """Frequent cities, and rare ones of three rows each."""
    rare = [f"r{i // 3}" for i in range(rows - frequent * each)]
    return [f"c{i:02d}" for i in range(frequent)] * each + rare


def test_rare_levels_are_pooled_with_a_warning() -> None:
    cells = [*city(700, frequent=30, each=20), ""]
    data = load_columns(city=cells)
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


def test_an_unseen_level_counts_as_other_if_levels_were_pooled() -> None:
    schema = load_columns(city=city(700, frequent=30, each=20)).schema
    raw = read_raw(write_file("city,b\nnew,1\nr3,1\n,1\nc00 ,1\n", "new.csv"), schema)
    assert raw["city"].tolist() == ["new", "r3", "", "c00"]
    at = schema.feature_names.index("city is other")
    assert schema.encode(raw)[:, at].tolist() == [1, 1, 0, 0]
    assert schema.encode(raw)[2, 1:].sum() == 0


def test_fifty_levels_are_kept_however_rare() -> None:
    column = load_columns(a=[f"v{i % 50}" for i in range(150)]).schema.columns[0]
    assert (len(column.levels), column.other) == (50, False)


def test_frequent_levels_are_kept_however_many() -> None:
    column = load_columns(a=[f"v{i % 60}" for i in range(600)]).schema.columns[0]
    assert (len(column.levels), column.other) == (60, False)


def test_the_rarest_beyond_a_thousand_levels_are_pooled() -> None:
    cells = [f"v{i % 1001}" for i in range(10_020)]  # the last two have a row less
    data = load_columns(a=cells)
    assert len(data.schema.columns[0].levels) == 1000
    assert data.warnings[0].startswith("column a: 1 of its 1,001 levels are rare")


def test_blanks_around_a_level_do_not_count() -> None:
    data = load_columns(a=["u", " u", "u  ", "v", " v", "w"])
    column = data.schema.columns[0]
    assert column.levels == ("u", "v", "w")
    assert column.spellings == (("u", " u"), ("u", "u  "), ("v", " v"))
    assert data.raw["a"].tolist() == ["u", " u", "u  ", "v", " v", "w"]
    np.testing.assert_array_equal(data.x[:, 1:].argmax(axis=1), [0, 0, 0, 1, 1, 2])
    raw = read_raw(write_file("a,b\n   u,1\n v,1\n  x ,1\n", "new.csv"), data.schema)
    assert raw["a"].tolist() == ["u", " v", "  x "]


def test_a_column_of_rare_levels_alone_is_left_out() -> None:
    data = load_columns(a=[f"v{i // 2}" for i in range(140)])
    assert data.schema.columns[0] == Column("a", "ignored", reason="rare levels")
    assert data.warnings == (
        "1 column has only rare levels and is left out: a; give --categorical a to keep it "
        "as levels",
    )


def test_truth_values_that_differ_by_case_alone_are_constant() -> None:
    assert load_columns(a=["yes", "YES"] * 8).schema.columns[0].reason == "constant"


def test_truth_values_have_two_levels_in_any_case() -> None:
    cells = ["yes", "No", " YES", "no"] * 8
    data = load_columns(a=cells)
    column = data.schema.columns[0]
    assert (column.kind, column.levels) == ("boolean", ("No", "yes"))
    assert data.x[:4, 1:].tolist() == [[0, 1], [1, 0], [0, 1], [1, 0]]
    raw = read_raw(write_file("b;a\n1;NO\n1; yes \n", "new.csv"), data.schema)
    assert raw["a"].tolist() == ["No", "yes"]
