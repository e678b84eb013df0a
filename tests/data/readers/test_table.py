"""Columns of a table: stored types, and the cells that are refused."""

import datetime

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.helpers.tables import catch_refusal, load_column, read_raw, write_file
from tuner.data import load_dataset
from tuner.data.parsing.date_notations import TIME, YEAR_FIRST
from tuner.data.parsing.parse_by_notation import parse_texts


def test_unsupported_types_are_refused_unless_ignored() -> None:
    table = pa.table(
        {"a": [1, 2, 3, 4], "day": pa.array([1, 2, 3, 4], pa.duration("ms")), "y": [*"abab"]}
    )
    pq.write_table(table, "t.parquet")
    assert catch_refusal(load_dataset, "t.parquet") == (
        "data file t.parquet, column day: its type duration[ms] is not supported; store it "
        "as number, text, date, time or bool, or leave it out with --ignore day"
    )
    assert load_dataset("t.parquet", ignore=["day"]).schema.feature_names == ("a",)
    assert catch_refusal(load_dataset, "t.parquet", target="day") == (
        "data file t.parquet, column day: its type duration[ms] is not supported; store it "
        "as number, text, date, time or bool, or choose another --target"
    )


def test_a_column_without_a_name_is_refused_unless_ignored() -> None:
    pq.write_table(pa.table({"a": [1, 2, 3, 4], "": [4, 3, 2, 1], "y": [*"abab"]}), "t.parquet")
    fault = catch_refusal(load_dataset, "t.parquet")
    assert fault == "data file t.parquet: column 2 has no name; name it, or leave it out"
    assert load_dataset("t.parquet", ignore=[""]).schema.feature_names == ("a",)


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
    assert (column.kind, column.notation, column.missing) == ("date", YEAR_FIRST, True)
    days = parse_texts(np.array(cells, object), YEAR_FIRST)["days"]
    np.testing.assert_allclose(parse_texts(data.raw["a"], YEAR_FIRST)["days"], days)


def test_stored_times_of_day_are_read_as_text() -> None:
    times = [datetime.time(10, 15), None, datetime.time(23, 59, 30), datetime.time(0)]
    pq.write_table(pa.table({"a": pa.array(times, pa.time64("us")), "y": [*"pqpq"]}), "t.parquet")
    data = load_dataset("t.parquet")
    assert data.schema.columns[0].notation == TIME
    assert data.raw["a"].tolist() == ["10:15:00.000000", "", "23:59:30.000000", "00:00:00.000000"]


def test_stored_times_with_a_zone_show_its_clock() -> None:
    noon = datetime.datetime(2024, 1, 31, 12, tzinfo=datetime.UTC)
    moments = pa.array([noon, noon, noon.replace(hour=1), None])
    table = {"a": moments.cast(pa.timestamp("us", tz="Asia/Tokyo")), "y": [*"pqpq"]}
    pq.write_table(pa.table(table), "t.parquet")
    raw = load_dataset("t.parquet").raw["a"].tolist()
    assert raw == ["2024-01-31 21:00:00.000000"] * 2 + ["2024-01-31 10:00:00.000000", ""]


def test_an_unknown_time_zone_is_refused() -> None:
    moments = pa.array([0, 1, 2, 3]).cast(pa.timestamp("us", tz="Middle/Earth"))
    pq.write_table(pa.table({"a": moments, "y": [*"pqpq"]}), "t.parquet")
    assert catch_refusal(load_dataset, "t.parquet").startswith(
        "data file t.parquet, column a: it cannot be read ("  # the rest is pyarrow's
    )


def test_a_nul_character_is_refused_if_its_column_is_used() -> None:
    rows = ["u\0,1,p", "u,2,q", "v,3,p", "u,4,q"]
    source = write_file("\n".join(["a,b,y", *rows]))
    fault = "data file t.csv, column a: 'u\\x00' in line 2 contains a NUL character; fix the cell"
    assert catch_refusal(load_dataset, source) == f"{fault}, or leave it out with --ignore a"
    assert catch_refusal(load_dataset, source, target="a") == f"{fault}, or choose another --target"
    schema = load_dataset(source, ignore=["a"]).schema
    assert list(read_raw(source, schema)) == ["b"]
    schema = load_dataset(write_file("a,b,y\nu,1,p\nv,2,q\nu,3,p\nv,4,q\n", "plain.csv")).schema
    assert catch_refusal(read_raw, source, schema) == fault


def test_a_nul_character_in_a_stored_text_is_refused_with_its_row() -> None:
    pd.DataFrame({"a": ["u", "u\0", "v", "v"], "y": [*"pqpq"]}).to_parquet("t.parquet")
    assert catch_refusal(load_dataset, "t.parquet") == (
        "data file t.parquet, column a: 'u\\x00' in row 2 contains a NUL character; fix the "
        "cell, or leave it out with --ignore a"
    )


@pytest.mark.parametrize("cell", ["inf", "-Infinity", "1e999"])
def test_infinite_numbers_are_refused(cell) -> None:
    assert catch_refusal(load_column, ["1", "2", cell, "inf"]) == (
        f"data file t.csv, column a: {cell} in line 4 is not a finite number in float32; if that "
        f"means a missing value, give --missing {cell}; otherwise fix the cell, or leave the "
        "column out with --ignore a"
    )


def test_a_stored_infinite_number_is_refused_with_its_row() -> None:
    pd.DataFrame({"a": [1.0, np.inf, 2, 3], "y": [*"pqpq"]}).to_parquet("t.parquet")
    assert catch_refusal(load_dataset, "t.parquet") == (
        "data file t.parquet, column a: inf in row 2 is not a finite number in float32; if that "
        "means a missing value, give --missing inf; otherwise fix the cell, or leave the column "
        "out with --ignore a"
    )


def test_an_unknown_column_lists_twenty_columns_with_the_nearest_first() -> None:
    names = [f"c{i}" for i in range(30)] + ["weight"]
    source = write_file(",".join(names) + "\n" + ",".join("1" for _ in names) + "\n")
    assert catch_refusal(load_dataset, source, target="wieght") == (
        "data file t.csv, --target: there is no column wieght; did you mean weight? Known are "
        "weight, c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12, c13, c14, c15, c16, c17, "
        "c18 and 11 more"
    )
