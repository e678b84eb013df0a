"""A file that is read a part after another has the rows of one that is read at once."""

import gzip

import numpy as np
import pandas as pd
import pytest

from tuner.data import load_dataset, stream_raw
from tuner.data.readers.sources import READERS, STREAMS
from tuner.errors import DataError

ROWS = 500


@pytest.fixture
def small_parts(monkeypatch):
    monkeypatch.setattr("tuner.data.readers.csv_files._BLOCK_BYTES", 512)
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


def write(frame, path):
    if path.name.endswith(".parquet"):
        frame.to_parquet(path)
        return path
    separator = "\t" if ".tsv" in path.name else ","
    text = frame.to_csv(index=False, sep=separator)
    opened = gzip.open if path.name.endswith(".gz") else open
    with opened(path, "wt", encoding="utf-8", newline="") as file:
        file.write(text)
    return path


@pytest.mark.parametrize("ending", STREAMS)
def test_its_parts_together_are_the_whole(frame, tmp_path, small_parts, ending):
    path = str(write(frame, tmp_path / f"rows{ending}"))
    whole = load_dataset(path)
    parts = list(stream_raw(path, whole.schema))
    assert len(parts) > 5
    for name, values in whole.raw.items():
        np.testing.assert_array_equal(np.concatenate([part[name] for part in parts]), values)


def test_what_is_no_table_comes_in_one_part(tmp_path):
    assert set(READERS) - set(STREAMS) == {".npz"}
    np.savez(tmp_path / "rows.npz", x=np.eye(4), y=np.arange(4) % 2)
    path = str(tmp_path / "rows.npz")
    (part,) = stream_raw(path, load_dataset(path).schema)
    assert part["x"].shape == (4, 4)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("big,red,True,a", ", column size: 'big' in line 502 is not a number; fix the cell"),
        (
            "1,red",
            ", line 502: it has 2 cells, but the header has 4; fix the line, or quote "
            "cells that contain the delimiter",
        ),
        ('1,red,True,"a', ": a quotation mark after line 501 is never closed; close it"),
    ],
    ids=["no number", "too short", "open quote"],
)
def test_a_fault_far_down_is_named_by_its_line(frame, tmp_path, small_parts, line, message):
    path = write(frame.replace("a\nb", "blue"), tmp_path / "rows.csv")
    schema = load_dataset(str(path)).schema
    with path.open("a", encoding="utf-8") as file:
        file.write(line + "\n")
    with pytest.raises(DataError) as error:
        list(stream_raw(str(path), schema))
    assert str(error.value) == f"data file {path}{message}"


def test_a_missing_column_is_said_with_the_first_part(frame, tmp_path):
    schema = load_dataset(str(write(frame, tmp_path / "rows.csv"))).schema
    path = write(frame.drop(columns="colour"), tmp_path / "less.csv")
    with pytest.raises(DataError, match="it lacks the column colour"):
        next(stream_raw(str(path), schema))
