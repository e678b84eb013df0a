"""The entry point: runs a command, and turns an error into a message and an exit code."""

import atexit
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from types import FrameType
from typing import Any, NoReturn

from tuner.cli.faults import explain_fault
from tuner.cli.foreign_output import tame_libraries
from tuner.cli.result_commands import app  # with all commands
from tuner.cli.usage_errors import UsageError, describe_usage_error
from tuner.errors import OutputUnread, TunerError, UserError
from tuner.files.temporary_folders import use_scratch
from tuner.libraries.keras_settings import settle_keras
from tuner.machine.memory import check_address_space
from tuner.phrasing import speak_to_command_line
from tuner.terminal.letters import substitute_letters
from tuner.terminal.lossy_stream import make_lossy

__all__ = ["main", "run_command_line"]

INTERRUPTED = 130  # 128 + SIGINT, as shells have it
_UNREAD = 141  # 128 + SIGPIPE: whoever read standard output has gone
_UNWRITTEN = 120  # as Python has it, if standard output cannot be written at the end
_ADDRESS_SPACE = 2.5e9  # bytes that NumPy, pyarrow and scikit-learn take; they crash without
_PATIENCE = 2.0  # seconds to wait for other threads after an interrupt


def main() -> None:
    """Run the command line as this process: what is imported is not taken down at its end.

    That takes TensorFlow half a second. Everything that is registered with `atexit` runs, such as
    the removal of temporary folders, since the handler that is registered first runs last.
    """
    _use_utf8()
    _take_signals(signal.default_int_handler)
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # closed by who started this
            setattr(sys, name, open(os.devnull, "w"))  # noqa: SIM115  (until the end)
    sys.stderr = make_lossy(sys.stderr)
    substitute_letters(sys.stdout, sys.stderr)
    code: list[int] = [1]  # of an error that nobody expected
    atexit.register(lambda: _end_process(code[0]))
    scratch = use_scratch()
    if scratch:
        atexit.register(scratch.remove)
    tame_libraries()

    def end_at_once(number: int = 0, frame: object = None) -> NoReturn:
        if scratch:
            scratch.remove()
        _end_process(INTERRUPTED if number and code[0] == 1 else code[0])

    try:
        try:
            run_command_line()
        finally:
            _take_signals(end_at_once)
    except SystemExit as end:
        code[0] = end.code if isinstance(end.code, int) else 0 if end.code is None else 1
        if code[0] == INTERRUPTED and _has_busy_threads():
            end_at_once()
        raise
    except KeyboardInterrupt:  # a second one, before the first one had ended the command
        print("interrupted", file=sys.stderr)
        code[0] = INTERRUPTED
        end_at_once()


def _use_utf8() -> None:
    """Run this command again in Python's UTF-8 mode, if arguments and file names are ASCII here.

    Python uses that mode by itself where no language is set, unless `PYTHONUTF8` is 0. Without it
    a name of a column is not what the table has.
    """
    if sys.getfilesystemencoding() == "ascii" and sys.executable and "utf8" not in sys._xoptions:
        command = [sys.executable, *sys.orig_argv[1:]]
        os.execve(sys.executable, command, {**os.environ, "PYTHONUTF8": "1"})


def _take_signals(handler: Callable[[int, FrameType | None], Any]) -> None:
    """Let a handler take the signals that end a command, unless this process ignores them."""
    # the last is of `ulimit -t`; Windows has no more than the first two
    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGXCPU"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, handler)


def _end_process(code: int) -> NoReturn:
    """End the process without the interpreter's own end."""
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:  # whoever read the output has gone
        code = code or _UNWRITTEN
    os._exit(code)


def run_command_line() -> None:
    """Run the command line.

    Exit codes: 0 done, 1 a fault of this package, 2 an error that the user can fix, 130 an
    interrupt. Nothing ends with a traceback: an error that nobody expected becomes a sentence, too.
    """
    started = time.monotonic()
    speak_to_command_line()
    settle_keras()
    _settle_libraries()
    try:
        check_address_space(_ADDRESS_SPACE)
        _check_docstrings(sys.flags.optimize)
        code = app(standalone_mode=False, obj=started)
    except UsageError as error:
        if sentence := describe_usage_error(error, sys.argv[1:]):
            _print_error(sentence)
        sys.exit(UserError.exit_code)
    except TunerError as error:
        _print_error(str(error))
        sys.exit(error.exit_code)
    except OutputUnread:
        sys.exit(_UNREAD)
    except SystemExit as end:
        if isinstance(end.__context__, BrokenPipeError):  # as Rich ends, which prints the help
            sys.exit(_UNREAD)
        raise
    except KeyboardInterrupt:
        code = INTERRUPTED
    except Exception as error:
        explained = explain_fault(error)
        _print_error(str(explained))
        sys.exit(explained.exit_code)
    if code == INTERRUPTED:  # typer returns it after an interrupt
        print("interrupted", file=sys.stderr)
    sys.exit(code)


def _settle_libraries() -> None:
    """Set what TensorFlow and MLflow read in the environment, unless the user has."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("MLFLOW_LOGGING_LEVEL", "WARNING")
    os.environ.setdefault("MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT", "true")
    # MLflow gives up on a server that does not answer after seconds instead of minutes
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "2")
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_TIMEOUT", "10")
    os.environ.setdefault("MLFLOW_HTTP_RESPECT_RETRY_AFTER_HEADER", "false")
    os.environ.setdefault("PGCONNECT_TIMEOUT", "10")


def _check_docstrings(optimize: int) -> None:
    """Check that this Python has docstrings, from which the charts' library makes its methods."""
    if optimize > 1:
        raise UserError(
            "Python leaves out docstrings, which the charts need; run it without -OO, or with "
            "PYTHONOPTIMIZE=1"
        )


def _print_error(sentence: str) -> None:
    """Print why the command failed."""
    from tuner.terminal.messages import Messages

    Messages().warn(f"error: {sentence}")


def _has_busy_threads() -> bool:
    """Return whether another thread goes on working, such as one in the middle of a long epoch.

    The process would wait for its end.
    """
    patience = time.monotonic() + _PATIENCE
    others = [t for t in threading.enumerate() if t is not threading.main_thread() and not t.daemon]
    for thread in others:
        thread.join(max(patience - time.monotonic(), 0.0))
    return any(thread.is_alive() for thread in others)
