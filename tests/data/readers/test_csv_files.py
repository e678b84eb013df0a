"""CSV and TSV files: delimiters, headers, quotes, blank lines, and the files that are refused."""

import gzip
from pathlib import Path

import pytest

from tests.helpers.tables import catch_refusal, write_file
from tuner.data import load_dataset


def test_a_header_of_numbers_gives_a_warning() -> None:
    assert load_dataset(write_file("0.5,x,p\n1.5,y,p\n2.5,x,q\n3.5,y,p\n4.5,x,q\n")).warnings == (
        "the first line is read as the header, with 0.5 among the names; put a line of "
        "names before it if it is a row",
    )


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_header_decides_the_delimiter(delimiter) -> None:
    text = "a,b,c\n1,x,p\n2,y,q\n3,x,p\n4,y,q\n".replace(",", delimiter)
    assert load_dataset(write_file(text)).schema.feature_names == ("a", "b=x", "b=y")


@pytest.mark.parametrize("begin", ["sep=;\n", "\ufeffSEP=;\r\n"])
def test_a_line_before_the_header_may_name_the_delimiter(begin) -> None:
    data = load_dataset(write_file(f"{begin}a;b,c\n1;p,2\n2;q,2\n3;p,2\n4;q,2\n"))
    assert data.schema.feature_names == ("a",)
    assert data.classes == ("p,2", "q,2")
    assert catch_refusal(load_dataset, write_file(f"{begin}a;b\n1;p\n2;q;3\n")) == (
        "data file t.csv, line 4: it has 3 cells, but the header has 2; fix the line, or "
        "quote cells that contain the delimiter"
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
def test_faulty_files_are_refused(text, message) -> None:
    assert catch_refusal(load_dataset, write_file(text)) == message


# gzip notes the time: without mtime the workers of a run would not agree on the example
TORN = gzip.compress(b"a,b\n" + b"1,2\n" * 999, mtime=0)[:-9]


@pytest.mark.parametrize("content", [b"a,b\n1,2\n", TORN], ids=["plain", "torn"])
def test_faulty_gzip_files_are_refused(content) -> None:
    Path("t.csv.gz").write_bytes(content)
    assert catch_refusal(load_dataset, "t.csv.gz") == (
        "data file t.csv.gz: it is not a whole gzip file; pack it again"
    )


def test_line_numbers_count_blank_lines_quoted_lines_and_rows_without_target() -> None:
    text = 'a,y\n1,"p\nq"\n\n2,\n3,q\n4,"p\nq"\n5,q\ninf,q\n'
    assert catch_refusal(load_dataset, write_file(text)) == (
        "data file t.csv, column a: inf in line 10 is not a finite number in float32; fix "
        "the cell, or leave the column out with --ignore a"
    )
