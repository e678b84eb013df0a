"""Rows to predict, read in parts: together they are the rows of a source that is read at once."""

import gzip
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.helpers.images import save_pets
from tests.helpers.tables import catch_refusal, read_raw, write_file
from tuner.data import Schema, convert_raw, load_dataset, stream_raw
from tuner.data.readers.sources import READERS, STREAMS
from tuner.errors import DataError

ROWS = 500
PLAIN = "a,b,y\n1,u,p\n2,v,q\n3,u,p\n4,v,q\n"


@pytest.fixture
def small_parts(monkeypatch):
    monkeypatch.setattr("tuner.data.readers.csv_files.LONGEST_LINE", 512)
    monkeypatch.setattr("tuner.data.readers.parquet_files._BATCH_ROWS", 64)


@pytest.fixture(scope="module")
def frame():
    rng = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "size": np.where(rng.random(ROWS) < 0.1, np.nan, rng.normal(size=ROWS).round(3)),
            "colour": rng.choice(["red", "green, dark", "a\nb", ""], size=ROWS),
            "flag": rng.random(ROWS) < 0.5,
            "kind": rng.choice(["a", "b"], size=ROWS),
        }
    )


def write_frame(frame, path):
    if path.name.endswith(".parquet"):
        frame.to_parquet(path)
        return path
    separator = "\t" if ".tsv" in path.name else ","
    text = frame.to_csv(index=False, sep=separator)
    open_file = gzip.open if path.name.endswith(".gz") else open
    with open_file(path, "wt", encoding="utf-8", newline="") as file:
        file.write(text)
    return path


@pytest.mark.parametrize("ending", STREAMS)
def test_the_parts_of_a_file_together_are_the_whole(frame, tmp_path, small_parts, ending):
    path = str(write_frame(frame, tmp_path / f"rows{ending}"))
    whole = load_dataset(path)
    parts = [part.raw for part in stream_raw(path, whole.schema)]
    assert len(parts) > 5
    for name, values in whole.raw.items():
        np.testing.assert_array_equal(np.concatenate([part[name] for part in parts]), values)


def test_an_array_comes_in_one_part(tmp_path):
    assert set(READERS) - set(STREAMS) == {".npz"}
    np.savez(tmp_path / "rows.npz", x=np.eye(4), y=np.arange(4) % 2)
    path = str(tmp_path / "rows.npz")
    (part,) = stream_raw(path, load_dataset(path).schema)
    assert part.raw["x"].shape == (4, 4)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (
            "big,red,True,a",
            ", column size: 'big' in line 502 is not a number; fix the cell, or give --on-error "
            "missing",
        ),
        (
            "1,red",
            ", line 502: it has 2 cells, but the header has 4; fix the line, or quote "
            "cells that contain the delimiter",
        ),
        ('1,red,True,"a', ": a quotation mark after line 501 is never closed; close it"),
    ],
    ids=["no number", "too short", "open quote"],
)
def test_a_fault_in_a_later_part_names_its_line(frame, tmp_path, small_parts, line, message):
    path = write_frame(frame.replace("a\nb", "blue"), tmp_path / "rows.csv")
    schema = load_dataset(str(path)).schema
    with path.open("a", encoding="utf-8") as file:
        file.write(line + "\n")
    with pytest.raises(DataError) as error:
        list(stream_raw(str(path), schema))
    assert str(error.value) == f"data file {path}{message}"


def test_a_missing_column_is_reported_with_the_first_part(frame, tmp_path):
    schema = load_dataset(str(write_frame(frame, tmp_path / "rows.csv"))).schema
    path = write_frame(frame.drop(columns="colour"), tmp_path / "less.csv")
    with pytest.raises(DataError, match="it lacks the column colour"):
        next(stream_raw(str(path), schema))


def test_blanks_around_the_names_of_columns_do_not_count(tmp_path) -> None:
    frame = pd.DataFrame({" a ": [1.5, 2, 3, 4], "b": [*"uvuv"], "c": [1, 3, 2, 5], "y": [*"pqpq"]})
    path = str(write_frame(frame, tmp_path / "rows.csv"))
    stored = str(write_frame(frame, tmp_path / "rows.parquet"))
    of_file, of_frame = load_dataset(path).schema, load_dataset(stored).schema
    assert [schema.used[0].name for schema in (of_file, of_frame)] == ["a", " a "]
    expected = frame[" a "].tolist()
    assert next(stream_raw(path, of_frame)).raw[" a "].tolist() == expected
    assert convert_raw(frame, of_file)["a"].tolist() == expected
    # A name that is spelled alike comes first, and of several others none is taken.
    both = frame.assign(a=0)
    assert convert_raw(both, of_file)["a"].tolist() == [0, 0, 0, 0]
    several = frame.assign(**{"a ": 0})
    assert "it lacks the column a," in catch_refusal(convert_raw, several, of_file)


def test_columns_are_kept_with_their_texts(tmp_path, small_parts) -> None:
    schema = load_dataset(write_file(PLAIN)).schema
    rows = "".join(f'{row},u, 00{row} ,"NA, {row}"\n' for row in range(200))
    write_file("a,b, id ,note\n" + rows, "new.csv")
    parts = list(stream_raw("new.csv", schema, keep=["note", "a", "id"]))
    assert len(parts) > 5
    kept = pa.concat_tables([part.kept for part in parts]).to_pydict()
    assert list(kept) == ["note", "a", "id"]
    assert (kept["id"][7], kept["note"][7], kept["a"][7]) == (" 007 ", "NA, 7", "7")
    assert catch_refusal(list, stream_raw("new.csv", schema, keep=["notes"])) == (
        "data file new.csv, --keep: there is no column notes; did you mean note? Known are a, b, "
        "id, note"
    )


def test_stored_columns_are_kept_with_their_types(small_parts) -> None:
    schema = load_dataset(write_file(PLAIN)).schema
    columns = {
        "id": pa.array([*range(99), None], pa.int16()),
        "text": pa.array([*"x" * 99, None]),
        "level": pa.array([*"xy" * 50]).dictionary_encode(),
        "bool": pa.array([True, None] * 50),
        "time": pa.array(range(100), pa.timestamp("ms", "Asia/Kolkata")),
        "price": pa.array([Decimal("1.20")] * 100),
        "list": pa.array([[1], None] * 50),
        "a": pa.array([1.5] * 100),
        "b": pa.array(["u"] * 100),
    }
    pq.write_table(pa.table(columns), "new.parquet")
    parts = list(stream_raw("new.parquet", schema, keep=list(columns)))
    assert len(parts) > 1
    kept = pa.concat_tables([part.kept for part in parts])
    assert kept.equals(pq.read_table("new.parquet"))


def test_arrays_and_images_have_no_columns_to_keep() -> None:
    np.savez("t.npz", x=np.zeros((4, 2, 2)), y=[0, 1, 0, 1])
    schema = load_dataset("t.npz").schema
    save_pets()
    for source, label in (("t.npz", "data file t.npz"), ("pets", "data folder pets")):
        assert catch_refusal(list, stream_raw(source, schema, keep=["id"])) == (
            f"{label}: it has no columns to keep; leave out --keep"
        )


def test_rows_that_do_not_fit_the_schema_are_refused() -> None:
    table = load_dataset(write_file(PLAIN)).schema
    np.savez("t.npz", x=np.zeros((4, 2, 2)), y=[0, 1, 0, 1])
    array = load_dataset("t.npz").schema
    assert catch_refusal(read_raw, write_file("c\n1\n", "new.csv"), table) == (
        "data file new.csv: it lacks the columns a, b, which the model reads; its columns are c"
    )
    assert catch_refusal(read_raw, write_file("a,b\n1,u\nx,v\n", "new.csv"), table) == (
        "data file new.csv, column a: 'x' in line 3 is not a number; fix the cell, or give "
        "--on-error missing"
    )
    dates = pd.DataFrame({"a": pd.to_datetime(["2020-01-01"]).as_unit("us"), "b": ["u"]})
    dates.to_parquet("new.parquet")
    assert catch_refusal(read_raw, "new.parquet", table) == (
        "data file new.parquet, column a: '2020-01-01 00:00:00.000000' in row 1 is not a "
        "number; fix the cell, or give --on-error missing"
    )
    assert catch_refusal(read_raw, "new.csv", array) == (
        "data file new.csv: it is a table, but the model reads arrays of shape (2, 2); "
        "give an .npz file or a folder of images"
    )
    assert catch_refusal(read_raw, "t.npz", table) == (
        "data file t.npz: it is an array, but the model reads the columns of a table; give a table"
    )
    np.savez("new.npz", x=np.zeros((1, 3)))
    assert catch_refusal(read_raw, "new.npz", array) == (
        "data file new.npz: a row of x has shape (3,), but the model reads (2, 2); reshape x"
    )
    np.savez("new.npz", x=np.ones((1, 2, 2)))
    assert read_raw("new.npz", array)["x"].tolist() == np.ones((1, 2, 2)).tolist()


def test_warnings_about_the_file_are_passed_on_once(small_parts) -> None:
    rows = "".join(f"{row},ü,{'pq'[row % 2]}\n" for row in range(500))
    Path("t.csv").write_bytes(f"größe,b,y\n{rows}".encode("latin-1"))
    warnings: list[str] = []
    parts = list(stream_raw("t.csv", load_dataset("t.csv").schema, warn=warnings.append))
    assert len(parts) > 5
    assert warnings == [
        "the file is not UTF-8 and is read as Latin-1 (Windows-1252); save it as UTF-8 if letters "
        "look wrong"
    ]


def test_images_are_read_in_parts(monkeypatch):
    save_pets()
    schema = load_dataset("pets").schema
    whole = read_raw("pets", schema)["x"]
    monkeypatch.setattr(
        "tuner.data.readers.image_folders.choose_chunk_rows", lambda numbers, most: 4
    )
    parts = [part.raw["x"] for part in stream_raw("pets", schema)]
    assert [len(part) for part in parts] == [4, 2]
    np.testing.assert_array_equal(np.concatenate(parts), whole)


def test_a_model_of_arrays_reads_images_that_can_have_its_channels():
    save_pets()
    for shape in ((4, 3, 1), (4, 3, 3)):
        assert read_raw("pets", Schema((), "y", ("a", "b"), shape))["x"].shape == (6, *shape)
    assert catch_refusal(read_raw, "pets", Schema((), "y", ("a", "b"), (4, 3, 2))) == (
        "data folder pets: it is a folder of images, but the model reads 2 channels; give "
        "an .npz file"
    )
    assert catch_refusal(read_raw, "pets", Schema((), "y", ("a", "b"), (12,))) == (
        "data folder pets: it is a folder of images, but the model reads arrays of shape "
        "(12,); give an .npz file"
    )
    assert catch_refusal(read_raw, "pets", Schema((), "y", ("a", "b"))) == (
        "data folder pets: it is a folder of images, but the model reads the columns of a "
        "table; give a table"
    )
