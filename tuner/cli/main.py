"""The entry point: runs a command and turns what goes wrong into a sentence and an exit code."""

import os
import sys
import threading
import time
from typing import NoReturn

from tuner.cli.commands import app
from tuner.errors import TunerError

__all__ = ["main"]

INTERRUPTED = 130  # 128 + SIGINT, as shells have it
_PATIENCE = 2.0  # seconds


def main() -> None:
    """Run the command line.

    Exit codes: 0 done, 1 a fault of ours, 2 the user's mistake, 130 interrupted.
    """
    # read when TensorFlow and MLflow are imported: no start-up chatter, and no more of a GPU's
    # memory than is needed, so that others can use it too
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("MLFLOW_LOGGING_LEVEL", "WARNING")
    os.environ.setdefault("MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT", "true")
    # a server that does not answer is given up on after seconds, not minutes
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "2")
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_TIMEOUT", "10")
    os.environ.setdefault("TF_FORCE_GPU_ALLOW_GROWTH", "true")
    try:
        app(standalone_mode=True)
    except TunerError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(error.exit_code)
    except (KeyboardInterrupt, SystemExit) as end:
        if isinstance(end, SystemExit) and end.code != INTERRUPTED:  # typer makes one of the other
            raise
        print("interrupted", file=sys.stderr)
        _leave(INTERRUPTED)


def _leave(code: int) -> NoReturn:
    """Exit, but wait a moment only for threads: one may be in the middle of a long epoch."""
    patience = time.monotonic() + _PATIENCE
    others = [t for t in threading.enumerate() if t is not threading.main_thread() and not t.daemon]
    for thread in others:
        thread.join(max(patience - time.monotonic(), 0.0))
    if any(thread.is_alive() for thread in others):
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    sys.exit(code)
