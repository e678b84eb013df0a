"""Folders of Parquet files: parts, partitions, what is beside them, and what is refused."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.helpers.tables import catch_refusal, read_raw
from tuner.data import list_image_files, load_dataset
from tuner.data.readers.sources import read_source, shorten_source


def write_part(name: str, **columns: list[object]) -> None:
    Path(name).parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table(columns), name)


def write_spark() -> None:
    """Write a folder as Spark does, an empty part among its parts."""
    write_part("t.parquet/part-00000-a1.c000.snappy.parquet", a=[1.5, 2.5], y=["p", "q"])
    write_part("t.parquet/part-00001-a1.c000.snappy.parquet", a=[], y=[])
    write_part("t.parquet/part-00002-a1.c000.snappy.parquet", a=[3.5, None], y=["p", "q"])
    for name in ("_SUCCESS", "._SUCCESS.crc", ".part-00000-a1.c000.snappy.parquet.crc"):
        Path("t.parquet", name).touch()


def test_the_parts_of_spark_are_one_table() -> None:
    write_spark()
    data = load_dataset("t.parquet")
    assert (data.name, data.classes, data.y.tolist()) == ("t", ("p", "q"), [0, 1, 0, 1])
    assert data.raw["a"].tolist()[:3] == [1.5, 2.5, 3.5]
    assert read_raw("t.parquet", data.schema)["a"].shape == (4,)
    assert list_image_files("t.parquet") is None


def test_parts_are_in_the_order_of_their_numbers() -> None:
    for number in (10, 2, 1):
        write_part(f"dask/part.{number}.parquet", a=[number])
    Path("dask/_metadata").touch()
    write_part("dask/part.3.parquet", a=[3, 4])
    table = read_source("dask")
    assert table.columns["a"].to_pylist() == [1, 2, 3, 4, 10]
    assert [table.locate_row(row) for row in (0, 3, 4)] == [
        "row 1 of part.1.parquet",
        "row 2 of part.3.parquet",
        "row 1 of part.10.parquet",
    ]


def test_folders_of_partitions_are_columns() -> None:
    write_part("hive/year=2024/city=K%C3%B6ln/0.parquet", a=[1])
    write_part("hive/year=2023/city=__HIVE_DEFAULT_PARTITION__/0.parquet", a=[2.5], b=["x"])
    table = read_source("hive")
    assert table.columns.to_pydict() == {
        "a": [2.5, 1], "b": ["x", ""], "year": ["2023", "2024"], "city": ["", "Köln"],
    }  # fmt: skip
    assert table.warnings == ("column b is in 1 of 2 files, and missing in the rows of the others",)


def test_a_part_may_have_no_value_in_a_column() -> None:
    write_part("t/0.parquet", a=[1.5], b=[None])
    write_part("t/1.parquet", a=[None], b=["x"])
    assert read_source("t").columns.to_pydict() == {"a": [1.5, None], "b": ["", "x"]}


def test_unsuitable_folders_are_refused() -> None:
    write_part("t/0.parquet", a=[])
    assert catch_refusal(read_source, "t") == "data folder t: none of its 1 files has rows"
    write_part("t/1.parquet", a=[1])
    write_part("t/2.parquet", a=["x"])
    assert catch_refusal(read_source, "t").startswith(
        "data folder t: its files do not fit together ("  # the rest is pyarrow's
    )
    Path("t/2.parquet").unlink()
    write_part("other.parquet", a=[1])
    Path("t/2.parquet").symlink_to(Path("other.parquet").resolve())
    assert catch_refusal(read_source, "t") == (
        "data folder t: 2.parquet is a link out of the folder; replace it by a copy"
    )


def test_the_name_of_a_part_may_have_any_digits() -> None:
    write_part("t/1²2.parquet", a=[1])
    write_part("t/1٣2.parquet", a=[2])
    assert read_source("t").columns["a"].to_pylist() == [1, 2]


@pytest.mark.parametrize(("source", "name"), [("t.parquet", "t"), ("t.parquet/", "t")])
def test_a_folder_is_named_without_its_ending(source, name) -> None:
    Path("t.parquet").mkdir()
    assert shorten_source(source) == name
