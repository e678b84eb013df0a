"""A table is the same in every text encoding, and a file that is not text is refused."""

import gzip
from pathlib import Path

import numpy as np
import pytest

from tests.helpers.tables import catch_refusal, read_raw
from tuner.data import load_dataset

TEXT = 'größe,"a\nb",y\n1,"é, ü",p\n2,ñ,q\n3,"é, ü",p\n4,ñ,q\n'
LATIN = (
    "the file is not UTF-8 and is read as Latin-1 (Windows-1252); save it as UTF-8 if letters "
    "look wrong",
)


@pytest.mark.parametrize(
    ("encoding", "mark", "warnings"),
    [
        ("utf-8", "", ()),
        ("utf-8", "\ufeff", ()),
        ("utf-16-le", "\ufeff", ()),
        ("utf-16-be", "\ufeff", ()),
        ("utf-16-le", "", ()),
        ("utf-16-be", "", ()),
        ("utf-16-le", "\N{CYRILLIC SMALL LETTER A}", ()),
        ("utf-16-be", "\N{CYRILLIC SMALL LETTER A}", ()),
        ("latin-1", "", LATIN),
        ("cp1252", "", LATIN),
    ],
)
@pytest.mark.parametrize("ending", [".csv", ".csv.gz"])
def test_every_encoding_gives_the_same_table(encoding, mark, warnings, ending) -> None:
    text = mark + TEXT.replace("größe", "a größe")
    content = text.encode(encoding)
    Path(f"t{ending}").write_bytes(gzip.compress(content) if ending.endswith("gz") else content)
    data = load_dataset(f"t{ending}")
    assert data.warnings == warnings
    assert data.schema.columns[0].name == mark.strip("\ufeff") + "a größe"
    assert data.schema.columns[1].name == "a\nb"
    assert data.raw["a\nb"].tolist() == ["é, ü", "ñ", "é, ü", "ñ"]
    assert data.classes == ("p", "q")
    np.testing.assert_array_equal(read_raw(f"t{ending}", data.schema)["a\nb"], data.raw["a\nb"])


def test_the_windows_characters_of_latin_1_are_read() -> None:
    Path("t.csv").write_bytes("a,y\n5 €,p\nx – z,q\n5 €,p\nx – z,q\n".encode("cp1252"))
    assert load_dataset("t.csv").raw["a"].tolist() == ["5 €", "x – z"] * 2


@pytest.mark.parametrize(
    "content", [b"a,b\n1,\x81\n", "a,b\n1,é\n".encode("utf-16")[:-1]], ids=["latin", "cut short"]
)
def test_a_file_that_is_not_text_is_refused(content) -> None:
    Path("t.csv").write_bytes(content)
    assert catch_refusal(load_dataset, "t.csv") == (
        "data file t.csv: it is neither UTF-8, UTF-16 nor Latin-1 text; save it as UTF-8"
    )


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "latin-1"])
def test_an_uneven_row_is_refused_with_its_line_in_every_encoding(encoding) -> None:
    text = 'a,b\n"é\nü",1\n\n1,2,3\n'
    Path("t.csv").write_bytes(text.encode(encoding))
    assert catch_refusal(load_dataset, "t.csv") == (
        "data file t.csv, line 5: it has 3 cells, but the header has 2; fix the line, or "
        "quote cells that contain the delimiter"
    )


def test_a_bad_cell_is_refused_with_its_line_in_utf_16() -> None:
    Path("t.csv").write_bytes('a,y\n1,"p\nq"\n2,q\ninf,"p\nq"\n4,q\n'.encode("utf-16"))
    assert catch_refusal(load_dataset, "t.csv") == (
        "data file t.csv, column a: inf in line 5 is not a finite number in float32; if that "
        "means a missing value, give --missing inf; otherwise fix the cell, or leave the column "
        "out with --ignore a"
    )
