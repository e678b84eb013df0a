"""The notation of a column is found from all its cells, with a warning if they are ambiguous."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from tests.helpers.tables import load_column, read_raw
from tuner.data import Column
from tuner.data.parsing.date_notations import DATE_NOTATIONS

ISO, DAY_FIRST, MONTH_FIRST, TIME = DATE_NOTATIONS
ALL = ("days", "year", "month", "weekday", "hour")


@pytest.mark.parametrize(
    ("cells", "notation", "numbers"),
    [
        (["1,234.5", "12", "-1,234,567.25", "+.5"], "1,234.5", [1234.5, 12, -1234567.25, 0.5]),
        (["1.234,5", "12", "1234,5", "0,125"], "1.234,5", [1234.5, 12, 1234.5, 0.125]),
        (["1,5", "2,25", "-3", "0"], "1.234,5", [1.5, 2.25, -3, 0]),
        (["1.234.567", "12", "1.234", "5"], "1.234,5", [1234567, 12, 1234, 5]),
        (["1 234,5", "12", "1 234 567", "-3,5"], "1 234,5", [1234.5, 12, 1234567, -3.5]),
        (["1\u00a0234", "12", "1\u202f234", "3"], "1 234.5", [1234, 12, 1234, 3]),
        (["1'234.5", "12", "1\u2019234", "3"], "1'234.5", [1234.5, 12, 1234, 3]),
        (["1'234,5", "12", "1'234", "3"], "1'234,5", [1234.5, 12, 1234, 3]),
        (["12%", "12.5 %", "100%", "3%"], "1,234.5", [0.12, 0.125, 1, 0.03]),
        (["12 %", "12,5 %", "-1 %", "3 %"], "1.234,5", [0.12, 0.125, -0.01, 0.03]),
        (["$5", "-$1,000.50", "$ 7", "$1"], "1,234.5", [5, -1000.5, 7, 1]),
        (["5 €", "1.000,50 €", "7€", "€ 1"], "1.234,5", [5, 1000.5, 7, 1]),
        (["\u22125,5", " 3,5 ", "1", "2"], "1.234,5", [-5.5, 3.5, 1, 2]),
        (["(5)", "($1,000.50)", "( 7 )", "1"], "1,234.5", [-5, -1000.5, -7, 1]),
    ],
)
def test_a_notation_of_numbers_is_found(cells, notation, numbers) -> None:
    data = load_column(cells)
    assert data.schema.columns[0] == Column("a", "numeric", notation=notation)
    assert data.warnings == ()
    assert data.raw["a"].tolist() == cells
    np.testing.assert_allclose(data.x[:, 0], numbers, rtol=1e-7)
    np.testing.assert_array_equal(read_raw("t.csv", data.schema)["a"], data.raw["a"])


@pytest.mark.parametrize(
    ("cells", "notation", "doubt"),
    [
        (
            ["1,234", "12", "5,678", "3"],
            "1,234.5",
            "column a: 1,234 and similar cells do not show whether a comma separates "
            "thousands or decimals; it is read as the thousands separator, write 1234.5 if "
            "that is wrong",
        ),
        (
            ["1,234", "1234", "5,678", "3"],  # a number of four digits has none
            "1.234,5",
            "column a: 1,234 and similar cells do not show whether a comma separates "
            "thousands or decimals; it is read as the decimal separator, write 1234.5 if "
            "that is wrong",
        ),
        (
            ["1.234 %", "12 %", "5.678 %", "3 %"],
            "1,234.5",
            "column a: 1.234 % and similar cells do not show whether a dot separates "
            "thousands or decimals; it is read as the decimal separator, write 1234.5 if "
            "that is wrong",
        ),
    ],
)
def test_ambiguous_numbers_are_warned_about(cells, notation, doubt) -> None:
    data = load_column(cells)
    assert data.schema.columns[0].notation == notation
    assert data.warnings == (doubt,)


@pytest.mark.parametrize("tells", ["1,234,567", "1,234.5", "0,125", "0,5", "12345,5", "1,2345"])
def test_one_unambiguous_cell_is_enough(tells) -> None:
    assert load_column(["1,234", "12", "5,678", tells]).warnings == ()


def test_plain_numbers_have_no_notation() -> None:
    data = load_column(["1.234", "12", "5.678", "1e3"])
    assert data.schema.columns[0] == Column("a", "numeric")
    assert data.raw["a"].dtype == np.float32


@pytest.mark.parametrize(
    ("cells", "notation", "parts"),
    [
        (["2024-01-31", "2023-12-01"], ISO, ALL[:4]),
        (["2024-01-31", "2024-01-24"], ISO, ("days",)),
        (["2024/1/31", "2024/2/1"], ISO, ("days", "month", "weekday")),
        (["2024-01-31T10:15", "2023-12-01T11:15"], ISO, ALL),
        (["2024-01-31 10:15:30", "2024-01-31 11:15:00"], ISO, ("days", "hour")),
        (["2024-01-31T10:15:30.123Z", "2024-01-31T11:15:00+02:00"], ISO, ("days", "hour")),
        (["31/12/2024", "01/02/2023"], DAY_FIRST, ALL[:4]),
        (["31.12.2024", "1.2.2023"], DAY_FIRST, ALL[:4]),
        (["31-12-2024 10:00", "1-2-2023 9:00"], DAY_FIRST, ALL),
        (["12/31/2024", "02/01/2023"], MONTH_FIRST, ALL[:4]),
        (["31/12/2024", "2023-02-01"], DAY_FIRST, ALL[:4]),
        (["1/31/24", "2/2/23"], MONTH_FIRST, ALL[:4]),
        (["1/31/2024 1:15 PM", "1/31/2024 2:15 AM"], MONTH_FIRST, ("days", "hour")),
        (["10:15", "9:15:30"], TIME, ("days", "hour")),
        (["1:15 PM", "2:15 AM"], TIME, ("days", "hour")),
    ],
)
def test_a_notation_of_dates_is_found_and_constant_parts_are_left_out(
    cells, notation, parts
) -> None:
    data = load_column(cells * 2)
    column = replace(data.schema.columns[0], shift=0.0)  # of times of one day
    assert column == Column("a", "date", notation=notation, parts=parts)
    assert data.warnings == ()
    assert data.raw["a"].tolist() == cells * 2
    np.testing.assert_array_equal(read_raw("t.csv", data.schema)["a"], data.raw["a"])


def test_ambiguous_dates_are_warned_about() -> None:
    data = load_column(["01/02/2024", "03/03/2024", "12/11/2024", ""])
    assert data.schema.columns[0].notation == DAY_FIRST
    assert data.warnings == (
        "column a: 01/02/2024 and similar cells do not show whether the day or the month "
        "comes first; they are read day first, write 2024-12-31 if that is wrong",
    )


def test_years_of_two_digits_give_a_warning() -> None:
    data = load_column(["31.12.24", "01.02.23"] * 2)
    assert data.schema.columns[0].notation == DAY_FIRST
    assert data.warnings == (
        "column a: the year of 31.12.24 and similar cells is read as the last of the three "
        "numbers; write 2024-12-31 if that is wrong",
    )


def test_a_single_date_decides_that_the_month_comes_first() -> None:
    moments = pd.date_range("2024-01-01", periods=6000, freq="15s")
    cells = [f"{moment:%m/%d/%Y %H:%M:%S}" for moment in moments] + ["01/13/2024 00:00:00"]
    assert load_column(cells).schema.columns[0].notation == MONTH_FIRST


@pytest.mark.parametrize("cells", [["01/01/2024", "03/03/2024"], ["2024-01-02", "2024-02-01"]])
def test_unambiguous_dates_give_no_warning(cells) -> None:
    assert load_column(cells * 2).warnings == ()
