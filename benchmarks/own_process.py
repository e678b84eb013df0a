"""Runs a command in a process of its own and takes its time from outside, imports included."""

import json
import subprocess
import time
from collections.abc import Mapping, Sequence
from typing import Any

__all__ = ["answer_of"]


def answer_of(
    command: Sequence[str], environment: Mapping[str, str] | None = None
) -> tuple[Any, float]:
    """Run a command; return what its last line of standard output says in JSON, and the seconds.

    Args:
        command: Program and arguments.
        environment: Its variables; those of this process where it is None.

    Raises:
        RuntimeError: It failed; the text ends with what it last wrote to standard error.
    """
    started = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    seconds = time.perf_counter() - started
    if done.returncode:
        last = "\n".join(done.stderr.splitlines()[-15:])
        raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}:\n{last}")
    return json.loads(done.stdout.splitlines()[-1]), seconds
