"""Every format gives the same data; every file that is not what it should be is refused."""

import gzip
import io
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tuner.data import BUNDLED, Column, Schema, load_dataset
from tuner.data.readers.npz_files import read_npz
from tuner.data.readers.sources import READERS, shorten_source

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


def test_every_reader_of_tables_is_under_contract() -> None:
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
    ("name", "rows", "features", "classes"),
    [
        ("digits", 1797, 61, 10),
        ("iris", 150, 4, 3),
        ("wine", 178, 13, 3),
        ("breast_cancer", 569, 30, 2),
    ],
)
def test_bundled_data(name, rows, features, classes) -> None:
    data = load_dataset(name)
    assert name in BUNDLED
    assert (data.x.shape, data.x.dtype) == ((rows, features), np.float32)
    assert (data.y.shape, data.y.dtype, len(data.classes)) == ((rows,), np.int64, classes)
    assert (data.name, data.schema.target) == (name, "target")


def test_digits_leaves_out_its_blank_pixels() -> None:
    assert load_dataset("digits").warnings == (
        "3 columns are constant and left out: pixel_0_0, pixel_4_0, pixel_4_7",
    )


def test_a_first_line_of_numbers_is_told(write) -> None:
    assert load_dataset(write("0.5,x,p\n1.5,y,p\n2.5,x,q\n3.5,y,p\n4.5,x,q\n")).warnings == (
        "the first line is read as the header, with 0.5 among the names; put a line of "
        "names before it if it is a row",
    )


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_header_tells_the_delimiter_of_a_csv(write, delimiter) -> None:
    text = "a,b,c\n1,x,p\n2,y,q\n3,x,p\n4,y,q\n".replace(",", delimiter)
    assert load_dataset(write(text)).schema.feature_names == ("a", "b=x", "b=y")


@pytest.mark.parametrize("begin", ["sep=;\n", "\ufeffSEP=;\r\n"])
def test_a_line_before_the_header_may_name_the_delimiter(write, refusal, begin) -> None:
    data = load_dataset(write(f"{begin}a;b,c\n1;p,2\n2;q,2\n3;p,2\n4;q,2\n"))
    assert data.schema.feature_names == ("a",)
    assert data.classes == ("p,2", "q,2")
    assert refusal(load_dataset, write(f"{begin}a;b\n1;p\n2;q;3\n")) == (
        "data file t.csv, line 4: it has 3 cells, but the header has 2; fix the line, or "
        "quote cells that contain the delimiter"
    )


def test_a_byte_order_mark_quotes_and_blank_lines_are_read(write) -> None:
    text = '\ufeff a ,"b"\r\n"1","x\ny"\r\n\r\n2,z\r\n3,"x\ny"\r\n4,z\r\n\r\n'
    data = load_dataset(write(text))
    assert data.schema.feature_names == ("a",)
    assert data.classes == ("x\ny", "z")
    assert data.y.tolist() == [0, 1, 0, 1]


def test_parquet_without_the_index_that_pandas_stored() -> None:
    TABLE.set_index(pd.Index([5, 3, 1, 2, 9, 7])).to_parquet("t.parquet")
    data = load_dataset("t.parquet")
    assert data.schema.target == "class"
    assert [column.name for column in data.schema.columns] == ["age", "count", "colour", "member"]


def test_parquet_categories_decimals_and_whole_floats() -> None:
    columns = {
        "level": pa.array(["x", "y", "x", None]).dictionary_encode(),
        "price": pa.array([1, 2, 3, 4]).cast(pa.decimal128(30, 2)),
        "y": pa.array([3.0, 10.0, 3.0, 10.0]),
    }
    pq.write_table(pa.table(columns), "t.parquet")
    data = load_dataset("t.parquet")
    assert data.schema.feature_names == ("price", "level=x", "level=y", "level is missing")
    assert data.classes == ("3", "10")


@pytest.mark.parametrize(
    ("labels", "classes"),
    [
        (np.array([10, 9, 10, 9], np.uint8), ("9", "10")),
        (np.array([1.0, 0.0, 1.0, 0.0]), ("0", "1")),
        (np.array(["b", "a", "b", "a"]), ("a", "b")),
        (np.array([True, False, True, False]), ("false", "true")),
    ],
)
def test_arrays(labels, classes) -> None:
    x = np.arange(24, dtype=np.uint8).reshape(4, 2, 3)
    np.savez("images.npz", x=x, y=labels)
    data = load_dataset("images.npz")
    assert (data.name, data.schema.target, data.schema.array_shape) == ("images", "y", (2, 3))
    assert (data.classes, data.y.tolist()) == (classes, [1, 0, 1, 0])
    assert data.schema.columns == ()
    assert data.schema.feature_names[:4] == ("x[0,0]", "x[0,1]", "x[0,2]", "x[1,0]")
    assert data.schema.scaled.tolist() == [True] * 6
    np.testing.assert_array_equal(data.x, x.reshape(4, 6).astype(np.float32))
    np.testing.assert_array_equal(data.raw["x"], x.astype(np.float32))


@pytest.mark.parametrize(
    ("source", "name"),
    [("a/b.csv.gz", "b"), ("B.CSV", "B"), ("x.y.parquet", "x.y"), ("iris", "iris")],
)
def test_stem(source, name) -> None:
    assert shorten_source(source) == name


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "data file t.csv: it is empty; add a header line and rows"),
        ("a,b", "data file t.csv: it has a header and no rows; add some"),
        ("a,b\n", "data file t.csv: it has a header and no rows; add some"),
        ("\na,b\n1,2\n", "data file t.csv: its first line is blank; name the columns there"),
        (
            ",a\n0,1\n",
            "data file t.csv: column 1 has no name in the header; name it, or write the file "
            "without a row index",
        ),
        (
            "a,b,\n0,1,\n",
            "data file t.csv: column 3 has no name in the header; name it, or remove the "
            "delimiter after the last name",
        ),
        (
            "Sales 2024,,\na,b,c\n0,1,2\n",
            "data file t.csv: column 2 has no name in the header; name it, or begin the file with "
            "the header",
        ),
        (
            "# exported\na,b\n0,1\n",
            "data file t.csv, line 2: it has 2 cells, but the header has 1; begin the file "
            "with the header, or separate its names as the cells",
        ),
        (
            "a,b, a,b\n1,2,3,4\n",
            "data file t.csv: the header names more than one column a, b; rename all but one",
        ),
        (
            'a,b\n"x\ny",1\n\n1,2,3\n',
            "data file t.csv, line 5: it has 3 cells, but the header has 2; fix the line, "
            "or quote cells that contain the delimiter",
        ),
        (
            "a,b\n1,2\n3\n",
            "data file t.csv, line 3: it has 1 cell, but the header has 2; fix the line, "
            "or quote cells that contain the delimiter",
        ),
        (
            'a,b\n1,x\n2,"y\n3,x\n',
            "data file t.csv: a quotation mark after line 2 is never closed; close it",
        ),
    ],
)
def test_refused_text(write, refusal, text, message) -> None:
    assert refusal(load_dataset, write(text)) == message


# gzip notes the time: without mtime the workers of a run would not agree on the example
TORN = gzip.compress(b"a,b\n" + b"1,2\n" * 999, mtime=0)[:-9]


@pytest.mark.parametrize("content", [b"a,b\n1,2\n", TORN], ids=["plain", "torn"])
def test_refused_gzip(refusal, content) -> None:
    Path("t.csv.gz").write_bytes(content)
    assert refusal(load_dataset, "t.csv.gz") == (
        "data file t.csv.gz: it is not a whole gzip file; pack it again"
    )


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
            "t.txt",
            "data file t.txt: its ending is unknown; give one of .csv, .csv.gz, .tsv, "
            ".tsv.gz, .parquet, .npz, or a folder of images",
        ),
    ],
)
def test_refused_sources(write, refusal, source, message) -> None:
    write("a,b\n1,2\n", "t.txt")
    assert refusal(load_dataset, source) == message


def test_refused_parquet(write, refusal) -> None:
    assert refusal(load_dataset, write("a,b\n", "t.parquet")).startswith(
        "data file t.parquet: it is not a Parquet file ("  # the rest is pyarrow's
    )
    pq.write_table(pa.table({"a": pa.array([], pa.int8())}), "t.parquet")
    assert refusal(load_dataset, "t.parquet") == "data file t.parquet: it has no rows; add some"
    twice = pa.Table.from_arrays([pa.array([1]), pa.array([2])], names=["a", "a"])
    pq.write_table(twice, "t.parquet")
    assert refusal(load_dataset, "t.parquet") == (
        "data file t.parquet: it has more than one column a; rename all but one"
    )


def test_refused_parquet_types_unless_ignored(refusal) -> None:
    table = pa.table(
        {"a": [1, 2, 3, 4], "day": pa.array([1, 2, 3, 4], pa.duration("ms")), "y": [*"abab"]}
    )
    pq.write_table(table, "t.parquet")
    assert refusal(load_dataset, "t.parquet") == (
        "data file t.parquet, column day: its type duration[ms] is not supported; store it "
        "as number, text, date, time or bool, or leave it out with --ignore day"
    )
    assert load_dataset("t.parquet", ignore=["day"]).schema.feature_names == ("a",)
    assert refusal(load_dataset, "t.parquet", target="day") == (
        "data file t.parquet, column day: its type duration[ms] is not supported; store it "
        "as number, text, date, time or bool, or choose another --target"
    )


X, Y = np.zeros((4, 2)), np.array([0, 1, 0, 1])


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"images": X, "y": Y}, "it has no array x; save x and y (it has images, y)"),
        ({"x": X}, "it has no array y; save x and y"),
        ({"x": X, "y": Y[:3]}, "y has shape (3,), but x has 4 rows; give y the shape (4,)"),
        ({"x": X, "y": X}, "y has shape (4, 2), but x has 4 rows; give y the shape (4,)"),
        ({"x": X, "y": Y / 2}, "y holds numbers that are not whole; give whole numbers or strings"),
        ({"x": X, "y": Y * 1j}, "y holds complex128; give whole numbers or strings"),
        ({"x": X.astype(str), "y": Y}, "x holds <U32; give numbers"),
        (
            {"x": X[:, 0], "y": Y},
            "x has shape (4,); give (rows, …) with at least one row and one number per row",
        ),
        (
            {"x": np.where(np.eye(4, 2) * [[0], [1], [0], [0]], 1e99, X), "y": Y},
            "x[1] holds a number that is not finite in float32; replace or leave out such rows",
        ),
        (
            {"x": X, "y": Y.astype(object)},
            "y holds pickled Python objects, which are not read because they can run code; "
            "save plain arrays of numbers and strings",
        ),
    ],
)
def test_refused_arrays(refusal, arrays, message) -> None:
    np.savez("t.npz", **arrays)
    assert refusal(load_dataset, "t.npz") == f"data file t.npz: {message}"


def as_bytes(array: np.ndarray) -> bytes:
    with io.BytesIO() as file:
        np.save(file, array)
        return file.getvalue()


@pytest.mark.parametrize(
    ("members", "message"),
    [
        (
            {"x.npy": as_bytes(X)[:-8], "y.npy": as_bytes(Y)},
            "x is damaged or cut short; write the file again",
        ),
        (
            {"x.npy": as_bytes(X), "y.npy": as_bytes(Y)[:20]},
            "y is damaged or cut short; write the file again",
        ),
        (
            {"x.npy": as_bytes(X).replace(b"(4, 2)", b"(4, 2 "), "y.npy": as_bytes(Y)},
            "x is damaged or cut short; write the file again",
        ),
        (
            {"x": b"1,2\n3,4\n", "y.npy": as_bytes(Y)},
            "x is not an array; write it with numpy.savez",
        ),
        (
            {"x.npy": as_bytes(X), "y": b"0,1"},
            "y is not an array; write it with numpy.savez",
        ),
    ],
)
def test_refused_members_of_an_npz(refusal, members, message) -> None:
    with zipfile.ZipFile("t.npz", "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    assert refusal(load_dataset, "t.npz") == f"data file t.npz: {message}"


def test_a_bit_that_changed_in_an_npz_is_told(refusal) -> None:
    np.savez("t.npz", x=X, y=Y)
    content = Path("t.npz").read_bytes()
    place = content.index(X.tobytes())
    Path("t.npz").write_bytes(content[:place] + b"\x01" + content[place + 1 :])
    assert refusal(load_dataset, "t.npz") == (
        "data file t.npz: x is damaged or cut short; write the file again"
    )


def test_other_members_of_an_npz_are_not_looked_at() -> None:
    np.savez("t.npz", x=X, y=Y, names=np.array(["a", None]))
    with zipfile.ZipFile("t.npz", "a") as archive:
        archive.writestr("README.txt", "words")
    assert load_dataset("t.npz").x.shape == X.shape


def test_refused_npz_that_is_none(refusal) -> None:
    message = "data file t.npz: it is not an .npz file; write it with numpy.savez"
    for content in (b"", b"PK\x03\x04 and no more"):
        Path("t.npz").write_bytes(content)
        assert refusal(load_dataset, "t.npz") == message
    with open("t.npz", "wb") as file:
        np.save(file, X)
    assert refusal(load_dataset, "t.npz") == message
