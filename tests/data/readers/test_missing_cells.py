"""Texts of the user's own that mean a missing value."""

import datetime

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.helpers.tables import catch_refusal, load_column, read_raw, write_file
from tuner.data import Schema, load_dataset


@pytest.mark.parametrize(
    ("cells", "missing", "kind", "levels", "gaps"),
    [
        (["1", "-999", "2", "-999.0", "-9.99e2", "3"], ["-999"], "numeric", "", [1, 3, 4]),
        (["1", "unknown", "2", " unknown "], ["unknown"], "numeric", "", [1, 3]),
        (["x", "?", "y", "? ", "N", "x"], ["?"], "categorical", "Nxy", [1, 3]),
        (["x", "09", "y", "9", "x", "z"], ["09"], "categorical", "xyz", [1, 3]),
        (["y", "n", "don't know", "n"], ["don't know"], "boolean", "ny", [2]),
        (["1,5", "9,0", "2,5", "9,00", "0,5", "7,25"], ["9,0"], "numeric", "", [1]),
    ],
)  # fmt: skip
def test_such_cells_are_missing_in_any_kind_of_column(cells, missing, kind, levels, gaps):
    data = load_column(cells, missing=missing)
    found = data.schema.columns[0]
    assert (found.kind, "".join(found.levels), found.missing) == (kind, levels, True)
    values = data.raw["a"]
    empty = values == "" if values.dtype == object else np.isnan(values)
    assert np.flatnonzero(empty).tolist() == gaps
    assert (
        np.flatnonzero(data.x[:, data.schema.feature_names.index("a is missing")]).tolist() == gaps
    )


@pytest.mark.parametrize("cells", [["é", "x", "y"], ["1", "2", "3.5"], ["1,5", "2,25", "0,5"]])
def test_cells_of_invisible_characters_alone_are_empty(cells):
    unseen = ["\u200b", " \ufeff ", "\u00a0"]
    data = load_column([*cells, *unseen, *cells])
    assert data.schema.columns[0].missing
    for values in (data.raw["a"], read_raw("t.csv", data.schema)["a"]):
        empty = values == "" if values.dtype == object else np.isnan(values)
        assert np.flatnonzero(empty).tolist() == [3, 4, 5]


def test_an_older_study_keeps_levels_of_invisible_characters():
    source = write_file("a,y\n" + "x,p\n\u200b,q\n" * 4)
    assert load_dataset(source).schema.columns[0].levels == ("x",)
    assert load_dataset(source, reading=1).schema.columns[0].levels == ("x", "\u200b")


def test_infinite_numbers_can_mean_missing_in_texts_and_as_stored():
    cells = ["1.5", "inf", "2.5", "Infinity", "-inf", "3.5"]
    gaps = [0, 1, 0, 1, 1, 0]
    source = write_file(
        "a,y\n" + "".join(f"{cell},{'pq'[i % 2]}\n" for i, cell in enumerate(cells))
    )
    pd.DataFrame({"a": [*map(float, cells)], "y": [*"pqpqpq"]}).to_parquet("t.parquet")
    for path in (source, "t.parquet"):
        fault = catch_refusal(load_dataset, path, missing=["-inf"])
        assert "; if that means a missing value, give --missing inf; otherwise fix" in fault
        data = load_dataset(path, missing=["inf", "-inf"])
        np.testing.assert_array_equal(np.isnan(data.x[:, 0]), gaps)
        np.testing.assert_array_equal(np.isnan(read_raw(path, data.schema)["a"]), gaps)
    frame = pd.DataFrame({"a": [1.0, 2.0, 1e300, 3.0], "y": [*"pqpq"]})
    frame.to_parquet("t.parquet")
    assert load_dataset("t.parquet", missing=["1e+300"]).schema.columns[0].missing


def test_case_counts_and_a_text_must_be_the_whole_cell():
    data = load_column(["x", "unknown", "Unknown", "unknown place"] * 2, missing=["unknown"])
    assert data.schema.columns[0].levels == ("Unknown", "unknown place", "x")


def test_rows_whose_target_is_such_a_text_are_left_out():
    source = write_file("a,b,y\n1,u,p\n2,v,?\n3,u,q\n4,v,p\n5,u,q\n")
    data = load_dataset(source, missing=["?"])
    assert data.schema.classes == ("p", "q")
    assert "1 row has no target and is left out" in data.warnings
    labels = write_file("a,y\n1,0\n2,-1.0\n3,1\n4,0\n5,1\n6,-1\n", "numbers.csv")
    assert load_dataset(labels, missing=["-1"]).schema.classes == ("0", "1")


def test_stored_numbers_dates_and_texts_can_mean_missing():
    days = [datetime.date(2024, 1, day) for day in (1, 2, 3, 4)]
    table = pd.DataFrame(
        {
            "size": [1.5, -999.0, 2.5, 3.5],
            "count": [1, 2, -999, 4],
            "code": [-999, 3, 3, 4],
            "day": [*days[:3], datetime.date(1900, 1, 1)],
            "word": ["a", None, "?", "b"],
            "y": [*"pqpq"],
        }
    )
    table.to_parquet("t.parquet")
    texts = ["-999.0", "1900-01-01", "?"]
    data = load_dataset("t.parquet", categorical=["code"], missing=texts)
    assert np.isnan(data.raw["size"]).tolist() == [False, True, False, False]
    assert np.isnan(data.raw["count"]).tolist() == [False, False, True, False]
    assert data.raw["code"].tolist() == ["", "3", "3", "4"]
    assert data.raw["day"].tolist() == ["2024-01-01", "2024-01-02", "2024-01-03", ""]
    assert data.raw["word"].tolist() == ["a", "", "", "b"]


MOMENTS = {
    "seconds": "datetime64[s]",
    "nanoseconds": "datetime64[ns]",
    "a zone": "datetime64[ns, Asia/Tokyo]",
}


@pytest.mark.parametrize("kind", MOMENTS.values(), ids=MOMENTS)
@pytest.mark.parametrize("text", ["1900-01-01", "1900-01-01 00:00:00", "1900-01-01T00:00:00.000"])
def test_stored_moments_can_mean_missing_however_they_are_spelled(kind, text):
    days = pd.Series(["2024-01-01 12:30", "1900-01-01", "2024-01-02", "2024-01-03"]).astype(kind)
    frame = pd.DataFrame({"day": days, "size": [1.5, 2, 3, 4], "y": [*"pqpq"]})
    frame.to_parquet("t.parquet")
    data = load_dataset("t.parquet", missing=[text])
    assert (data.raw["day"] == "").tolist() == [False, True, False, False]
    assert (read_raw("t.parquet", data.schema)["day"] == "").tolist() == [False, True, False, False]


@pytest.mark.parametrize(
    "spelled", ["T00:00", " 00:00", "T00:00Z", "T00:00:00.000Z", " 00:00:00+00:00"]
)
def test_moments_in_texts_can_mean_missing_to_the_minute_and_in_utc(spelled):
    """As JavaScript, databases, spreadsheets and pandas write them."""
    days = ("2024-01-02", "1900-01-01", "2024-02-03", "2024-03-04")
    moments = [f"{day}{spelled}" for day in days]
    for text in ("1900-01-01", moments[1], f"1900-01-01T00:00:00{'Z' * spelled.endswith('Z')}"):
        data = load_column(moments, missing=[text])
        assert (data.raw["a"] == "").tolist() == [False, True, False, False]
    earlier = load_column(moments, missing=["1900-01-01"], reading=4)
    assert (earlier.raw["a"] != "").all()


def test_a_time_can_mean_missing_to_the_minute():
    data = load_column(["10:15", "00:00", "11:45", "13:20"], missing=["00:00:00"])
    assert (data.raw["a"] == "").tolist() == [False, True, False, False]


def test_a_column_of_an_unknown_time_zone_is_refused_only_if_it_is_read():
    days = pa.array([0, 1, 2, 3], pa.timestamp("s", "Mars/Base"))
    pq.write_table(pa.table({"day": days, "size": [1.5, 2, 3, 4], "y": [*"pqpq"]}), "t.parquet")
    fault = catch_refusal(load_dataset, "t.parquet", missing=["1900-01-01"])
    assert "column day: it cannot be read (Cannot locate or parse timezone" in fault
    data = load_dataset("t.parquet", missing=["1900-01-01"], ignore=["day"])
    assert data.schema.feature_names == ("size",)


def test_a_stored_time_can_mean_missing_and_no_number_means_a_moment():
    table = pd.DataFrame(
        {
            "at": [datetime.time(12), datetime.time(8), datetime.time(9), datetime.time(10)],
            "day": [datetime.date(1900 + year, 1, 1) for year in (0, 1, 5, 9)],
            "y": [*"pqpq"],
        }
    )
    table.to_parquet("t.parquet")
    data = load_dataset("t.parquet", missing=["12:00:00", "1901-01-01 00:00:00", "1905", "9", "10"])
    assert (data.raw["at"] == "").tolist() == [True, False, False, False]
    assert (data.raw["day"] == "").tolist() == [False, True, False, False]


def test_rows_to_predict_are_read_as_the_training_rows_were():
    cells = ["1", "-999", "2", "?", "3", "-999.00"]
    rows = "".join(
        f"{cell};{kind};p\n{cell};{kind};q\n" for cell, kind in zip(cells, "uv?uvu", strict=True)
    )
    source = write_file("a;b;y\n" + rows)
    data = load_dataset(source, missing=["?", "-999"])
    again = Schema.from_dict(data.schema.to_dict())
    assert again.missing_texts == ("?", "-999")
    for name, values in read_raw(source, again).items():
        np.testing.assert_array_equal(values, data.raw[name])


def test_without_such_texts_a_schema_says_nothing_of_them():
    """So that the fingerprints of earlier studies hold."""
    assert "missing_texts" not in load_column(["1", "2"] * 2).schema.to_dict()
    one, other = (load_column(["1", "2", "3", "2"], missing=texts) for texts in ([], ["9"]))
    assert one.fingerprint != other.fingerprint


def test_an_array_has_no_such_cells():
    np.savez("t.npz", x=np.arange(4)[:, None], y=[0, 1, 0, 1])
    assert catch_refusal(load_dataset, "t.npz", missing=["-999"]) == (
        "data file t.npz: an array has no columns; leave out --missing"
    )
