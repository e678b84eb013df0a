"""Lets a process that works for another one notice that the other one has ended."""

import os
import threading
import time
from collections.abc import Callable

__all__ = ["watch_parent"]

_PAUSE = 0.5  # seconds between two looks


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
