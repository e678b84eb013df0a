"""Which kind each column is, and which columns are refused or left out."""

import shlex

import numpy as np
import pandas as pd
import pytest

from tests.data.conftest import read_raw
from tuner.data import Column, load_dataset, split_names

MISSING_TEXTS = (
    *("NA", "N/A", "n/a", "n.a.", "N.A.", "<NA>", "NaN", "nan", "-NaN", "-nan"),
    *("null", "NULL", "None", "none", "?", "-", "--"),
    *("#N/A", "#VALUE!", "#DIV/0!", "#REF!", "#NUM!", "#NAME?", "#NULL!"),
)


def learn(write, cells, **options):
    """Load a table of one column a, a plain column b, and a target."""
    rows = [f'"{cell}",{i},{"pq"[i % 2]}\n' for i, cell in enumerate(cells)]
    return load_dataset(write("a,b,y\n" + "".join(rows)), **options)


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
def test_kind_of_a_column(write, cells, column) -> None:
    if len(cells) % 2:
        cells = cells + cells
    assert learn(write, cells).schema.columns[0] == column


def test_numbers_are_what_they_say(write) -> None:
    data = learn(write, ["1", " -2.5", "+3", ".5", "?", "6e-3"])
    np.testing.assert_array_equal(
        data.raw["a"], np.array([1, -2.5, 3, 0.5, np.nan, 0.006], np.float32)
    )
    assert data.raw["a"].dtype == np.float32


def test_texts_stand_as_they_stood_and_blanks_are_missing(write) -> None:
    data = learn(write, ["x ", "  ", "NA", "x "])
    assert data.raw["a"].dtype == object
    assert data.raw["a"].tolist() == ["x ", "", "NA", "x "]


def test_categorical_takes_numbers_by_their_text(write) -> None:
    data = learn(write, ["10", "9", "09", "10", "", "9"], categorical=["a"])
    assert data.schema.columns[0] == Column("a", "categorical", ("09", "10", "9"), missing=True)


def test_categorical_takes_stored_numbers_by_their_shortest_text() -> None:
    table = pd.DataFrame({"a": [1.0, 2.0, None, 0.1], "b": [3, 4, 3, 4], "y": [*"pqpq"]})
    table.to_parquet("t.parquet")
    data = load_dataset("t.parquet", categorical=["a", "b"])
    assert [column.levels for column in data.schema.columns] == [("0.1", "1", "2"), ("3", "4")]


def test_what_is_left_out_is_said(write) -> None:
    header = ",".join(["one", *(f"c{i}" for i in range(10)), "none", "na", "mine", "b", "y"])
    rows = [["5", *"7" * 10, "", "NA", "?", str(i), "pq"[i % 2]] for i in range(4)]
    data = load_dataset(write("\n".join([header, *map(",".join, rows)])), ignore=["mine"])
    assert data.warnings == (
        "11 columns are constant and left out: one, c0, c1, c2, c3, c4, c5, c6 and 3 more",
        "2 columns have no values and are left out: none, na",
    )
    assert [column.name for column in data.schema.used] == ["b"]
    reasons = {column.name: column.reason for column in data.schema.columns}
    assert (reasons["one"], reasons["none"]) == ("constant", "every value is missing")
    assert (reasons["mine"], reasons["b"]) == ("asked for", "")


@pytest.mark.parametrize("cells", [["x"] * 4, ["5"] * 4])
def test_a_single_constant_column_is_said_in_the_singular(write, cells) -> None:
    for options in ({}, {"categorical": ["a"]}):
        assert learn(write, cells, **options).warnings == ("1 column is constant and left out: a",)


@pytest.mark.parametrize(
    "cells",
    [
        ["1.5", "2.5", "3.5", "unknown", "4.5", ""],  # more than half of the numbers differ
        [*map(str, range(11)), *map(str, range(11)), *map(str, range(11)), "NA", "unknown"],
    ],
)
def test_numbers_mixed_with_text_are_refused_at_the_text(write, refusal, cells) -> None:
    assert refusal(learn, write, cells) == (
        f"data file t.csv, column a: it holds numbers such as {cells[0]}, but 'unknown' in line "
        f"{cells.index('unknown') + 2}; fix the cell, or give --categorical a or --ignore a"
    )
    assert learn(write, cells, categorical=["a"]).schema.columns[0].kind == "categorical"
    assert learn(write, cells, ignore=["a"]).schema.columns[0].kind == "ignored"


@pytest.mark.parametrize("name", ["net weight", "height, cm", "\"x\" and 'y'", "a\nb"])
def test_what_is_advised_can_be_typed_into_a_shell(write, refusal, name) -> None:
    heading = '"' + name.replace('"', '""') + '"'
    table = write(f"{heading},y\n1.5,p\n2.5,q\n3.5,p\n4.5,q\nunknown,p\n")
    advice = refusal(load_dataset, table)
    *_, option, value = shlex.split(advice[advice.index("give --categorical") :])
    assert (option, split_names(value)) == ("--ignore", (name,))
    assert split_names(f"y,{value}") == ("y", name)


@pytest.mark.parametrize(
    ("cells", "mixture"),
    [
        (["2", "3", "4", "5more"] * 3, "numbers and '5more' are mixed, so its 4 values"),
        (
            [*map(str, range(9)), "unknown"] * 4,
            "numbers and 'unknown' are mixed, so its 10 values",
        ),
        (["1", "", "x", "NA"], "numbers and 'x' are mixed, so its 3 values"),
        (
            ["1", *"vwxyz", "z", "z"],
            "numbers and 'v', 'w', 'x' and 2 more are mixed, so its 6 values",
        ),
    ],
)
def test_numbers_that_are_taken_as_levels_are_told(write, cells, mixture) -> None:
    assert learn(write, cells).warnings == (
        f"column a: {mixture} are read as levels; fix the cells if the column is meant to be "
        "numeric, or give --categorical a to keep the levels",
    )
    assert learn(write, cells, categorical=["a"]).warnings == ()


@pytest.mark.parametrize(
    "cells", [["x", "NA", "x", ""], ["1", "NA", "2", "none"], ["0x1", "x"] * 2]
)
def test_what_holds_no_mixture_is_not_told(write, cells) -> None:
    assert learn(write, cells).warnings == ()


def test_each_mixed_column_is_told_after_what_is_left_out(write) -> None:
    rows = "".join(f"{i % 3 or 'x'},7,{i % 4 or 'y'},{'pq'[i % 2]}\n" for i in range(24))
    assert load_dataset(write("a,b,c,y\n" + rows)).warnings == (
        "1 column is constant and left out: b",
        "column a: numbers and 'x' are mixed, so its 3 values are read as levels; fix the "
        "cells if the column is meant to be numeric, or give --categorical a to keep the levels",
        "column c: numbers and 'y' are mixed, so its 4 values are read as levels; fix the "
        "cells if the column is meant to be numeric, or give --categorical c to keep the levels",
    )


def test_mostly_text_is_not_refused(write) -> None:
    cells = ["1", "2", "3", "4", "v", "w", "x", "y", "z", "z"]
    assert learn(write, cells).schema.columns[0].kind == "categorical"


def test_a_nul_character_is_refused_where_it_is_read(write, refusal) -> None:
    rows = ["u\0,1,p", "u,2,q", "v,3,p", "u,4,q"]
    source = write("\n".join(["a,b,y", *rows]))
    fault = "data file t.csv, column a: 'u\\x00' in line 2 contains a NUL character; fix the cell"
    assert refusal(load_dataset, source) == f"{fault}, or leave it out with --ignore a"
    assert refusal(load_dataset, source, target="a") == f"{fault}, or choose another --target"
    schema = load_dataset(source, ignore=["a"]).schema
    assert list(read_raw(source, schema)) == ["b"]
    schema = load_dataset(write("a,b,y\nu,1,p\nv,2,q\nu,3,p\nv,4,q\n", "plain.csv")).schema
    assert refusal(read_raw, source, schema) == fault


def test_a_nul_character_in_a_stored_text_is_refused_by_its_row(refusal) -> None:
    pd.DataFrame({"a": ["u", "u\0", "v", "v"], "y": [*"pqpq"]}).to_parquet("t.parquet")
    assert refusal(load_dataset, "t.parquet") == (
        "data file t.parquet, column a: 'u\\x00' in row 2 contains a NUL character; fix the "
        "cell, or leave it out with --ignore a"
    )


@pytest.mark.parametrize("cell", ["inf", "-Infinity", "1e39", "1e999"])
def test_infinite_numbers_are_refused(write, refusal, cell) -> None:
    assert refusal(learn, write, ["1", "2", cell, "inf"]) == (
        f"data file t.csv, column a: {float(cell)} in line 4 is not a finite number in float32; "
        "fix the cell, or leave the column out with --ignore a"
    )


def test_a_line_is_counted_across_blank_ones_quotes_and_rows_without_target(write, refusal) -> None:
    text = 'a,y\n1,"p\nq"\n\n2,\n3,q\n4,"p\nq"\n5,q\ninf,q\n'
    assert refusal(load_dataset, write(text)) == (
        "data file t.csv, column a: inf in line 10 is not a finite number in float32; fix "
        "the cell, or leave the column out with --ignore a"
    )


def test_a_stored_infinite_number_is_refused_by_its_row(refusal) -> None:
    pd.DataFrame({"a": [1.0, np.inf, 2, 3], "y": [*"pqpq"]}).to_parquet("t.parquet")
    assert refusal(load_dataset, "t.parquet") == (
        "data file t.parquet, column a: inf in row 2 is not a finite number in float32; "
        "fix the cell, or leave the column out with --ignore a"
    )
