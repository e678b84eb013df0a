"""Every format gives the same data, and an unknown source is refused."""

import numpy as np
import pandas as pd
import pytest

from tests.helpers.tables import catch_refusal, write_file
from tuner.data import Column, Schema, load_dataset
from tuner.data.readers.npz_files import read_npz
from tuner.data.readers.sources import READERS, read_source, shorten_source

TABLE = pd.DataFrame(
    {
        "age": [31.5, 18, None, 44, 52, 27],
        "count": [1, 2, 3, 4, 5, 6],
        "colour": ["red", "blue", "red", None, "a, b", "red"],
        "member": ["true", "false", "true", "true", "false", "true"],
        "class": ["yes", "no", "yes", "no", "yes", "no"],
    }
)
TABLE_WRITERS = {
    ".csv": lambda path: TABLE.to_csv(path, index=False),
    ".csv.gz": lambda path: TABLE.to_csv(path, index=False),
    ".tsv": lambda path: TABLE.to_csv(path, index=False, sep="\t"),
    ".tsv.gz": lambda path: TABLE.to_csv(path, index=False, sep="\t"),
    ".parquet": lambda path: TABLE.assign(member=TABLE["member"] == "true").to_parquet(path),
}


def test_every_reader_of_tables_is_under_the_contract() -> None:
    tables = {ending for ending, reader in READERS.items() if reader is not read_npz}
    assert tables == set(TABLE_WRITERS)


@pytest.mark.parametrize("ending", TABLE_WRITERS)
def test_the_same_table_is_the_same_data_in_every_format(ending) -> None:
    TABLE_WRITERS[ending](f"t{ending}")
    data = load_dataset(f"t{ending}")
    assert data.schema == Schema(
        columns=(
            Column("age", "numeric", missing=True),
            Column("count", "numeric"),
            Column("colour", "categorical", ("a, b", "blue", "red"), missing=True),
            Column("member", "boolean", ("false", "true")),
        ),
        target="class",
        classes=("no", "yes"),
    )
    numbers = [TABLE["age"], TABLE["count"], TABLE["age"].isna()]
    levels = [TABLE["colour"] == level for level in ("a, b", "blue", "red")]
    truth = [TABLE["member"] == level for level in ("false", "true")]
    features = [*numbers, *levels, TABLE["colour"].isna(), *truth]
    np.testing.assert_array_equal(data.x, np.array(features, np.float32).T)
    assert data.y.tolist() == [1, 0, 1, 0, 1, 0]
    assert data.name == "t"
    assert data.source == f"t{ending}"


@pytest.mark.parametrize(
    ("source", "name"),
    [("a/b.csv.gz", "b"), ("B.CSV", "B"), ("x.y.parquet", "x.y"), ("iris", "iris")],
)
def test_short_names_of_sources(source, name) -> None:
    assert shorten_source(source) == name


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (
            "digit",
            "data digit: there is no such data set or file; did you mean digits? "
            "Known are digits, iris, wine, breast_cancer",
        ),
        (
            "no/t.csv",
            "data file no/t.csv: there is no such file; give a file that exists, or one of "
            "digits, iris, wine, breast_cancer",
        ),
        (
            ".",
            "data folder .: no sub-folder holds images (.png, .jpg, .jpeg); put those of "
            "each class into a sub-folder with its name",
        ),
        (
            "https://a.org/t.csv",
            "data https://a.org/t.csv: there is no such file; download it, and give the path of "
            "the file",
        ),
        (
            "~/t.csv",
            "data ~/t.csv: there is no such file; give the path with the name of the home folder "
            "in place of ~",
        ),
        (
            "t*.csv",
            "data t*.csv: there is no such file; give one file, or a folder of Parquet files or "
            "images",
        ),
        (
            "t.txt",
            "data file t.txt: its ending is unknown; give one of .csv, .csv.gz, .tsv, "
            ".tsv.gz, .parquet, .npz, or a folder of images",
        ),
    ],
)
def test_unknown_sources_are_refused(source, message) -> None:
    write_file("a,b\n1,2\n", "t.txt")
    assert catch_refusal(load_dataset, source) == message


@pytest.mark.parametrize(
    ("source", "near"),
    [
        ("vehicle.csv", "vehicle.csv.gz"),
        ("vehicels.csv", "vehicles.csv"),
        ("Vehicle", "vehicle.csv.gz"),
        ("vehicle.cvs", "vehicle.csv.gz"),
        ("readme.csv", None),  # not data
        ("ships.csv", None),
    ],
)
def test_the_nearest_file_is_suggested(source, near, tmp_path) -> None:
    for name in ("vehicle.csv.gz", "vehicles.csv", "readme.txt"):
        (tmp_path / name).touch()
    refusal = catch_refusal(read_source, str(tmp_path / source))
    suggestion = f"there is no such file; did you mean {tmp_path / (near or '')}? Otherwise give a "
    assert (suggestion in refusal) == (near is not None)


def test_a_name_without_an_ending_may_mean_a_file(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "vehicle.csv").touch()
    assert catch_refusal(read_source, "vehicle") == (
        "data vehicle: there is no such data set or file; did you mean vehicle.csv?"
    )
