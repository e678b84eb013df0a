"""The study that is attacked: a small search of iris, and what it left."""

import json
import os
import subprocess
import sys
from pathlib import Path

from killed import left

__all__ = ["SEARCH", "fails", "is_same", "read_study", "run_tuner", "search_whole"]

SEARCH = (
    "search", "--space", "mlp_depth", "--data", "iris", "--max-trials", "6", "--folds", "3",
    "--epochs", "6", "--study", "attacked",
)  # fmt: skip
_LIMIT = 1800  # seconds of a command, on a busy machine too, after which it hangs


def run_tuner(*arguments: object, timeout: float = _LIMIT) -> tuple[int, str]:
    """Run a command of the tuner; return its exit code and standard error.

    The exit code of one that does not end in time is -1.
    """
    command = [sys.executable, "-m", "tuner", *map(str, arguments)]
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
    try:
        done = subprocess.run(
            command,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            timeout=timeout,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return -1, "it hangs"
    return done.returncode, done.stderr


def read_study(root: Path, study: str = "attacked") -> str:
    """Return what a study left, as text: its trials, picks and runs in MLflow."""
    return json.dumps(left(root, study), sort_keys=True)


def search_whole(root: Path) -> str:
    """Search without an attack; return what the study left, with all of it in MLflow."""
    for command in (SEARCH, ("sync", "attacked")):
        code, said = run_tuner(*command, "--root", root)
        assert code == 0, said
    return read_study(root)


def is_same(root: Path, expected: str) -> bool:
    """Return whether a study left what is expected, once all of it is in MLflow.

    On a busy machine a search may end before that, and says so.
    """
    if read_study(root) == expected:
        return True
    code, _ = run_tuner("sync", "attacked", "--root", root)
    return code == 0 and read_study(root) == expected


def fails(code: int, said: str) -> bool:
    """Return whether a command ended neither well nor with a sentence and exit code 2."""
    sentence = code == 2 and said.count("error: ") == 1
    return "Traceback" in said or not (code == 0 or sentence)
