"""CSV and TSV files: delimiters, headers, quotes, blank lines, and the files that are refused."""

import bz2
import gzip
import lzma
from pathlib import Path

import pytest

from tests.helpers.tables import catch_refusal, write_file
from tuner.data import load_dataset
from tuner.data.readers.csv_files import read_csv, stream_csv


def test_a_header_of_numbers_gives_a_warning() -> None:
    assert load_dataset(write_file("0.5,x,p\n1.5,y,p\n2.5,x,q\n3.5,y,p\n4.5,x,q\n")).warnings == (
        "the first line is read as the header, with 0.5 among the names; put a line of "
        "names before it if it is a row",
    )


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_header_decides_the_delimiter(delimiter) -> None:
    text = "a,b,c\n1,x,p\n2,y,q\n3,x,p\n4,y,q\n".replace(",", delimiter)
    assert load_dataset(write_file(text)).schema.feature_names == ("a", "b=x", "b=y")


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Temp, °C;Druck, hPa;y\n20,1;1000,5;p\n21,5;1001,5;q\n", ["Temp, °C", "Druck, hPa", "y"]),
        ("Temp, °C\tb\ty\n20,1\t7,5\tp\n21,5\t8,5\tq\n", ["Temp, °C", "b", "y"]),
        ('"a;1;2;3","b;c",y\n1,2,p\n3,4,q\n', ["a;1;2;3", "b;c", "y"]),
        ('"a,1,2,3";"b,c";y\n1;2;p\n3;4;q\n', ["a,1,2,3", "b,c", "y"]),
        ("a;b,c\n1;p,2\n2;q,2\n", ["a", "b,c"]),
        ("a,b;c,y\n1,0.5;2,p\n2,1.5;3,q\n", ["a", "b;c", "y"]),
        ('a,"b;c",y\n1,"2;3",4\n2,"3;4",5\n', ["a", "b;c", "y"]),
        ("a,b|c,y\n1,x|2,p\n2,z|3,q\n", ["a", "b|c", "y"]),
        ("a, m;b, m\n1,5;-2,25 %\n0,5;1.000,5\n", ["a, m", "b, m"]),
        ('a, m;"b,c,d"\nFoo, Bar;"1,2,3"\nBaz, Qux;"1,3,4"\n', ["a, m", "b,c,d"]),
        ("a, b;c, d\nHigh St, 1;Mill Ln, 2\nHigh St, 3;Mill Ln, 4\n", ["a, b", "c, d"]),
    ],
)
def test_the_delimiter_parts_rows_as_it_parts_the_header(text, names) -> None:
    assert read_csv(Path(write_file(text))).names == names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("8,32,p\n1,2,p\n3,4,q\n", "8, 32, p"),
        ("8,7,1\n1,2,0\n3,4,1\n", "8, 7, 1"),
        ("red,big,yes\nblue,big,no\nred,small,yes\n", "red, big, yes"),
        ("0,1,2,y\n0,1,2,p\n3,4,5,q\n", None),  # the numbers of pixels
        ("2019,2020,2021\n0,1,2\n3,4,5\n", None),  # years
        ("n,y\nn,y\nm,x\n", "n, y"),
        ("n,b\nn,y\nm,x\n", None),
    ],
)
def test_a_header_like_a_row_gives_a_warning(text, names) -> None:
    warnings = read_csv(Path(write_file(text))).warnings
    assert warnings == (
        (
            f"the first line is read as the header, with {names} among the names; put a line of "
            "names before it if it is a row",
        )
        if names
        else ()
    )


def test_a_header_among_the_rows_is_refused() -> None:
    rows = "1,x,p\n2,y,q\n"
    assert catch_refusal(load_dataset, write_file(f"a,b,c\n{rows}\ufeff a,b,c\n{rows}")) == (
        "data file t.csv: line 4 is the header again; delete the line"
    )
    assert catch_refusal(load_dataset, write_file(f"a,b,c\n{rows}" * 3)) == (
        "data file t.csv: line 4 is the header again, the first of 2 such lines; delete these lines"
    )


@pytest.mark.parametrize("mark", ["\ufeff\ufeff", "ï»¿"])
def test_a_second_byte_order_mark_is_in_no_name(mark) -> None:
    for table in (read_csv(Path(write_file(f"{mark}a,b\n1,2\n"))), *stream_csv(Path("t.csv"))):
        assert table.names == ["a", "b"]


@pytest.mark.parametrize("length", [140_000, 400_000])
@pytest.mark.parametrize("row", [0, 40])
def test_cells_may_have_any_length(length, row) -> None:
    cells = ["x" * (length if number == row else 3) for number in range(60)]
    table = read_csv(Path(write_file("a,b\n" + "".join(f"1,{cell}\n" for cell in cells))))
    assert table.columns["b"].to_pylist() == cells


@pytest.mark.parametrize("cell", ["'p'", "”p”", ' "p"'])
def test_quotation_marks_that_stay_are_told(cell) -> None:
    (warning,) = read_csv(Path(write_file(f"a,y\n1,{cell}\n2,{cell}\n"))).warnings
    assert warning == (
        f"{cell.strip()} and similar cells are read with their quotation marks; quote cells by "
        '" right after the delimiter to leave the marks out'
    )


@pytest.mark.parametrize("column", [0, 1, 2], ids=["first", "second", "last"])
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_rows_between_two_stray_quotation_marks_are_told(column, end) -> None:
    rows = [[f"name {row}", str(row), "pq"[row % 2]] for row in range(20)]
    for row in (4, 9):
        rows[row][column] = f'"{rows[row][column]}'
    text = end.join([",".join(row) for row in [["name", "n", "y"], *rows]])
    path = Path(write_file(text))
    name = ("name", "n", "y")[column]
    warning = (
        f"a quotation mark in line 6 begins a cell of 6 lines in column {name}; "
        "if these are rows, leave the mark out, or double it within marks"
    )
    assert read_csv(path).warnings == (warning,)
    assert [table.warnings for table in stream_csv(path)] == [(warning,)]


def test_a_text_of_several_lines_is_no_fault() -> None:
    text = '"Dear Ann,\nyes, I will\nYours, Bob"'
    rows = "".join(f"{text},{'pq'[row % 2]}\n" for row in range(4))
    assert read_csv(Path(write_file("text,y\n" + rows))).warnings == ()


@pytest.mark.parametrize(
    ("name", "content"),
    [("t.csv", gzip.compress(b"a,b\n1,2\n")), ("t.csv.gz", b"a,b\n1,2\n")],
    ids=["packed", "plain"],  # packed bytes have the time in them
)
def test_a_gzipped_file_is_known_by_its_content(name, content) -> None:
    Path(name).write_bytes(content)
    assert read_csv(Path(name)).names == ["a", "b"]
    assert [table.names for table in stream_csv(Path(name))] == [["a", "b"]]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (bz2.compress(b"a,b\n1,2\n"), "packed with bzip2; unpack it"),
        (lzma.compress(b"a,b\n1,2\n"), "packed with xz; unpack it"),
        (b"(\xb5/\xfd$", "packed with zstd; unpack it"),
        (
            b"PK\x03\x04",
            "a zip archive or an Excel workbook; unpack it, or save the sheet as CSV",
        ),
        (b"PAR1", "a Parquet file; let its name end with .parquet"),
        (b'{"a": 1}\n', "JSON; save the table as CSV or Parquet"),
        (b'[\n  {\n "a": 1', "JSON; save the table as CSV or Parquet"),
        (b"<?xml version='1.0'?>", "XML; save the table as CSV or Parquet"),
        (b"% by hand\n\n@RELATION x\n", "an ARFF file of Weka; save the table as CSV or Parquet"),
        (
            gzip.compress(gzip.compress(b"a,b\n1,2\n", mtime=0), mtime=0),
            "packed twice; unpack it once",
        ),
        (gzip.compress(b"a.csv".ljust(257, b"\0") + b"ustar", mtime=0), "a tar archive; unpack it"),
        (b"<!DOCTYPE html>\n", "a page of the web; fetch the file that it is about"),
        (
            b"version https://git-lfs.github.com/spec/v1\n",
            "a pointer of Git LFS; fetch the file with git lfs pull",
        ),
    ],
    ids=[
        "bzip2",
        "xz",
        "zstd",
        "zip",
        "parquet",
        "json",
        "indented",
        "xml",
        "arff",
        "twice",
        "tar",
        "html",
        "git_lfs",
    ],
)
def test_another_format_is_refused_by_its_content(content, message) -> None:
    Path("t.csv").write_bytes(content)
    assert catch_refusal(load_dataset, "t.csv") == f"data file t.csv: it is {message}"


@pytest.mark.parametrize("begin", ['"sep=;"\n', "sep=;\n", "\ufeffSEP=;\r\n"])
def test_a_line_before_the_header_may_name_the_delimiter(begin) -> None:
    data = load_dataset(write_file(f"{begin}a;b,c\n1;p,2\n2;q,2\n3;p,2\n4;q,2\n"))
    assert data.schema.feature_names == ("a",)
    assert data.classes == ("p,2", "q,2")
    assert catch_refusal(load_dataset, write_file(f"{begin}a;b\n1;p\n2;q;3\n")) == (
        "data file t.csv, line 4: it has 3 cells, but the header has 2; fix the line, or "
        "quote cells that contain the delimiter"
    )


@pytest.mark.parametrize("delimiter", ["\0", "§", "\x1b"])
def test_what_parts_no_cells_is_no_delimiter(delimiter) -> None:
    text = f"sep={delimiter}\na,b\n1,p\n2,q\n"
    assert catch_refusal(load_dataset, write_file(text)).startswith(
        "data file t.csv, line 2: it has 2 cells, but the header has 1; "
    )


def test_a_byte_order_mark_quotes_and_blank_lines_are_read() -> None:
    text = '\ufeff a ,"b"\r\n"1","x\ny"\r\n\r\n2,z\r\n3,"x\ny"\r\n4,z\r\n\r\n'
    data = load_dataset(write_file(text))
    assert data.schema.feature_names == ("a",)
    assert data.classes == ("x\ny", "z")
    assert data.y.tolist() == [0, 1, 0, 1]


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
            "Date;CO;y;;\n1;2,5;p;;\n",
            "data file t.csv: column 4 has no name in the header; name it, or remove the "
            "delimiters after the last name, and those that end the rows",
        ),
        (
            "a,b\n1,2,\n3,4,\n",
            "data file t.csv, line 2: it has 3 cells, but the header has 2; end the rows without "
            "a delimiter, or name what they end with",
        ),
        (
            "a,b\n1,2,3\n2,3,4\n",
            "data file t.csv, line 2: it has 3 cells, but the header has 2; write the file "
            "without row names, name their column too, or quote cells that contain the delimiter",
        ),
        (
            "a||b||c\n1||2||3\n",
            "data file t.csv: column 2 has no name in the header; name it, or separate cells by a "
            "single character",
        ),
        (
            "5,116,5\n1,2,3\n",
            "data file t.csv: the header names more than one column 5; put a line of names before "
            "it, since it is a row",
        ),
        (
            "# exported, by hand\na,b,c\n0,1,2\n",
            "data file t.csv, line 2: it has 3 cells, but the header has 2; begin the file "
            "with the header, or separate its names as the cells",
        ),
        (
            'a,"b,y\n1,2,3\n4,5,6\n',
            "data file t.csv: a quotation mark after line 1 is never closed; close it",
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
        (
            'a,b\n1,x\n"2,y\n3,x\n',
            "data file t.csv: a quotation mark after line 2 is never closed; close it",
        ),
    ],
)
def test_faulty_files_are_refused(text, message) -> None:
    assert catch_refusal(load_dataset, write_file(text)) == message


# gzip notes the time: without mtime the workers of a run would not agree on the example
TORN = gzip.compress(b"a,b\n" + b"1,2\n" * 999, mtime=0)[:-9]


def test_a_torn_gzip_file_is_refused() -> None:
    Path("t.csv.gz").write_bytes(TORN)
    assert catch_refusal(load_dataset, "t.csv.gz") == (
        "data file t.csv.gz: it is not a whole gzip file; pack it again"
    )


def test_line_numbers_count_blank_lines_quoted_lines_and_rows_without_target() -> None:
    text = 'a,y\n1,"p\nq"\n\n2,\n3,q\n4,"p\nq"\n5,q\ninf,q\n'
    assert catch_refusal(load_dataset, write_file(text)) == (
        "data file t.csv, column a: inf in line 10 is not a finite number in float32; if that "
        "means a missing value, give --missing inf; otherwise fix the cell, or leave the column "
        "out with --ignore a"
    )
