"""The processes that tests start warm are processes as others are."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.helpers.warm_processes import warm_command

PROGRAM = """
import os, sys, time

place = os.getppid(), os.getcwd(), os.environ.get("SEEN")
print(*place, sys.argv[1:], "tensorflow" in sys.modules, sys.stdin.read(), sep="|", flush=True)
print("é", file=sys.stderr)
if sys.argv[1] == "wait":
    time.sleep(60)
sys.exit({"text": "no", "raise": 3}.get(sys.argv[1]))
"""

PARENT = """
import pathlib, subprocess, sys

command = [sys.executable, "-m", "tuner", "--version"]
with subprocess.Popen(command, stdout=subprocess.PIPE) as child:
    print(*(pathlib.Path(argument).name for argument in child.args), child.stdout.read())
"""


@pytest.fixture
def start(tmp_path, monkeypatch):
    """Start the program in its folder."""
    (tmp_path / "program.py").write_text(PROGRAM)
    monkeypatch.setenv("SEEN", "set")

    def start(argument):
        return subprocess.Popen(
            warm_command("program", argument),
            cwd=tmp_path,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    return start


@pytest.mark.parametrize(
    ("argument", "code", "errors"), [("", 0, "é\n"), ("text", 1, "é\nno\n"), ("raise", 3, "é\n")]
)
def test_they_have_what_they_are_given_and_end_as_others(start, tmp_path, argument, code, errors):
    with start(argument) as process:
        output, written = process.communicate("given")
    is_warm = hasattr(os, "pidfd_open")
    seen = f"{os.getpid()}|{tmp_path}|set|{[argument]}|{is_warm}|given\n"
    assert (output, written, process.returncode) == (seen, errors, code)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_one_that_is_sent_a_signal_ends_by_it(start, number):
    with start("wait") as process:
        process.stdin.close()
        process.stdin = None
        process.stdout.readline()
        process.send_signal(number)
        started = time.monotonic()
        _, errors = process.communicate()  # until nobody holds its pipes
    assert (process.returncode, time.monotonic() - started < 30) == (-number, True)
    assert ("KeyboardInterrupt" in errors) == (number == signal.SIGINT)


def test_what_they_start_is_warm_too(tmp_path):
    (tmp_path / "parent.py").write_text(PARENT)
    command = warm_command("parent")
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert ("warm_launcher.py" in done.stdout) == hasattr(os, "pidfd_open")
    assert "tuner 0." in done.stdout


def test_another_environment_starts_a_process_as_usual():
    usual = [sys.executable, "-m", "tuner", "spaces"]
    assert warm_command("tuner", "spaces", environment={"KERAS_BACKEND": "jax"}) == usual
    if hasattr(os, "pidfd_open"):
        given = {**os.environ, "KERAS_BACKEND": "tensorflow", "PYTHONIOENCODING": "utf-8"}
        assert len(warm_command("tuner", "spaces", environment=given)) > len(usual)
        assert Path(warm_command("tuner", "spaces")[2]).name == "warm_launcher.py"
