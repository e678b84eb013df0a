"""Leaves out of an import what it can do without: modules, and messages."""

import gc
import os
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = [
    "filter_standard_error",
    "hide_modules",
    "import_keras_tuner",
    "read_import_seconds",
]

# TensorFlow writes these from C++ before it sets up its logging, so no setting prevents them.
_USUAL_MESSAGES = (
    b"WARNING: All log messages before absl::InitializeLog()",
    b"oneDNN custom operations are on",
    b"Could not find cuda drivers on your machine",
    b"failed call to cuInit",
)


_REDIRECTING = threading.RLock()
_import_seconds: list[float] = []  # of this process, which imports once


def import_keras_tuner() -> None:
    """Import KerasTuner, Keras and TensorFlow into a process of this package's own."""
    is_first, started = "keras" not in sys.modules, time.thread_time()
    gc.disable()  # imported modules stay, so that searching them for garbage only takes time
    try:
        with hide_modules("matplotlib", "sklearn"):
            import keras_tuner  # noqa: F401  (imported for its effect)
    finally:
        gc.freeze()
        gc.enable()
    if is_first:
        _import_seconds.append(time.thread_time() - started)


def read_import_seconds() -> float | None:
    """Return the seconds of a core that the import took; None if it was no first one."""
    return _import_seconds[0] if _import_seconds else None


@contextmanager
def hide_modules(*names: str) -> Iterator[None]:
    """Let modules be missing while others are imported that work without them.

    Keras imports scikit-learn and Matplotlib for its wrappers and pictures, which takes a quarter
    of the time of importing TensorFlow. They can be imported afterwards.

    Args:
        names: The modules. One that is imported already stays.

    >>> with hide_modules("wave"):
    ...     try:
    ...         import wave
    ...     except ImportError as error:
    ...         print(error)
    import of wave halted; None in sys.modules
    >>> import wave
    """
    hidden = [name for name in names if name not in sys.modules]
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]  # None, as Python has it
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]


@contextmanager
def filter_standard_error(*, mute: bool = False) -> Iterator[None]:
    """Hold back what is written to standard error, and show it at the end without the usual lines.

    Only the file descriptor catches these lines, because they do not pass through Python. A process
    has one, so that threads wait for each other.
    """
    with _REDIRECTING:
        if sys.stderr is not None:
            sys.stderr.flush()
        try:
            standard_error = os.dup(2)
        except OSError:  # the program has closed it
            yield
            return
        yield from _redirect(standard_error, mute=mute)


def _redirect(standard_error: int, *, mute: bool) -> Iterator[None]:
    with tempfile.TemporaryFile() as output:
        os.dup2(output.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(standard_error, 2)
            os.close(standard_error)
            output.seek(0)
            for line in output:
                if not (mute or any(words in line for words in _USUAL_MESSAGES)):
                    os.write(2, line)
