"""Predictions as files: whole or not there, whatever the number of parts."""

import io

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tuner.errors import DataError, UserError
from tuner.serving.prediction_files import check_prediction_file, write_csv, write_predictions

PARTS = [
    pd.DataFrame({"class": ["a", "b, c"], "probability_a": [0.75, 0.25]}),
    pd.DataFrame({"class": ["a"], "probability_a": [1.0]}),
]


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_parts_are_written_as_one_table_by_suffix(tmp_path, suffix):
    path = tmp_path / f"out.{suffix}"
    assert write_predictions(iter(PARTS), path) == 3
    read = pd.read_csv(path) if suffix == "csv" else pd.read_parquet(path)
    pd.testing.assert_frame_equal(read, pd.concat(PARTS, ignore_index=True), check_dtype=False)
    assert [*tmp_path.iterdir()] == [path]


def test_a_parquet_file_has_the_types_of_kept_columns(tmp_path):
    columns = {"id": pa.array([1, None]), "level": pa.array(["a", "b"]).dictionary_encode()}
    table = pa.table(columns).to_pandas(types_mapper=pd.ArrowDtype)
    write_predictions([table], tmp_path / "out.parquet")
    assert pq.read_table(tmp_path / "out.parquet").to_pydict() == pa.table(columns).to_pydict()
    assert list(pd.read_parquet(tmp_path / "out.parquet").dtypes) == ["float64", "category"]


def test_parts_are_printed_under_one_header():
    stream = io.StringIO()
    write_csv(PARTS, stream)
    assert stream.getvalue() == 'class,probability_a\na,0.75\n"b, c",0.25\na,1.0\n'


def test_a_carriage_return_in_a_cell_or_a_name_ends_no_line():
    table = pd.DataFrame({"no\rte": ["a\rb", "c\nd", 'e"f'], "class": ["g", None, "h\r\ni"]})
    stream = io.StringIO(newline="")
    write_csv([table, table[:1]], stream)
    assert stream.getvalue() == ('"no\rte",class\n"a\rb",g\n"c\nd",\n"e""f","h\r\ni"\n"a\rb",g\n')


@pytest.mark.parametrize("kind", [pa.date32(), pa.date64()])
def test_dates_beyond_those_of_python_are_written(kind):
    days = pa.array([18_262, None, 100_000_000], pa.int32()).cast(pa.date32()).cast(kind)
    table = pa.table({"day": days, "n": [1, 2, 3]}).to_pandas(types_mapper=pd.ArrowDtype)
    stream = io.StringIO()
    write_csv([table], stream)
    assert stream.getvalue() == "day,n\n2020-01-01,1\n,2\n275760-09-13,3\n"
    assert table["day"].dtype.pyarrow_dtype == kind


def test_the_file_that_a_link_names_is_written(tmp_path):
    (tmp_path / "folder").mkdir()
    path, link = tmp_path / "folder" / "out.csv", tmp_path / "link.csv"
    path.write_text("earlier")
    link.symlink_to(path)
    write_predictions(PARTS, link)
    assert link.is_symlink()
    assert path.read_text().startswith("class,probability_a\n")
    assert [*path.parent.iterdir()] == [path]


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_a_fault_in_the_middle_leaves_the_earlier_file(tmp_path, suffix):
    def torn():
        yield PARTS[0]
        raise DataError("line 3 is torn")

    path = tmp_path / f"out.{suffix}"
    path.write_text("earlier")
    with pytest.raises(DataError):
        write_predictions(torn(), path)
    assert path.read_text() == "earlier"
    assert [*tmp_path.iterdir()] == [path]


def test_an_output_that_cannot_be_written_is_refused_before_anything_is_predicted(tmp_path):
    (tmp_path / "folder.csv").mkdir()
    for name, message in [
        ("out.txt", "out.txt: give it the suffix .csv or .parquet"),
        ("no/out.csv", f"no/out.csv: the folder {tmp_path}/no does not exist; create it first"),
        ("folder.csv", "folder.csv is a folder; give --output the name of a file"),
    ]:
        with pytest.raises(UserError) as error:
            check_prediction_file(tmp_path / name)
        assert str(error.value) == f"output file {tmp_path}/{message}"


def test_the_table_that_is_predicted_is_not_written_over(tmp_path):
    table = tmp_path / "rows.csv"
    table.write_text("a\n1\n")
    (tmp_path / "link.csv").symlink_to(table)
    for name in ("rows.csv", "link.csv"):
        with pytest.raises(UserError) as error:
            check_prediction_file(tmp_path / name, data=str(table))
        assert str(error.value) == (
            f"output file {tmp_path}/{name} is the file to predict, which would be lost; give "
            "--output another file"
        )
    check_prediction_file(tmp_path / "out.csv", data=str(table))


def test_a_full_disk_is_one_sentence(tmp_path):
    def full():
        yield PARTS[0]
        raise OSError(28, "No space left on device")

    with pytest.raises(UserError) as error:
        write_predictions(full(), tmp_path / "out.csv")
    assert str(error.value) == (
        f"output file {tmp_path}/out.csv cannot be written (No space left on device); fix that, "
        "or give --output another file"
    )
