"""Nothing that is printed rules a terminal or shows a password."""

import ast
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import tuner
from tuner.cli import run_command_line
from tuner.errors import UserError
from tuner.terminal.letters import substitute_letters
from tuner.terminal.messages import DataOutput, Messages, print_json, print_result

HOSTILE = "\x1b[31mred\x1b]0;owned\x07\x9b2J\r\u202eesrever\udcff"
ESCAPED = r"\u001b[31mred\u001b]0;owned\u0007\u009b2J\u000d\u202eesrever\udcff"
ADDRESS, MASKED = "http://bob:s3/cr3t@host:5000", "http://***@host:5000"


def test_messages_and_results_have_no_control_characters_and_no_passwords(capsys):
    Messages().warn(f"a {HOSTILE} at {ADDRESS}")
    print_result(f"b {HOSTILE} at {ADDRESS}")
    print_result(Path(HOSTILE))
    output, errors = capsys.readouterr()
    assert errors == f"a {ESCAPED} at {MASKED}\n"
    assert output == f"b {ESCAPED} at {MASKED}\n{ESCAPED}\n"


def test_a_line_end_in_a_name_begins_no_line(capsys):
    """As of a column or a class, which could say that a search has failed."""
    Messages().warn("column a\nerror: none is left")
    print_result("class b\nmodel    elsewhere")
    output, errors = capsys.readouterr()
    assert errors == "column a\\u000aerror: none is left\n"
    assert output == "class b\\u000amodel    elsewhere\n"


def test_json_keeps_its_values_and_escapes_them(capsys):
    print_json({"class": HOSTILE, "address": ADDRESS})
    output = capsys.readouterr().out
    assert output.isprintable() or output.rstrip("\n").isprintable()
    assert json.loads(output) == {"class": HOSTILE, "address": ADDRESS}


def test_data_are_unchanged_but_on_a_terminal(capsys, monkeypatch):
    DataOutput().write(f"{HOSTILE[:-1]}\n")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    DataOutput().write(f"{HOSTILE}\n")
    assert capsys.readouterr().out == f"{HOSTILE[:-1]}\n{ESCAPED}\n"


def test_an_encoding_that_lacks_letters_changes_no_value(monkeypatch):
    """`PYTHONIOENCODING=ascii` would have them escaped as Python does, which is no JSON."""
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BytesIO(), "ascii"))
    substitute_letters(sys.stdout)
    print_json({"class": "groß"})
    assert json.loads(sys.stdout.buffer.getvalue()) == {"class": "groß"}
    expected = "standard output: its encoding, ascii, lacks 'ß'; set PYTHONIOENCODING=utf-8, or"
    with pytest.raises(UserError, match=expected):
        DataOutput().write("groß\n")


def test_what_libraries_and_threads_print_is_tamed(tmp_path):
    program = f"""
import logging, threading, warnings
from tuner.cli.foreign_output import tame_libraries
tame_libraries()
text = "%s at %s" % ({HOSTILE!r}, {ADDRESS!r})
warnings.warn(text)
logging.getLogger("mlflow").warning("%s", text)
thread = threading.Thread(target=lambda: 1 / 0)
thread.start()
thread.join()
"""
    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path)}
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    shown = f"{ESCAPED} at {MASKED}"
    warned, logged, failed = done.stderr.splitlines()
    assert (warned, logged) == (f"warning: UserWarning: {shown}", shown)
    assert failed.startswith("error: this is a fault of tuner, please report it: ZeroDivisionError")


def test_the_command_line_prints_in_one_place_alone():
    folder = Path(tuner.__file__).parent
    found = {
        path.name
        for part in ("cli", "terminal")
        for path in (folder / part).glob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] in {"print", "echo"}
    }
    assert found <= {"messages.py", "main.py", "foreign_output.py"}  # `interrupted`, in main


@pytest.mark.parametrize(
    "arguments",
    [
        ("search", "--space", "mlp", "--tracking-uri", "nothing://bob:s3cr3t@host"),
        ("search", "--space", "mlp", "--tracking-uri", "http://bob:s3cr3t@[::1"),
        ("search", "--space", "mlp", "http://bob:s3cr3t@host"),
        ("sync", "http://bob:s3cr3t@host"),
        ("studies", "--root", "r" * 300 + "\x1b[2J"),
    ],
    ids=["no store", "no address", "an argument", "a name", "a folder"],
)
def test_a_mistake_shows_no_password(arguments, monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(sys, "argv", ["tuner", *arguments])
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as end:
        run_command_line()
    output, errors = capsys.readouterr()
    assert end.value.code == 2
    assert errors.startswith("error: ")
    assert "s3cr3t" not in output + errors
    assert "\x1b" not in output + errors
    assert not any("s3cr3t" in path.read_text() for path in tmp_path.rglob("*") if path.is_file())
