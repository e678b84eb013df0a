"""Numbers as people write them: found from all cells, read as they are meant, told where unsure."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.data.conftest import read_raw
from tuner.data import Column, load_dataset
from tuner.data.parsing.characters import convert_to_codes
from tuner.data.parsing.number_notations import NUMBER_NOTATIONS, parse_numbers


def learn(write, cells, **options):
    rows = [f'"{cell}";{i}.5;{"pq"[i % 2]}\n' for i, cell in enumerate(cells)]
    return load_dataset(write("a;b;y\n" + "".join(rows)), **options)


def parse(text, notation):
    return parse_numbers(convert_to_codes(np.array([text], object)), notation, np)[0]


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
def test_a_notation_is_found_and_read(write, cells, notation, numbers) -> None:
    data = learn(write, cells)
    assert data.schema.columns[0] == Column("a", "numeric", notation=notation)
    assert data.warnings == ()
    assert data.raw["a"].tolist() == cells
    np.testing.assert_allclose(data.x[:, 0], numbers, rtol=1e-7)
    np.testing.assert_array_equal(read_raw("t.csv", data.schema)["a"], data.raw["a"])


def test_missing_values_are_kept_beside_a_notation(write) -> None:
    data = learn(write, ["1,5", "", "NA", "?", "2,5", " "])
    assert data.schema.columns[0] == Column("a", "numeric", missing=True, notation="1.234,5")
    assert data.raw["a"].tolist() == ["1,5", "", "", "", "2,5", ""]
    gone = np.array([0, 1, 1, 1, 0, 1])
    np.testing.assert_array_equal(np.isnan(data.x[:, 0]), gone)
    np.testing.assert_array_equal(data.x[:, 2], gone)
    assert data.schema.feature_names == ("a", "b", "a is missing")
    assert data.schema.scaled.tolist() == [True, True, False]


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
def test_what_the_cells_do_not_tell_is_told(write, cells, notation, doubt) -> None:
    data = learn(write, cells)
    assert data.schema.columns[0].notation == notation
    assert data.warnings == (doubt,)


@pytest.mark.parametrize("tells", ["1,234,567", "1,234.5", "0,125", "0,5", "12345,5", "1,2345"])
def test_one_cell_that_tells_is_enough(write, tells) -> None:
    assert learn(write, ["1,234", "12", "5,678", tells]).warnings == ()


def test_plain_numbers_stay_what_they_were(write) -> None:
    data = learn(write, ["1.234", "12", "5.678", "1e3"])
    assert data.schema.columns[0] == Column("a", "numeric")
    assert data.raw["a"].dtype == np.float32


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", ".", ",", "-", "%", "$", "1,,234", "1,23", "12,345,67", "0,125,000", ",234"),
        *("1,234567", "1234,567", "1,234.5.6", "--1", "1-", "1 2", "5%%", "% 5", "5 EUR", "1e3"),
        *(
            "(5",
            "5)",
            "()",
            "(-5)",
            "-(5)",
            "((5))",
            "0x1",
            "1_000",
            "$5$",
            "1,5",
            "9" * 40,
            "x",
            "1.234,5",
            "1'234",
            "1,234,",
            "1/2",
        ),
    ],
)
def test_what_is_no_number_is_missing(text) -> None:
    assert np.isnan(parse(text, "1,234.5"))


@given(st.decimals(-(10**9), 10**9, places=3), st.sampled_from(NUMBER_NOTATIONS))
def test_every_number_is_read_as_python_reads_it(number, notation) -> None:
    written = f"{number:,}".replace(",", "x").replace(".", notation[5]).replace("x", notation[1])
    assert parse(written, notation) == float(number)
    assert parse(written.replace(notation[1], ""), notation) == float(number)


def test_a_mixture_is_refused_by_its_line(write, refusal) -> None:
    assert refusal(learn, write, ["1,5", "2,5", "3,5", "soon", "4,5", ""]) == (
        "data file t.csv, column a: it holds numbers such as 1,5, but 'soon' in line 5; "
        "fix the cell, or give --categorical a or --ignore a"
    )


def test_rows_to_predict_on_are_in_the_notation_of_the_column(write, refusal) -> None:
    schema = learn(write, ["1,5", "2,5", "3,5", "4,5"]).schema
    assert refusal(read_raw, write("a;b\n1,5;1\n1.5;2\n", "new.csv"), schema) == (
        "data file new.csv, column a: '1.5' in line 3 is not a number like 1.234,5; fix the cell"
    )
    pd.DataFrame({"a": [1.5, None, 1e-7, 2e9], "b": [1, 2, 3, 4]}).to_parquet("new.parquet")
    raw = read_raw("new.parquet", schema)
    assert raw["a"].tolist() == ["1,5", "", "0,0000001", "2000000000"]
    np.testing.assert_allclose(schema.encode(raw)[:, 0], [1.5, np.nan, 1e-7, 2e9])


def test_constant_numbers_are_left_out(write) -> None:
    assert learn(write, ["1,50"] * 4).warnings == ("1 column is constant and left out: a",)


def test_a_number_beyond_float32_is_refused_by_its_line(write, refusal) -> None:
    assert refusal(learn, write, ["1,5", "9" * 39, "2,5", "3", "4"]) == (
        f"data file t.csv, column a: it holds numbers such as 1,5, but '{'9' * 39}' in line 3; "
        "fix the cell, or give --categorical a or --ignore a"
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
            "whole numbers are rounded to float32, 20240107 to 20240108; subtract a constant from "
            "them, or write dates as 2024-12-31",
        ),
    ],
)
def test_numbers_that_may_be_meant_otherwise_are_told(write, cells, numbers, doubt) -> None:
    data = learn(write, cells)
    np.testing.assert_allclose(data.x[:, 0], numbers, rtol=1e-6)
    assert data.warnings == (f"column a: {doubt}",)


@pytest.mark.parametrize("cells", [["2.026", "1.125"], ["0.125", "513"], ["2.02", "513"]])
def test_fractions_that_are_no_thousands_are_not_doubted(write, cells) -> None:
    assert learn(write, cells * 2).warnings == ()


@pytest.mark.parametrize(
    ("cells", "numbers"),
    [
        (["2.026", "513", "37.521", "900"], [2026, 513, 37521, 900]),
        (["2,026", "513", "37,521", "900"], [2.026, 513, 37.521, 900]),
    ],
)
def test_a_decimal_comma_in_another_column_tells_what_dots_and_commas_are(
    write, cells, numbers
) -> None:
    rows = [f"{cell};0,{row};{'pq'[row % 2]}" for row, cell in enumerate(cells)]
    data = load_dataset(write("a;b;y\n" + "\n".join(rows) + "\n"))
    assert [column.notation for column in data.schema.columns] == ["1.234,5", "1.234,5"]
    np.testing.assert_allclose(data.x[:, 0], numbers, rtol=1e-6)
    assert data.warnings == (
        "column a: it is read with a decimal comma, as other columns are",
        *data.warnings[1:],
    )


def test_numbers_that_commas_and_dots_do_not_change_stay_as_they_are(write) -> None:
    rows = [f"{day};0,{day}5;{'pq'[day % 2]}" for day in (20240107, 20240108, 3, 4)]
    data = load_dataset(write("a;b;y\n" + "\n".join(rows) + "\n"))
    assert [column.notation for column in data.schema.columns] == ["", "1.234,5"]


def test_numbers_that_float32_makes_equal_are_told(write) -> None:
    data = learn(write, [str(10**17 + number) for number in range(4)])
    assert data.warnings[0] == "1 column is constant and left out: a"
    assert data.warnings[1].startswith("column a: whole numbers are rounded to float32")


def test_measurements_with_a_unit_are_not_said_to_name_rows_alone(write) -> None:
    data = learn(write, [f"{number}.5 kg" for number in range(30)])
    assert data.warnings[1] == (
        "column a: numbers and dates in other notations, such as 0.5 kg, are not "
        "supported; write 1234.5 or 2024-12-31 to use the column"
    )
