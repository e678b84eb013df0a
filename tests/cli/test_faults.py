"""Errors that nobody expected: one sentence, an exit code, and a log."""

import importlib
import os
import subprocess
import sys

import pytest
import typer

from tuner.cli.faults import explain_fault

entry = importlib.import_module("tuner.cli.main")
REPORT = "this is a fault of tuner, please report it: "
DAMAGED = "a file is damaged or no such file"
SHORT = "the memory is too small for this command: "


@pytest.fixture
def log(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr("time.strftime", lambda form: "2026-11-28 17:29:33")
    return tmp_path / "tuner" / f"error-2026-11-28-17-29-33-{os.getpid()}.log"


FULL = OSError(28, "No space left on device")


@pytest.mark.parametrize(
    ("error", "sentence", "code"),
    [
        (PermissionError(13, "Denied", "runs/a"), "runs/a cannot be used: Denied; fix that", 2),
        (FULL, "a disk is full (OSError: [Errno 28] No space left on device); free room on it", 2),
        (RuntimeError("/t/a; No space left on device"), "a disk is full (RuntimeError: /t/a;", 2),
        (OSError(5, "Error"), "a file cannot be read or written: Error; fix that", 2),
        (OSError(36, "Too long", b"a"), "a cannot be used: Too long; fix that", 2),
        (EOFError("no data"), f"{DAMAGED}: EOFError: no data; replace it", 2),
        (RecursionError("too deep"), f"{DAMAGED}: RecursionError: too deep; replace it", 2),
        (MemoryError(), SHORT, 2),
        (OSError(12, "Cannot allocate memory"), SHORT, 2),
        (RuntimeError("can't start new thread"), SHORT, 2),
        (ImportError("lib.so: failed to map segment from shared object"), SHORT, 2),
        (
            RuntimeError("Symlink loop from '/a'"),
            "a link leads to itself: Symlink loop from '/a'; replace it",
            2,
        ),
        (
            UnicodeEncodeError("utf-8", "data/gr\udcf6ße.csv", 7, 8, "surrogates not allowed"),
            "the name of a file or folder has bytes that are no UTF-8 (…data/gr\udcf6ße.csv…); "
            "rename it",
            2,
        ),
        (SystemError("NULL result"), f"{REPORT}SystemError: NULL result", 1),
        (KeyError("depth"), f"{REPORT}KeyError: 'depth'", 1),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_an_unexpected_error_is_a_sentence(error, sentence, code, log):
    explained = explain_fault(error)
    assert explained.exit_code == code
    assert str(explained).startswith(sentence)
    assert str(explained).endswith(f" (the log {log} has the details)")
    assert type(error).__name__ in log.read_text()


@pytest.mark.parametrize(
    ("cause", "sentence"),
    [
        (FULL, "a disk is full (OSError: [Errno 28] No space left on device); free room on it"),
        (OSError(12, "Cannot allocate memory"), SHORT),
        (BlockingIOError(11, "locked"), f"{REPORT}ValueError: not copied"),
    ],
)
@pytest.mark.usefixtures("log")
def test_an_error_of_a_library_is_what_caused_it(cause, sentence):
    error = ValueError("not copied")
    error.__cause__ = RuntimeError("no file")
    error.__cause__.__context__ = cause
    assert str(explain_fault(error)).startswith(sentence)


def test_an_error_of_too_few_addresses_is_about_memory(monkeypatch, log):
    monkeypatch.setattr("tuner.cli.faults.read_address_limit", lambda: 5 * 10**9)
    assert str(explain_fault(SystemError("NULL result"))).startswith(SHORT)


def test_a_command_that_fails_prints_the_sentence_alone(monkeypatch, log, capsys):
    app = typer.Typer()

    @app.command()
    def fail() -> None:
        raise ValueError("no http://bob:s3cr3t@host\x1b[2J")

    monkeypatch.setattr(entry, "app", app)
    monkeypatch.setattr(sys, "argv", ["tuner"])
    with pytest.raises(SystemExit) as end:
        entry.run_command_line()
    assert end.value.code == 1
    assert capsys.readouterr().err == (
        f"error: {REPORT}ValueError: no http://***@host\\u001b[2J (the log {log} has the details)\n"
    )
    assert "test_faults.py" in log.read_text()
    assert "s3cr3t" not in log.read_text()
    assert "\x1b" not in log.read_text()


def test_each_process_has_its_own_log_and_the_last_ten_are_kept(monkeypatch, log):
    log.parent.mkdir()
    others = [log.with_name(f"error-2026-11-28-17-29-{second}-7.log") for second in range(10, 30)]
    own = log.with_name("error-notes.log")
    for path in (*others, own):
        path.touch()
    for process in (8, 9):
        monkeypatch.setattr("os.getpid", lambda process=process: process)
        assert str(explain_fault(KeyError(f"of {process}"))).endswith(
            f"-33-{process}.log has the details)"
        )
    kept = sorted(path.name for path in log.parent.iterdir())
    assert kept == [
        *(path.name for path in others[-8:]),
        *(f"error-2026-11-28-17-29-33-{process}.log" for process in (8, 9)),
        own.name,
    ]
    assert "KeyError: 'of 8'" in log.with_name(kept[8]).read_text()


def test_a_log_that_cannot_be_written_is_no_further_error(monkeypatch, tmp_path):
    (tmp_path / "tuner").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert str(explain_fault(KeyError("a"))).endswith(" (no log of it could be written)")


def test_closed_streams_are_no_fault():
    command = f"exec '{sys.executable}' -m tuner --version >&- 2>&-"
    assert subprocess.run(["/bin/sh", "-c", command], check=False).returncode == 0
