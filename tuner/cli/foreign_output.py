"""What libraries and failing threads print on standard error, without harm to a terminal."""

import logging
import os
import sys
import threading
import warnings
from typing import Any, TextIO

from tuner.cli.faults import explain_fault
from tuner.words import make_presentable

__all__ = ["tame_libraries"]


def tame_libraries() -> None:
    """Let warnings, logs and failing threads of this process print lines that may be shown.

    They may hold texts of the data or of a server, and addresses with passwords.
    """
    if "error" in os.environ.get("PYTHONWARNINGS", ""):  # a warning of a library ends no command
        del os.environ["PYTHONWARNINGS"]
        warnings.resetwarnings()
        warnings.simplefilter("ignore")
    warnings.showwarning = _show_warning
    logging.setLogRecordFactory(_make_record)
    threading.excepthook = _show_fault


def _show_warning(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    print(make_presentable(f"warning: {category.__name__}: {message}"), file=sys.stderr)


def _make_record(*arguments: Any, **fields: Any) -> logging.LogRecord:
    record = logging.LogRecord(*arguments, **fields)
    record.msg, record.args = make_presentable(record.getMessage()), ()
    return record


def _show_fault(fault: threading.ExceptHookArgs) -> None:
    if isinstance(fault.exc_value, Exception):
        print(make_presentable(f"error: {explain_fault(fault.exc_value)}"), file=sys.stderr)
