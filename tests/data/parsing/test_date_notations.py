"""Dates as people write them: found from all cells, turned to calendar parts, told where unsure."""

import datetime

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.data.conftest import read_raw
from tuner.data import Column, load_dataset
from tuner.data.parsing.characters import convert_to_codes
from tuner.data.parsing.date_notations import DATE_NOTATIONS, parse_dates

ISO, DAY_FIRST, MONTH_FIRST, TIME = DATE_NOTATIONS
ALL = ("days", "year", "month", "weekday", "hour")


def learn(write, cells, **options):
    rows = [f"{cell};{i}.5;{'pq'[i % 2]}\n" for i, cell in enumerate(cells)]
    return load_dataset(write("a;b;y\n" + "".join(rows)), **options)


def parse(text, notation=ISO):
    found = parse_dates(convert_to_codes(np.array([text], object)), notation, np)
    return {name: values[0] for name, values in found.items()}


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
def test_a_notation_is_found_and_constant_parts_are_left_out(write, cells, notation, parts) -> None:
    data = learn(write, cells * 2)
    assert data.schema.columns[0] == Column("a", "date", notation=notation, parts=parts)
    assert data.warnings == ()
    assert data.raw["a"].tolist() == cells * 2
    np.testing.assert_array_equal(read_raw("t.csv", data.schema)["a"], data.raw["a"])


def test_parts_are_the_calendar_s(write) -> None:
    data = learn(write, ["2024-02-29 06:00", "1970-01-01 00:00", "1969-12-31T18:00", "NA"])
    assert data.schema.feature_names == (
        *("a days", "a year", "a month sine", "a month cosine", "a weekday sine"),
        *("a weekday cosine", "a hour sine", "a hour cosine", "b", "a is missing"),
    )
    assert data.schema.scaled.tolist() == [True] * 9 + [False]
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


@given(st.datetimes(), st.sampled_from(["%Y-%m-%dT%H:%M:%S.%f", "%d/%m/%Y %H:%M:%S"]))
def test_every_date_is_read_as_python_reads_it(moment, format_) -> None:
    # Python's own %Y does not fill up years to four digits on Linux
    text = moment.strftime(format_.replace("%Y", f"{moment.year:04d}"))
    found = parse(text, DAY_FIRST)
    day = moment.toordinal() - datetime.date(1970, 1, 1).toordinal()
    seconds = moment.hour * 3600 + moment.minute * 60 + moment.second
    assert found["days"] == pytest.approx(day + seconds / 86400, abs=1e-9)
    assert found["year"] == moment.year
    for name, turns in (
        ("month", (moment.month - 1) / 12),
        ("weekday", moment.weekday() / 7),
        ("hour", seconds / 86400),
    ):
        assert found[f"{name} sine"] == pytest.approx(np.sin(2 * np.pi * turns), abs=1e-12)
        assert found[f"{name} cosine"] == pytest.approx(np.cos(2 * np.pi * turns), abs=1e-12)


@pytest.mark.parametrize(
    "text",
    [
        *("", "x", "2023-02-29", "1900-02-29", "2024-00-10", "2024-13-10", "2024-04-31"),
        *("2024-01-00", "0000-01-01", "2024-01/02", "2024-01", "20240101", "24-01-01"),
        *("2024-01-01 10", "2024-01-01 24:00", "2024-01-01 10:60", "2024-01-01 1:2", "10:30"),
        *("2024-01-01x", "- 2024-01-01", "2024--01-01", "2024-01-01-", "2024-01-01 10-30"),
        *("2024-01-01T10:15:30.", "2024-01-01 " + "0" * 40, "2024-001-01", "12024-01-01"),
        *("2024-01-01 10:30:30:30", "31/12/2024", "12/31/2024", "2024 01 01"),
        *("2024-01-01 13:00 PM", "2024-01-01 0:10 AM", "2024-01-01 PM", "2024-01-01 10:15 P"),
        *("2024-01-01 10:15 PM Z", "2024-01-01 10 PM", "2024-01-01 10:15 AMPM", "2024-01-01A"),
        *("PM 2024-01-01 10:15", "2024-01-01 10:1PM5", "2024-01-01 10:15 P M"),
    ],
)
def test_what_is_no_date_is_missing(text) -> None:
    assert all(np.isnan(value) for value in parse(text).values())


@pytest.mark.parametrize(
    "text",
    ["2024-01-31", " 2024-1-31 ", "2024-01-31T00:00Z", "2024.01.31 0:00:00,5+01", "2024-02-29"],
)
def test_what_is_a_date(text) -> None:
    assert parse(text)["year"] == 2024


@pytest.mark.parametrize(
    ("text", "year"),
    [("1/2/69", 1969), ("1/2/68", 2068), ("01.02.00", 2000), ("01/02/24 10:15", 2024)],
)
def test_years_of_two_digits_are_those_of_posix(text, year) -> None:
    assert parse(text, DAY_FIRST)["year"] == year


@pytest.mark.parametrize("text", ["1.2.24", "24-12-31", "31-12-24", "1/2/4", "1/2/024"])
def test_what_may_be_no_year_of_two_digits_is_none(text) -> None:
    assert all(np.isnan(parse(text, notation)["year"]) for notation in DATE_NOTATIONS)


@pytest.mark.parametrize(
    ("text", "hour"),
    [("12:00 AM", 0), ("1:30AM", 1.5), ("12:15 pm", 12.25), ("11:59:60 PM", 24)],
)
def test_half_days_are_told_apart(text, hour) -> None:
    found = parse(f"1970-01-01 {text}")
    assert found["days"] == pytest.approx(hour / 24)


@pytest.mark.parametrize(("text", "hour"), [("6:00", 6), (" 23:30:00 ", 23.5), ("12:00 AM", 0)])
def test_a_time_alone_is_one_of_the_first_day(text, hour) -> None:
    found = parse(text, TIME)
    assert (found["year"], found["days"]) == (1970, pytest.approx(hour / 24))
    assert found["hour sine"] == pytest.approx(np.sin(2 * np.pi * hour / 24))


@pytest.mark.parametrize("text", ["", "10", "24:00", "10:3", "2024-01-01", "2024-01-01 10:30", "x"])
def test_what_is_no_time_alone(text) -> None:
    assert np.isnan(parse(text, TIME)["days"])


def test_months_in_words_are_told(write) -> None:
    cells = [f"{day} Jan {2000 + day}" for day in range(1, 25)]
    data = learn(write, cells)
    assert data.warnings[1] == (
        "column a: dates with the month as a word, such as 1 Jan 2001, are not supported; "
        "write 2024-12-31 to use the column"
    )
    assert len(learn(write, [f"mar-{day}x" for day in range(1, 25)]).warnings) == 1


def test_what_the_cells_do_not_tell_is_told(write) -> None:
    data = learn(write, ["01/02/2024", "03/03/2024", "12/11/2024", ""])
    assert data.schema.columns[0].notation == DAY_FIRST
    assert data.warnings == (
        "column a: 01/02/2024 and similar cells do not show whether the day or the month "
        "comes first; they are read day first, write 2024-12-31 if that is wrong",
    )


def test_years_of_two_digits_may_be_days_which_is_told(write) -> None:
    data = learn(write, ["31.12.24", "01.02.23"] * 2)
    assert data.schema.columns[0].notation == DAY_FIRST
    assert data.warnings == (
        "column a: the year of 31.12.24 and similar cells is read as the last of the three "
        "numbers; write 2024-12-31 if that is wrong",
    )


def test_a_few_dates_tell_that_the_month_comes_first_wherever_they_stand(write) -> None:
    moments = pd.date_range("2024-01-01", periods=6000, freq="15s")
    cells = [f"{moment:%m/%d/%Y %H:%M:%S}" for moment in moments] + ["01/13/2024 00:00:00"]
    assert learn(write, cells).schema.columns[0].notation == MONTH_FIRST


def test_durations_are_no_times(write) -> None:
    data = learn(write, [f"{minute}:{minute % 60:02d}" for minute in range(1, 40)])
    assert data.schema.columns[0].kind == "ignored"
    assert data.warnings[1] == (
        "column a: numbers and dates in other notations, such as 1:01, are not supported; "
        "write 1234.5 or 2024-12-31 to use the column"
    )


@pytest.mark.parametrize("cells", [["01/01/2024", "03/03/2024"], ["2024-01-02", "2024-02-01"]])
def test_where_nothing_is_in_doubt_nothing_is_told(write, cells) -> None:
    assert learn(write, cells * 2).warnings == ()


def test_other_text_among_dates_is_refused_by_its_line(write, refusal) -> None:
    cells = ["2024-01-31", "2024-02-01", "soon", "2024-02-03", "2024-02-04"]
    assert refusal(learn, write, cells) == (
        "data file t.csv, column a: it holds dates such as 2024-01-31, but 'soon' in line "
        "4; fix the cell, or give --categorical a or --ignore a"
    )
    assert learn(write, cells, categorical=["a"]).schema.columns[0].kind == "categorical"


def test_rows_to_predict_on_are_in_the_notation_of_the_column(write, refusal) -> None:
    schema = learn(write, ["31/12/2024", "01/02/2023"] * 2).schema
    raw = read_raw(write("a;b\n1/3/2024;1\n2024-03-01;1\nNA;2\n", "new.csv"), schema)
    assert raw["a"].tolist() == ["1/3/2024", "2024-03-01", ""]
    x = schema.encode(raw)
    np.testing.assert_array_equal(x[0], x[1])
    assert refusal(read_raw, write("a;b\n1/3/2024;1\n3/31/2024;1\n", "new.csv"), schema) == (
        "data file new.csv, column a: '3/31/2024' in line 3 is not a date like 31/12/2024; "
        "fix the cell"
    )


def test_a_constant_date_is_left_out_but_its_gaps_are_kept(write) -> None:
    assert learn(write, ["2024-01-31"] * 4).warnings == ("1 column is constant and left out: a",)
    column = learn(write, ["2024-01-31", ""] * 2).schema.columns[0]
    assert (column.parts, column.missing) == (("days",), True)


@pytest.mark.parametrize(
    ("kind", "cells"),
    [
        (pa.date32(), ["2024-01-31", "", "2023-12-01", "2024-01-31"]),
        (pa.timestamp("s"), ["2024-01-31 10:15:00", "", "2023-12-01 00:00:00", "2024-01-01"]),
        (pa.timestamp("ns"), ["2024-01-31 10:15:00", "", "2023-12-01 00:00:00", "2024-01-01"]),
    ],
)
def test_stored_dates_are_read_as_text(kind, cells) -> None:
    moments = [datetime.datetime.fromisoformat(cell) if cell else None for cell in cells]
    table = {"a": pa.array(moments, pa.timestamp("us")).cast(kind), "b": [1, 2, 3, 4]}
    pq.write_table(pa.table({**table, "y": [*"pqpq"]}), "t.parquet")
    data = load_dataset("t.parquet")
    column = data.schema.columns[0]
    assert (column.kind, column.notation, column.missing) == ("date", ISO, True)
    for stored, cell in zip(data.raw["a"], cells, strict=True):
        assert parse(stored)["days"] == pytest.approx(parse(cell)["days"], nan_ok=True)


def test_stored_times_of_day_are_read_as_text() -> None:
    times = [datetime.time(10, 15), None, datetime.time(23, 59, 30), datetime.time(0)]
    pq.write_table(pa.table({"a": pa.array(times, pa.time64("us")), "y": [*"pqpq"]}), "t.parquet")
    data = load_dataset("t.parquet")
    assert data.schema.columns[0].notation == TIME
    assert data.raw["a"].tolist() == ["10:15:00.000000", "", "23:59:30.000000", "00:00:00.000000"]


def test_stored_times_with_a_zone_are_those_of_its_clocks() -> None:
    noon = datetime.datetime(2024, 1, 31, 12, tzinfo=datetime.UTC)
    moments = pa.array([noon, noon, noon.replace(hour=1), None])
    table = {"a": moments.cast(pa.timestamp("us", tz="Asia/Tokyo")), "y": [*"pqpq"]}
    pq.write_table(pa.table(table), "t.parquet")
    raw = load_dataset("t.parquet").raw["a"].tolist()
    assert raw == ["2024-01-31 21:00:00.000000"] * 2 + ["2024-01-31 10:00:00.000000", ""]


def test_a_zone_that_is_not_known_here_is_refused(refusal) -> None:
    moments = pa.array([0, 1, 2, 3]).cast(pa.timestamp("us", tz="Middle/Earth"))
    pq.write_table(pa.table({"a": moments, "y": [*"pqpq"]}), "t.parquet")
    assert refusal(load_dataset, "t.parquet").startswith(
        "data file t.parquet, column a: it cannot be read ("  # the rest is pyarrow's
    )
