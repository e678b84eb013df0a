"""Rows on standard input, and predictions that nobody reads or that find no room."""

import gzip
import io
import os
import sys
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.helpers.tables import read_raw
from tuner.cli import run_command_line
from tuner.cli.standard_input import keep_standard_input
from tuner.data import load_dataset, stream_raw
from tuner.errors import DataError, OutputUnread, UserError
from tuner.terminal.messages import DataOutput, print_json, print_result

TABLE = b"a,b,y\n1,u,p\n2,v,q\n3,u,p\n4,v,q\n"


@pytest.fixture
def schema(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("t.csv").write_bytes(TABLE)
    return load_dataset("t.csv").schema


def give(monkeypatch, content: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(content)))


def pack_parquet() -> bytes:
    import pandas as pd

    return pd.read_csv(io.BytesIO(TABLE)).to_parquet()


@pytest.mark.parametrize(
    "content",
    [TABLE, TABLE.replace(b",", b"\t"), gzip.compress(TABLE), pack_parquet()],
    ids=["CSV", "TSV", "gzip", "Parquet"],
)
def test_standard_input_is_read_by_its_content(schema, monkeypatch, content):
    give(monkeypatch, content)
    with keep_standard_input() as path:
        assert read_raw(path, schema)["a"].tolist() == [1, 2, 3, 4]
    assert not Path(path).exists()


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", "standard input: it is empty; add a header line and rows"),
        (
            TABLE.replace(b"3", b"x"),
            "standard input, column a: 'x' in line 4 is not a number; fix the cell, or give "
            "--on-error missing",
        ),
        (
            TABLE.replace(b"3,", b""),
            "standard input, line 4: it has 2 cells, but the header has 3; fix the line, or quote "
            "cells that contain the delimiter",
        ),
    ],
    ids=["empty", "bad cell", "short line"],
)
def test_errors_about_it_name_standard_input(schema, monkeypatch, content, fault):
    give(monkeypatch, content)
    with pytest.raises(DataError) as error, keep_standard_input() as path:
        list(stream_raw(path, schema))
    assert str(error.value) == fault


def test_closed_standard_input_is_one_sentence(monkeypatch):
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(UserError, match=r"^standard input is closed; give --data a file$"):
        keep_standard_input().__enter__()


WAYS = {
    "data": lambda: (DataOutput().write("a\n"), DataOutput().flush()),
    "result": lambda: print_result("a"),
    "json": lambda: print_json({}),
}


@pytest.mark.parametrize("way", WAYS)
def test_output_that_nobody_reads_or_that_finds_no_room(monkeypatch, way):
    reader, writer = os.pipe()
    os.close(reader)
    for output, kind, message in [
        (writer, OutputUnread, ""),
        ("/dev/full", UserError, "standard output cannot be written (No space left on device)"),
    ]:
        stream = open(output, "w")  # noqa: SIM115  (its end fails as its flush does)
        monkeypatch.setattr(sys, "stdout", stream)
        with pytest.raises(kind) as error:
            WAYS[way]()
        assert str(error.value).startswith(message)
        monkeypatch.undo()
        with suppress(OSError):
            stream.close()


def test_a_command_whose_output_nobody_reads_ends_as_unix_tools_do(monkeypatch, capsys):
    def end(**options):
        raise OutputUnread

    monkeypatch.setattr(sys.modules["tuner.cli.main"], "app", end)
    with pytest.raises(SystemExit) as ended:
        run_command_line()
    assert (ended.value.code, capsys.readouterr().err) == (141, "")


def test_the_help_that_nobody_reads_ends_in_the_same_way(monkeypatch, capsys):
    reader, writer = os.pipe()
    os.close(reader)
    with open(writer, "w") as stream:
        monkeypatch.setattr(sys, "stdout", stream)
        monkeypatch.setattr(sys, "argv", ["tuner", "--help"])
        with pytest.raises(SystemExit) as ended:
            run_command_line()
    assert (ended.value.code, capsys.readouterr().err) == (141, "")
