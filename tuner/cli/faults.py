"""Says in one sentence why a command failed, if nothing below has said so, and keeps a log."""

import errno
import os
import re
import sys
import time
import traceback
from contextlib import suppress
from pathlib import Path

from tuner._version import __version__
from tuner.errors import TunerError, TunerFault, UserError, find_system_fault, list_causes, one_line
from tuner.files.whole_files import find_cache_folder
from tuner.machine.memory import read_address_limit
from tuner.words import make_presentable

__all__ = ["explain_fault", "write_log"]

# What the libraries say if there is no memory, or no thread, left.
_SHORT = re.compile(
    r"bad_alloc|cannot allocate memory|failed to map segment|can't start new thread"
    r"|unable to allocate|out of memory|resource exhausted|OOM when",
    re.IGNORECASE,
)
# What the system says, and TensorFlow after it, if a disk is full.
_FULL = re.compile(r"no space left on device|disk quota exceeded", re.IGNORECASE)
_LOG = re.compile(r"error-\d{4}(-\d\d){5}-\d+\.log")
_NEAR = 20  # characters around bytes that are no text
_KEPT_LOGS = 10  # of the last errors
_TOO_SMALL = "the memory is too small for this command"
_MORE_MEMORY = (
    "end other programs, raise the limit that `ulimit` or a container sets, or give fewer rows"
)


def explain_fault(error: Exception) -> TunerError:
    """Return an unexpected error as one that says what to do, and the log that it is written to.

    Args:
        error: What a command raised.
    """
    try:
        kind, sentence = _explain(error)
        log = write_log(error)
    except MemoryError:
        return UserError(f"{_TOO_SMALL}: {_MORE_MEMORY}")
    where = f"the log {log} has the details" if log else "no log of it could be written"
    return kind(f"{sentence} ({where})")


def _explain(error: Exception) -> tuple[type[TunerError], str]:  # noqa: PLR0911  (one for each kind)
    """Return the kind of an error, and what happened and what to do."""
    if _is_short_of_memory(error):
        return UserError, f"{_TOO_SMALL}: {_MORE_MEMORY}"
    if isinstance(error, UnicodeEncodeError) and _is_no_text(error):
        near = error.object[max(error.start - _NEAR, 0) : error.end + _NEAR]
        return UserError, (
            f"the name of a file or folder has bytes that are no UTF-8 (…{near}…); rename it"
        )
    full = find_system_fault(error)
    if _FULL.search(str(full)):
        return UserError, (
            f"a disk is full ({one_line(full)}); free room on it, or set TMPDIR to a folder on "
            "another one, for temporary files"
        )
    if isinstance(error, OSError) and error.errno is not None:
        reason = error.strerror or errno.errorcode.get(error.errno, "")
        unnamed = error.filename is None
        what = "a file cannot be read or written" if unnamed else _cannot_use(error.filename)
        return UserError, f"{what}: {reason}; fix that"
    if isinstance(error, RuntimeError) and str(error).startswith("Symlink loop"):  # of pathlib
        return UserError, f"a link leads to itself: {error}; replace it"
    if isinstance(error, (OSError, EOFError, RecursionError)):
        return UserError, f"a file is damaged or no such file: {one_line(error)}; replace it"
    return TunerFault, f"this is a fault of tuner, please report it: {one_line(error)}"


def _is_no_text(error: UnicodeEncodeError) -> bool:
    """Return whether Python keeps bytes that are no text in what cannot be encoded."""
    return "\udc80" <= error.object[error.start] <= "\udcff"


def _cannot_use(path: object) -> str:
    name = path.decode(errors="replace") if isinstance(path, bytes) else str(path)
    return f"{name} cannot be used"


def _is_short_of_memory(error: BaseException) -> bool:
    """Return whether memory, or address space, is what an error is about."""
    causes = list_causes(error)
    if any(isinstance(cause, MemoryError) for cause in causes):
        return True
    if any(isinstance(cause, OSError) and cause.errno == errno.ENOMEM for cause in causes):
        return True
    if isinstance(error, OSError) and error.errno == errno.EAGAIN:
        return True
    if isinstance(error, SystemError) and read_address_limit() is not None:
        return True
    return any(_SHORT.search(str(cause)) for cause in causes)


def write_log(error: BaseException) -> Path | None:
    """Write the traceback of an error to a file of its own, and remove the oldest such files.

    The name has the time and the process, since several processes may fail at once.

    Returns:
        The file. None if it cannot be written.
    """
    now = time.strftime("%Y-%m-%d %H:%M:%S")
    path = find_cache_folder() / f"error-{re.sub('[ :]', '-', now)}-{os.getpid()}.log"
    head = f"{now} tuner {__version__}: {' '.join(sys.argv)}\n"
    try:
        text = make_presentable(head + "".join(traceback.format_exception(error)))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except (OSError, MemoryError):
        return None
    with suppress(OSError):  # what cannot be removed does no harm
        _remove_old_logs(path.parent)
    return path


def _remove_old_logs(folder: Path) -> None:
    logs = [path for path in folder.iterdir() if _LOG.fullmatch(path.name)]
    for path in sorted(logs, key=lambda log: log.name)[:-_KEPT_LOGS]:
        path.unlink(missing_ok=True)  # another process may be quicker
