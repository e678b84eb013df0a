"""The live line in a notebook: one output of the cell, which is replaced in place."""

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

__all__ = ["is_in_notebook", "show_notebook_line"]

_SECONDS = 0.5  # between two looks at the line
_COLUMNS = 100


def is_in_notebook() -> bool:
    """Return whether this process is the kernel of a notebook."""
    get_ipython = getattr(sys.modules.get("IPython"), "get_ipython", None)
    return get_ipython is not None and hasattr(get_ipython(), "kernel")


@contextmanager
def show_notebook_line(compose: Callable[[int], str]) -> Iterator[None]:
    """Show a line while the context is open.

    Args:
        compose: Returns the line as things are at the moment, for a number of columns. Another
            thread calls it.
    """
    from IPython.display import display

    output = display({"text/plain": compose(_COLUMNS)}, raw=True, display_id=True)
    ended = threading.Event()

    def refresh() -> None:
        shown = ""
        while not ended.wait(_SECONDS):
            line = compose(_COLUMNS)
            if line != shown:  # each line is a message to the browser
                output.update({"text/plain": line}, raw=True)
            shown = line

    thread = threading.Thread(target=refresh, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
        output.update({"text/plain": ""}, raw=True)
