"""Parquet files: stored types, and the files that are refused."""

from decimal import Decimal
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.helpers.tables import catch_refusal, read_raw, write_file
from tuner.data import load_dataset


def test_an_index_that_pandas_stored_is_ignored() -> None:
    table = pd.DataFrame({"age": [31.5, 18, 44, 52], "class": [*"abab"]})
    table.set_index(pd.Index([5, 3, 1, 2])).to_parquet("t.parquet")
    data = load_dataset("t.parquet")
    assert data.schema.target == "class"
    assert [column.name for column in data.schema.columns] == ["age"]


def test_an_index_is_no_column_to_name() -> None:
    table = pd.DataFrame({"age": [31.5, 18, 44, 52], "class": [*"abab"]})
    table = table.set_index(pd.Index([5, 5, 1, 1], name="id"))
    Path("parts").mkdir()
    for source, path in {"file t.parquet": "t.parquet", "folder parts": "parts/1.parquet"}.items():
        table.to_parquet(path)
        assert catch_refusal(load_dataset, source.split()[1], groups="id") == (
            f"data {source}, --groups: id is the index that pandas stored, and no column; call "
            "reset_index() before you write the file"
        )


def test_categories_decimals_and_whole_floats_are_read() -> None:
    columns = {
        "level": pa.array(["x", "y", "x", None]).dictionary_encode(),
        "price": pa.array([1, 2, 3, 4]).cast(pa.decimal128(30, 2)),
        "y": pa.array([3.0, 10.0, 3.0, 10.0]),
    }
    pq.write_table(pa.table(columns), "t.parquet")
    data = load_dataset("t.parquet")
    assert data.schema.feature_names == ("price", "level=x", "level=y", "level is missing")
    assert data.classes == ("3", "10")


@pytest.mark.parametrize("is_folder", [False, True], ids=["file", "folder"])
def test_decimals_are_the_nearest_numbers_but_in_an_earlier_study(is_folder) -> None:
    tenths = pa.array([Decimal("0.3"), Decimal("0.1")] * 4, pa.decimal128(3, 1))
    columns = {"rate": tenths, "level": tenths.dictionary_encode(), "y": tenths}
    Path("parts").mkdir()
    pq.write_table(pa.table(columns), "parts/t.parquet")
    source = "parts" if is_folder else "parts/t.parquet"
    data = load_dataset(source, categorical=["level"])
    earlier = load_dataset(source, categorical=["level"], reading=4)
    assert data.classes == data.schema.columns[1].levels == ("0.1", "0.3")
    assert earlier.classes == earlier.schema.columns[1].levels == ("0.1", "0.30000000000000004")
    new = read_raw(source, earlier.schema)  # its model still knows its levels
    assert set(new["level"]) == {"0.1", "0.30000000000000004"}


def test_texts_that_are_stored_as_bytes_are_read() -> None:
    columns = {"a": pa.array([b"x", None] * 4), "y": pa.array([b"p", b"q"] * 4, pa.large_binary())}
    pq.write_table(pa.table(columns), "t.parquet")
    data = load_dataset("t.parquet")
    assert data.schema.feature_names == ("a=x", "a is missing")
    assert data.classes == ("p", "q")


def test_unsuitable_parquet_files_are_refused() -> None:
    assert catch_refusal(load_dataset, write_file("a,b\n", "t.parquet")).startswith(
        "data file t.parquet: it is not a Parquet file ("  # the rest is pyarrow's
    )
    pq.write_table(pa.table({"a": pa.array([], pa.int8())}), "t.parquet")
    assert (
        catch_refusal(load_dataset, "t.parquet") == "data file t.parquet: it has no rows; add some"
    )
    twice = pa.Table.from_arrays([pa.array([1]), pa.array([2])], names=["a", "a"])
    pq.write_table(twice, "t.parquet")
    assert catch_refusal(load_dataset, "t.parquet") == (
        "data file t.parquet: it has more than one column a; rename all but one"
    )


@pytest.mark.parametrize(
    "stored", [b"{no JSON", b"\xff", b"{}", b"[]", b'{"index_columns": 5}', b"[" * 100_000]
)
def test_a_damaged_index_of_pandas_is_refused(stored) -> None:
    table = pa.table({"a": [1.0, 2.0] * 4, "y": ["p", "q"] * 4})
    pq.write_table(table.replace_schema_metadata({"pandas": stored}), "t.parquet")
    assert catch_refusal(load_dataset, "t.parquet") == (
        "data file t.parquet: what pandas has stored about its index is damaged; write the file "
        "again"
    )


def test_texts_that_are_no_utf8_are_refused() -> None:
    rows = pa.array(["ab"] * 8)
    texts = pa.Array.from_buffers(
        pa.string(), 8, [*rows.buffers()[:2], pa.py_buffer(b"\xff\xfe" * 8)]
    )
    pq.write_table(pa.table({"a": texts, "y": ["p", "q"] * 4}), "t.parquet")
    assert catch_refusal(load_dataset, "t.parquet").startswith(
        "data file t.parquet: it cannot be read ("  # the rest is pyarrow's
    )
