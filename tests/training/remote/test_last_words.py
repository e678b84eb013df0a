"""A process that is ended, or hangs with Python's lock, has its last words said by another one."""

import subprocess
import sys

import pytest

BEGIN = "import ctypes, os; from tuner.training.remote.last_words import last_words\n"
HANG = "ctypes.PyDLL(None).sleep(60)"  # with the lock


@pytest.mark.parametrize(
    ("doing", "seconds", "code", "said"),
    [
        ("pass", 60, 0, ""),
        ("raise SystemExit(3)", 60, 3, ""),
        ("os._exit(4)", 60, 4, "it ends\n"),
        (HANG, 0.1, -9, "it ends\n"),
    ],
)
def test_last_words_are_said_for_a_process_that_cannot(doing, seconds, code, said):
    program = f"{BEGIN}with last_words('it ends', {seconds}): {doing}"
    ended = subprocess.run([sys.executable, "-c", program], stderr=subprocess.PIPE, check=False)
    assert (ended.returncode, ended.stderr.decode()) == (code, said)
