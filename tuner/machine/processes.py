"""Processes that work for another one: how they start, notice its end, and how theirs is told."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

__all__ = ["describe_end", "end_with", "make_environment", "watch_parent", "without_interrupts"]

_PAUSE = 0.5  # seconds between two looks
_CHECKOUT = Path(__file__).parents[2]  # or the folder of all installed packages


def make_environment() -> dict[str, str]:
    """Return the environment for `python -m` with a module of this package: this process's.

    Python would first look for each module in the current folder, where a file such as
    `calendar.py` would take the place of a library's. It does so only for a checkout, which is
    imported from there.
    """
    if Path().samefile(_CHECKOUT):
        return dict(os.environ)
    return {**os.environ, "PYTHONSAFEPATH": "1"}


def watch_parent(parent: int, on_end: Callable[[], object]) -> None:
    """Call a function in a thread of its own, soon after this process's parent has ended.

    A kill closes a pipe too, but a process sees that only when it reads. On Windows, a process
    keeps the number of its parent, and the function is never called.

    Args:
        parent: The number of the process that started this one, which it passes itself: it may
            end before this process can ask.
        on_end: Ends this process, sooner or later.
    """

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(_PAUSE)
        on_end()

    threading.Thread(target=watch, daemon=True).start()


@cache
def end_with(parent: int) -> None:
    """End this process soon after its parent has ended.

    Args:
        parent: As of `watch_parent`.
    """
    watch_parent(parent, lambda: os._exit(1))


def describe_end(code: int) -> str:
    """Return how a process has ended, as the end of a sentence about it.

    Args:
        code: What `subprocess` returns of it: negative if a signal ended it.

    >>> describe_end(-9), describe_end(-35), describe_end(1)
    ('was ended by SIGKILL', 'was ended by signal 35', 'has ended with 1')
    """
    if code >= 0:
        return f"has ended with {code}"
    names = {each.value: each.name for each in signal.Signals}  # without most real-time signals
    return f"was ended by {names.get(-code, f'signal {-code}')}"


@contextmanager
def without_interrupts() -> Iterator[None]:
    """Let Ctrl-C wait for the end of this block; processes that start in it never have it."""
    if not hasattr(signal, "pthread_sigmask"):  # on Windows
        yield
        return
    from multiprocessing.resource_tracker import ensure_running

    ensure_running()  # for what starts in the block: in Python 3.11 its start would end it
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
