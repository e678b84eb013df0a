"""Small files that claim, or unfold to, more than the memory: refused before memory is taken."""

import csv
import gzip
import io
import os
import zipfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.helpers.tables import catch_refusal
from tuner.data import load_dataset
from tuner.data.readers import csv_layout, room
from tuner.data.readers.sources import stream_source
from tuner.errors import DataError
from tuner.machine.memory import Memory

FREE = "of memory are free; give fewer rows or columns"


@pytest.fixture
def little_memory(monkeypatch):
    monkeypatch.setattr(room, "read_memory", lambda: Memory(free=50_000, total=100_000))


def write_npz(path, *, shape, descr="<f4", content=b""):
    header = io.BytesIO()
    fields = {"descr": descr, "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(header, fields)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("x.npy", header.getvalue() + content)


@pytest.mark.parametrize("shape", [(10**7, 10**5), (10**12, 10**12), (1, 1 << 62, 8)], ids=str)
def test_an_array_that_lacks_what_its_header_claims_is_damaged(shape):
    write_npz("huge.npz", shape=shape)
    assert catch_refusal(load_dataset, "huge.npz") == (
        "data file huge.npz: x is damaged or cut short; write the file again"
    )


def test_an_array_that_is_larger_than_the_memory_is_refused(little_memory):
    write_npz("bomb.npz", shape=(100, 200), content=bytes(80_000))
    refusal = catch_refusal(load_dataset, "bomb.npz")
    assert refusal.startswith("data file bomb.npz: x takes 0.0 GB, and ")
    assert refusal.endswith(FREE)


def test_texts_that_are_stored_once_are_measured_as_often_as_they_are_repeated(little_memory):
    rows = pa.array(np.zeros(1000, np.int8))
    table = pa.table({"a": pa.DictionaryArray.from_arrays(rows, pa.array(["x" * 1000]))})
    plain = table.cast(pa.schema([("a", pa.string())]))
    for name, content in {"own.parquet": table, "plain.parquet": plain}.items():
        pq.write_table(content, name)
        assert os.path.getsize(name) < 5_000
        assert f"{name}: its texts take 0.0 GB, and" in catch_refusal(load_dataset, name)


def test_rows_that_are_stored_as_one_are_counted(little_memory):
    pq.write_table(pa.table({"a": np.zeros(20_000), "b": np.zeros(20_000)}), "t.parquet")
    assert "t.parquet: its rows take" in catch_refusal(load_dataset, "t.parquet")


def test_a_packed_text_is_measured_while_it_is_unpacked(little_memory):
    with gzip.open("t.csv.gz", "wb") as file:
        file.write(b"a,b\n" + b"1,2\n" * 300_000)
    assert "its text takes more than 0.0 GB" in catch_refusal(load_dataset, "t.csv.gz")
    assert sum(len(part.rows) for part in stream_source("t.csv.gz")) == 300_000


@pytest.mark.parametrize("start", [b"", b"a,b\n1,2\n"], ids=["header", "row"])
def test_a_line_without_end_is_not_read_to_its_end(start):
    with gzip.open("t.csv.gz", "wb", compresslevel=1) as file:
        file.write(start + b"x" * (1 << 25) + b"yz\n")
    with pytest.raises(DataError, match="a line has more than 16,777,216 characters"):
        list(stream_source("t.csv.gz"))


def test_what_is_neither_file_nor_folder_is_not_read():
    os.mkfifo("t.csv")
    remedy = "it is neither a file nor a folder; write its content to a file, and give that"
    assert catch_refusal(load_dataset, "t.csv") == f"data t.csv: {remedy}"
    assert catch_refusal(load_dataset, "/dev/zero") == f"data /dev/zero: {remedy}"
    assert "(File name too long)" in catch_refusal(load_dataset, "x" * 300 + ".csv")


def test_texts_that_are_packed_are_measured_by_the_end_of_a_parquet_file(little_memory):
    texts = [
        "".join(map(chr, row)) for row in np.random.default_rng(0).integers(48, 50, (50, 4000))
    ]
    pq.write_table(pa.table({"a": texts}), "t.parquet", use_dictionary=False, compression="zstd")
    assert os.path.getsize("t.parquet") < 100_000
    assert "t.parquet: its rows take 0.0 GB, and" in catch_refusal(load_dataset, "t.parquet")


def test_a_header_may_be_longer_than_a_cell_of_pythons_reader_as_it_comes():
    before = csv.field_size_limit(1 << 17)  # as a process begins
    names = [f"gene {number}" for number in range(15_000)]
    assert sum(map(len, names)) > csv.field_size_limit()
    try:
        Path("wide.csv").write_text(",".join(names) + "\n" + ",".join("1" * len(names)) + "\n")
        assert csv_layout.inspect_csv(Path("wide.csv"), whole=True).header == tuple(names)
    finally:
        csv.field_size_limit(max(before, csv.field_size_limit()))


def test_a_table_of_too_many_columns_is_refused(monkeypatch):
    monkeypatch.setattr(room, "_MOST_COLUMNS", 2)
    pq.write_table(pa.table({"a": [1], "b": [2], "y": ["c"]}), "wide.parquet")
    Path("wide.csv").write_text("a,b,y\n1,2,c\n")
    for name in ("wide.csv", "wide.parquet"):
        assert catch_refusal(load_dataset, name) == (
            f"data file {name}: it has 3 columns, and 2 are the most; leave some out of the file"
        )
