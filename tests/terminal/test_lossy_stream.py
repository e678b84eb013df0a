"""Standard error and standard output that cannot be written: the one ends no command."""

import os
import sys

import pytest
from rich.table import Table

from tuner.errors import OutputUnread, UserError
from tuner.terminal.lossy_stream import make_lossy
from tuner.terminal.messages import Messages, make_cell, print_table


@pytest.fixture
def unread():
    """A pipe whose reader has gone."""
    reader, writer = os.pipe()
    os.close(reader)
    with open(writer, "w", encoding="utf-8") as stream:
        yield stream


@pytest.fixture
def full():
    """A file on a full disk, whose text cannot be written at its end either."""
    stream = open("/dev/full", "w", encoding="utf-8")  # noqa: SIM115
    yield stream
    with pytest.raises(OSError, match="No space left"):
        stream.close()


def show(monkeypatch, stream):
    table = Table()
    table.add_row(make_cell("depth"), make_cell("from 1 to 5 in steps of 1"))
    monkeypatch.setattr(sys, "stdout", stream)
    print_table(table)


def test_what_standard_error_cannot_take_is_lost(unread, monkeypatch):
    with open("/dev/full", "w", encoding="utf-8") as full:
        for stream in (full, unread):
            monkeypatch.setattr(sys, "stderr", make_lossy(stream))
            Messages().warn("a word " * 10_000)
            print("two", file=sys.stderr, flush=True)


def test_what_it_can_take_is_written_at_once(tmp_path, monkeypatch):
    with open(tmp_path / "log", "w", encoding="utf-8") as file:
        monkeypatch.setattr(sys, "stderr", make_lossy(file))
        Messages().warn("é")
        assert (tmp_path / "log").read_text(encoding="utf-8") == "é\n"
        assert (sys.stderr.fileno(), sys.stderr.isatty()) == (file.fileno(), False)


def test_a_table_that_cannot_be_written_is_said(full, monkeypatch):
    with pytest.raises(UserError, match="standard output cannot be written"):
        show(monkeypatch, full)


def test_a_table_that_nobody_reads_ends_as_a_line_does(unread, monkeypatch):
    with pytest.raises(OutputUnread):
        show(monkeypatch, unread)
    monkeypatch.undo()
    with pytest.raises(BrokenPipeError):
        unread.close()


@pytest.mark.parametrize("columns", ["0", "20"])
def test_a_narrow_terminal_loses_no_cells(columns, monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", columns)
    show(monkeypatch, sys.stdout)
    assert "from 1 to 5 in steps of 1" in capsys.readouterr().out
