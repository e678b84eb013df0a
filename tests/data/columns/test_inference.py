"""Which kind each column has, and which mixtures are refused."""

import shlex

import numpy as np
import pandas as pd
import pytest

from tests.helpers.tables import catch_refusal, load_column, write_file
from tuner.data import Column, load_dataset, split_names
from tuner.data.parsing.plain_numbers import MISSING_TEXTS


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        (["1", "-2.5", "+3", ".5", "1.", "6e-3"], Column("a", "numeric")),
        ([" 1", "2 ", "", "  "], Column("a", "numeric", missing=True)),
        (["1", *MISSING_TEXTS, "2"], Column("a", "numeric", missing=True)),
        (["x", "NA", "1", ""], Column("a", "categorical", ("1", "NA", "x"), missing=True)),
        (["true", "false", ""], Column("a", "boolean", ("false", "true"), missing=True)),
        (["True", "FALSE", "True"], Column("a", "boolean", ("FALSE", "True"))),
        (["true", "false", "maybe"], Column("a", "categorical", ("false", "maybe", "true"))),
        (["2", "3", "4", "5more"] * 3, Column("a", "categorical", ("2", "3", "4", "5more"))),
        (["0x1", "1_000", "1 000"], Column("a", "categorical", ("0x1", "1 000", "1_000"))),
        (
            ["b ", "b", "a"],
            Column("a", "categorical", ("a", "b"), spellings=(("b", "b "),)),
        ),
        (["Yes", "no", ""], Column("a", "boolean", ("Yes", "no"), missing=True)),
        (["Y", "N"] * 2, Column("a", "boolean", ("N", "Y"))),
        (["t", "f"] * 2, Column("a", "boolean", ("f", "t"))),
        (["on", "OFF"] * 2, Column("a", "boolean", ("OFF", "on"))),
        (["yes", "true"] * 2, Column("a", "categorical", ("true", "yes"))),
        (["7", "", "7"], Column("a", "numeric", missing=True)),
    ],
)
def test_kind_of_a_column(cells, column) -> None:
    if len(cells) % 2:
        cells = cells + cells
    assert load_column(cells).schema.columns[0] == column


def test_plain_numbers_are_parsed() -> None:
    data = load_column(["1", " -2.5", "+3", ".5", "?", "6e-3"])
    np.testing.assert_array_equal(
        data.raw["a"], np.array([1, -2.5, 3, 0.5, np.nan, 0.006], np.float32)
    )
    assert data.raw["a"].dtype == np.float32


def test_raw_texts_are_unchanged_and_blank_ones_are_missing() -> None:
    data = load_column(["x ", "  ", "NA", "x "])
    assert data.raw["a"].dtype == object
    assert data.raw["a"].tolist() == ["x ", "", "NA", "x "]


def test_categorical_reads_numbers_as_texts() -> None:
    data = load_column(["10", "9", "09", "10", "", "9"], categorical=["a"])
    assert data.schema.columns[0] == Column("a", "categorical", ("09", "10", "9"), missing=True)


def test_categorical_reads_stored_numbers_as_their_shortest_texts() -> None:
    table = pd.DataFrame({"a": [1.0, 2.0, None, 0.1], "b": [3, 4, 3, 4], "y": [*"pqpq"]})
    table.to_parquet("t.parquet")
    data = load_dataset("t.parquet", categorical=["a", "b"])
    assert [column.levels for column in data.schema.columns] == [("0.1", "1", "2"), ("3", "4")]


@pytest.mark.parametrize(
    "cells",
    [
        ["1.5", "2.5", "3.5", "unknown", "4.5", ""],  # more than half of the numbers differ
        [*map(str, range(11)), *map(str, range(11)), *map(str, range(11)), "NA", "unknown"],
    ],
)
def test_numbers_mixed_with_text_are_refused_with_the_line_of_the_text(cells) -> None:
    assert catch_refusal(load_column, cells) == (
        f"data file t.csv, column a: it holds numbers such as {cells[0]}, but 'unknown' in line "
        f"{cells.index('unknown') + 2}; if that means a missing value, give --missing unknown; "
        "otherwise fix the cell, or give --categorical a or --ignore a"
    )
    assert load_column(cells, missing=["unknown"]).schema.columns[0].kind == "numeric"
    assert load_column(cells, categorical=["a"]).schema.columns[0].kind == "categorical"
    assert load_column(cells, ignore=["a"]).schema.columns[0].kind == "ignored"


@pytest.mark.parametrize("name", ["net weight", "height, cm", "\"x\" and 'y'", "a\nb"])
def test_the_advised_options_can_be_typed_into_a_shell(name) -> None:
    heading = '"' + name.replace('"', '""') + '"'
    table = write_file(f"{heading},y\n1.5,p\n2.5,q\n3.5,p\n4.5,q\nunknown,p\n")
    advice = catch_refusal(load_dataset, table)
    *_, option, value = shlex.split(advice[advice.index("give --missing") :])
    assert (option, split_names(value)) == ("--ignore", (name,))
    assert split_names(f"y,{value}") == ("y", name)


def test_the_advice_has_the_texts_that_were_met_by_their_number_of_rows() -> None:
    numbers = [f"{row}.5" for row in range(40)]
    cells = [*numbers, "v", "tbd", " n.v.", "n.v. ", "tbd", "tbd", "x", "y", "z"]
    assert catch_refusal(load_column, cells) == (
        "data file t.csv, column a: it holds numbers such as 0.5, but 'v' in line 42 and 8 more "
        "cells; if these mean a missing value, give --missing 'tbd,n.v.,v,x,y' and 1 more text; "
        "otherwise fix the cells, or give --categorical a or --ignore a"
    )
    assert load_column(cells, missing=["tbd", "n.v.", *"vxyz"]).schema.columns[0].missing


def test_all_columns_are_refused_at_once_with_what_means_missing_already() -> None:
    lines = [f"{row}.5,{row}€,2024-01-{row % 28 + 1:02d},{'pq'[row % 2]}" for row in range(40)]
    lines += ["k.A.,7€,2024-13-45,p", f"{'x' * 50},-,,q", "?,n/k,2024-02-01,p"]
    write_file("\n".join(["a,b,the day,y", *lines]))
    assert catch_refusal(load_dataset, "t.csv", missing=["-9"]) == (
        "data file t.csv, column a: it holds numbers such as 0.5, but 'k.A.' in line 42 and 1 more "
        "cell; likewise columns b ('n/k'), the day ('2024-13-45'); if these mean a missing value, "
        "give --missing '-9,k.A.,n/k,2024-13-45' and 1 more text; otherwise fix the cells, or "
        "give --categorical 'a,b,the day' or --ignore 'a,b,the day'"
    )


def test_mostly_text_is_not_refused() -> None:
    cells = ["1", "2", "3", "4", "v", "w", "x", "y", "z", "z"]
    assert load_column(cells).schema.columns[0].kind == "categorical"


def test_columns_with_a_notation_may_have_missing_values() -> None:
    data = load_column(["1,5", "", "NA", "?", "2,5", " "])
    assert data.schema.columns[0] == Column("a", "numeric", missing=True, notation="1.234,5")
    assert data.raw["a"].tolist() == ["1,5", "", "", "", "2,5", ""]
    gone = np.array([0, 1, 1, 1, 0, 1])
    np.testing.assert_array_equal(np.isnan(data.x[:, 0]), gone)
    np.testing.assert_array_equal(data.x[:, 2], gone)
    assert data.schema.feature_names == ("a", "b", "a is missing")
    assert data.schema.scalings.tolist() == [True, True, False]


def test_numbers_in_a_notation_mixed_with_text_are_refused() -> None:
    assert catch_refusal(load_column, ["1,5", "2,5", "3,5", "soon", "4,5", ""]) == (
        "data file t.csv, column a: it holds numbers such as 1,5, but 'soon' in line 5; "
        "if that means a missing value, give --missing soon; otherwise fix the cell, or give "
        "--categorical a or --ignore a"
    )


def test_constant_numbers_are_left_out() -> None:
    assert load_column(["1,50"] * 4).warnings == ("1 column is constant and left out: a",)


def test_a_number_beyond_float32_is_refused() -> None:
    assert catch_refusal(load_column, ["1,5", "9" * 39, "2,5", "3", "4"]) == (
        f"data file t.csv, column a: it holds numbers such as 1,5, but '{'9' * 39}' in line 3; "
        f"if that means a missing value, give --missing {'9' * 39}; otherwise fix the cell, or "
        "give --categorical a or --ignore a"
    )


@pytest.mark.parametrize(
    ("cells", "numbers"),
    [
        (["2.026", "513", "37.521", "900"], [2026, 513, 37521, 900]),
        (["2,026", "513", "37,521", "900"], [2.026, 513, 37.521, 900]),
    ],
)
def test_a_decimal_comma_in_one_column_decides_ambiguous_columns(cells, numbers) -> None:
    rows = [f"{cell};0,{row};{'pq'[row % 2]}" for row, cell in enumerate(cells)]
    data = load_dataset(write_file("a;b;y\n" + "\n".join(rows) + "\n"))
    assert [column.notation for column in data.schema.columns] == ["1.234,5", "1.234,5"]
    np.testing.assert_allclose(data.x[:, 0], numbers, rtol=1e-6)
    assert data.warnings == (
        "column a: it is read with a decimal comma, as other columns are",
        *data.warnings[1:],
    )


def test_another_warning_leaves_a_decimal_comma_certain() -> None:
    rows = ["12,5%;8,767;p", "3,25;5,220;q", "99,1%;1,005;p", "0,5;9,999;q"]
    path = write_file("a;b;y\n" + "\n".join(rows) + "\n")
    data, earlier = load_dataset(path), load_dataset(path, reading=3)
    np.testing.assert_allclose(data.x[:, 1], [8.767, 5.22, 1.005, 9.999], rtol=1e-6)
    assert "column b: it is read with a decimal comma, as other columns are" in data.warnings
    assert any(text.startswith("column a: some numbers have a percent") for text in data.warnings)
    np.testing.assert_array_equal(earlier.x[:, 1], [8767, 5220, 1005, 9999])


def test_a_decimal_comma_does_not_change_unaffected_columns() -> None:
    rows = [f"{day};0,{day}5;{'pq'[day % 2]}" for day in (20240107, 20240108, 3, 4)]
    data = load_dataset(write_file("a;b;y\n" + "\n".join(rows) + "\n"))
    assert [column.notation for column in data.schema.columns] == ["", "1.234,5"]


def test_dates_become_calendar_parts() -> None:
    data = load_column(["2024-02-29 06:00", "1970-01-01 00:00", "1969-12-31T18:00", "NA"])
    assert data.schema.feature_names == (
        *("a days", "a year", "a month sine", "a month cosine", "a weekday sine"),
        *("a weekday cosine", "a hour sine", "a hour cosine", "b", "a is missing"),
    )
    assert data.schema.scalings.tolist() == [True] * 9 + [False]
    thursday, wednesday = 2 * np.pi * 3 / 7, 2 * np.pi * 2 / 7
    np.testing.assert_allclose(
        data.x[:, [0, 1, 2, 3, 4, 5, 6, 7]],
        [
            [19782.25, 2024, 0.5, np.sqrt(3) / 2, np.sin(thursday), np.cos(thursday), 1, 0],
            [0, 1970, 0, 1, np.sin(thursday), np.cos(thursday), 0, 1],
            [-0.25, 1969, -0.5, np.sqrt(3) / 2, np.sin(wednesday), np.cos(wednesday), -1, 0],
            [np.nan] * 8,
        ],
        atol=1e-6,
    )
    assert data.x[:, 9].tolist() == [0, 0, 0, 1]
    assert data.raw["a"][3] == ""


def test_durations_are_not_times() -> None:
    data = load_column([f"{minute}:{minute % 60:02d}" for minute in range(1, 40)])
    assert data.schema.columns[0].kind == "ignored"
    assert data.warnings[1] == (
        "column a: numbers and dates in other notations, such as 1:01, are not supported; "
        "write 1234.5 or 2024-12-31 to use the column"
    )


def test_dates_mixed_with_text_are_refused() -> None:
    cells = ["2024-01-31", "2024-02-01", "soon", "2024-02-03", "2024-02-04"]
    assert catch_refusal(load_column, cells) == (
        "data file t.csv, column a: it holds dates such as 2024-01-31, but 'soon' in line "
        "4; if that means a missing value, give --missing soon; otherwise fix the cell, or give "
        "--categorical a or --ignore a"
    )
    assert load_column(cells, categorical=["a"]).schema.columns[0].kind == "categorical"


def test_a_constant_date_is_left_out_unless_some_are_missing() -> None:
    assert load_column(["2024-01-31"] * 4).warnings == ("1 column is constant and left out: a",)
    column = load_column(["2024-01-31", ""] * 2).schema.columns[0]
    assert (column.parts, column.missing) == (("days",), True)
