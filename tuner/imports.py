"""Leaves out of an import what it can do without."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["hide_modules"]


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
