"""Warnings about cells that may mean something else."""

import numpy as np
import pytest

from tests.helpers.tables import load_column, write_file
from tuner.data import load_dataset
from tuner.errors import DataError


def test_constant_and_empty_columns_are_left_out_with_a_warning() -> None:
    header = ",".join(["one", *(f"c{i}" for i in range(10)), "none", "na", "mine", "b", "y"])
    rows = [["5", *"7" * 10, "", "NA", "?", str(i), "pq"[i % 2]] for i in range(4)]
    data = load_dataset(write_file("\n".join([header, *map(",".join, rows)])), ignore=["mine"])
    assert data.warnings == (
        "11 columns are constant and left out: one, c0, c1, c2, c3, c4, c5, c6 and 3 more",
        "2 columns have no values and are left out: none, na",
    )
    assert [column.name for column in data.schema.used] == ["b"]
    reasons = {column.name: column.reason for column in data.schema.columns}
    assert (reasons["one"], reasons["none"]) == ("constant", "every value is missing")
    assert (reasons["mine"], reasons["b"]) == ("asked for", "")


@pytest.mark.parametrize("cells", [["x"] * 4, ["5"] * 4])
def test_a_warning_about_one_constant_column_is_in_the_singular(cells) -> None:
    for options in ({}, {"categorical": ["a"]}):
        assert load_column(cells, **options).warnings == ("1 column is constant and left out: a",)


@pytest.mark.parametrize(
    ("cells", "mixture", "missing"),
    [
        (
            ["2", "3", "4", "5more"] * 3,
            "numbers and '5more' are mixed, so its 4 values",
            "--missing 5more for a missing value, or ",
        ),
        (
            [*map(str, range(8)), "unknown", "n.v."] * 4,
            "numbers and 'n.v.', 'unknown' are mixed, so its 10 values",
            "--missing 'n.v.,unknown' for a missing value, or ",
        ),
        (["1", "", "x", "NA"], "numbers and 'x' are mixed, so its 3 values", ""),
        (
            ["1", *"vwxyz", "z", "z"],
            "numbers and 'v', 'w', 'x' and 2 more are mixed, so its 6 values",
            "",
        ),
    ],
)
def test_numbers_among_levels_give_a_warning(cells, mixture, missing) -> None:
    assert load_column(cells).warnings == (
        f"column a: {mixture} are read as levels; fix the cells if the column is meant to be "
        f"numeric, or give {missing}--categorical a to keep the levels",
    )
    assert load_column(cells, categorical=["a"]).warnings == ()


@pytest.mark.parametrize(
    "cells", [["x", "NA", "x", ""], ["1", "NA", "2", "none"], ["0x1", "x"] * 2]
)
def test_levels_without_numbers_give_no_warning(cells) -> None:
    assert load_column(cells).warnings == ()


def test_a_long_cell_is_in_no_advice() -> None:
    """A message cuts it, and a cut text is not the one that means a missing value."""
    (warning,) = load_column([*"1234" * 3, "x" * 600]).warnings
    assert "numeric, or give --categorical a to keep the levels" in warning
    for cells in (["1" * 500, "2"], [*map(str, range(20, 60)), "x" * 600]):
        with pytest.raises(DataError) as error:
            load_column(cells * 2)
        assert "--missing" not in str(error.value)
        assert "fix the cell" in str(error.value)


def test_warnings_about_mixed_columns_follow_those_about_columns_left_out() -> None:
    rows = "".join(f"{i % 3 or 'x'},7,{i % 4 or 'y'},{'pq'[i % 2]}\n" for i in range(24))
    assert load_dataset(write_file("a,b,c,y\n" + rows)).warnings == (
        "1 column is constant and left out: b",
        "column a: numbers and 'x' are mixed, so its 3 values are read as levels; fix the "
        "cells if the column is meant to be numeric, or give --missing x for a missing value, or "
        "--categorical a to keep the levels",
        "column c: numbers and 'y' are mixed, so its 4 values are read as levels; fix the "
        "cells if the column is meant to be numeric, or give --missing y for a missing value, or "
        "--categorical c to keep the levels",
    )


@pytest.mark.parametrize(
    ("cells", "numbers", "doubt"),
    [
        (
            ["15%", "15", "7.5%", "20"],
            [0.15, 15, 0.075, 20],
            "some numbers have a percent sign, which divides by 100, and others, such as "
            "15, have none; write all of them alike",
        ),
        (
            ["$5", "€7", "$9.5", "€1"],
            [5, 7, 9.5, 1],
            "$ and € are mixed, and the amounts are not converted",
        ),
        (
            ["2.026", "513", "37.521", "900"],
            [2.026, 513, 37.521, 900],
            "2.026 and similar cells do not show whether a dot separates thousands or "
            "decimals; it is read as the decimal separator, write 1234 if that is wrong",
        ),
        (
            ["20240107", "20240108", "3", "4"],
            [20240108, 20240108, 3, 4],
            "1 of its 4 different values are equal to another in float32, such as 20240108 and "
            "20240107; give differences or logarithms of its numbers",
        ),
    ],
)
def test_ambiguous_numbers_give_a_warning(cells, numbers, doubt) -> None:
    data = load_column(cells)
    np.testing.assert_allclose(data.x[:, 0], numbers, rtol=1e-6)
    assert data.warnings == (f"column a: {doubt}",)


@pytest.mark.parametrize("cells", [["2.026", "1.125"], ["0.125", "513"], ["2.02", "513"]])
def test_fractions_that_cannot_be_thousands_give_no_warning(cells) -> None:
    assert load_column(cells * 2).warnings == ()


def test_numbers_that_float64_makes_equal_give_a_warning() -> None:
    data = load_column([str(10**17 + number) for number in range(4)])
    assert data.warnings == (
        "1 column is constant and left out: a",
        "column a: whole numbers beyond 2^53 are rounded to float64, so that 100000000000000000 "
        "and 100000000000000001 are equal; subtract a constant from them, or give --categorical "
        "a if they are names",
    )


def test_measurements_with_a_unit_give_a_second_warning() -> None:
    data = load_column([f"{number}.5 kg" for number in range(30)])
    assert data.warnings[1] == (
        "column a: numbers and dates in other notations, such as 0.5 kg, are not "
        "supported; write 1234.5 or 2024-12-31 to use the column"
    )


def test_months_in_words_give_a_warning() -> None:
    cells = [f"{day} Jan {2000 + day}" for day in range(1, 25)]
    data = load_column(cells)
    assert data.warnings[1] == (
        "column a: dates with the month as a word, such as 1 Jan 2001, are not supported; "
        "write 2024-12-31 to use the column"
    )
    assert len(load_column([f"mar-{day}x" for day in range(1, 25)]).warnings) == 1


def test_zeros_before_whole_numbers_give_a_warning() -> None:
    data = load_column(["00501", " 00502", "90210", ""])
    np.testing.assert_array_equal(data.x[:, 0], [501, 502, 90210, np.nan])
    assert data.warnings == (
        "column a: 00501 and similar cells begin with 0 and are read as numbers; if they are "
        "codes, such as postal codes, give --categorical a to keep them as levels",
    )
    kept = load_column(["00501", " 00502", "90210", ""], categorical=["a"])
    assert (kept.schema.columns[0].levels, kept.warnings) == (("00501", "00502", "90210"), ())


@pytest.mark.parametrize("cells", [["0", "1"], ["0.5", "01"], ["00", "00"]])
def test_other_zeros_give_no_warning_of_codes(cells) -> None:
    assert "begin with 0" not in "".join(load_column(cells * 2).warnings)


@pytest.mark.parametrize(
    ("write", "what"),
    [
        ("USD {0},250.50", "numbers and dates in other notations"),
        ("R$ {0},25", "numbers and dates in other notations"),
        ("{0},5E+03", "numbers and dates in other notations"),
        ("0x{0:X}", "numbers and dates in other notations"),
        ("2024{1:02d}{0:02d}T101500Z", "numbers and dates in other notations"),
        ("2024-{1:02d}-{0:02d} 10:15 CET", "numbers and dates in other notations"),
        ("{1}:{0:02d} p. m.", "numbers and dates in other notations"),
        ("Mon, {0} Jan 20{0:02d} 10:15:00 GMT", "dates with the month as a word"),
        ("{0} de março de 20{0:02d}", "dates with the month as a word"),
        ("{0}. Mai 20{0:02d}", "dates with the month as a word"),
    ],
)
def test_numbers_and_dates_in_other_notations_give_a_warning(write, what) -> None:
    cells = [write.format(day, day % 12 + 1) for day in range(1, 28)]
    (_, warning) = load_column(cells).warnings
    assert warning.startswith(f"column a: {what}, such as {cells[0]}, are not supported; write ")


@pytest.mark.parametrize("write", ["AB{0:04d}", "AB {0:04d}", "A1-{0}x", "{0:05d}-q-{0:x}"])
def test_codes_are_not_taken_for_numbers(write) -> None:
    assert len(load_column([write.format(5 + 977 * row) for row in range(30)]).warnings) == 1


@pytest.mark.parametrize(
    ("write", "told"),
    [
        ("{0}.5 kmpl", True),
        ("{0}M", True),
        ("{0}-{1}", False),
        ("A{0}", False),
        ("{0} - ok", False),
    ],
)
def test_levels_that_are_numbers_with_a_unit_give_a_warning(write, told) -> None:
    cells = [write.format(row % 20 + 10, row % 20 + 11) for row in range(100)]
    data = load_column(cells)
    assert data.schema.columns[0].kind == "categorical"
    expected = (
        f"column a: {cells[0]} and similar cells are read as levels; write all numbers in one "
        "unit, and leave it out, to use them as numbers"
    )
    assert data.warnings == ((expected,) if told else ())


def test_numbers_that_are_dates_give_a_warning() -> None:
    cells = [f"2024{row % 12 + 1:02d}{row % 28 + 1:02d}" for row in range(40)]
    assert load_column(cells).warnings == (
        "column a: 20240101 and similar numbers look like dates; write 2024-12-31 to use them as "
        "dates",
    )
    assert load_column([*cells, "20241301"]).warnings == ()
