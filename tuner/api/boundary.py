"""The boundary to a person's Python program: what it is shown, and what stays as it was."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial

from tuner.terminal.messages import Messages
from tuner.terminal.quiet_imports import calm_libraries, import_heavy_beside_others

__all__ = ["Caller", "call_from_python"]


@dataclass(frozen=True, slots=True)
class Caller:
    """What a call from Python prints with, and how it imports what is heavy.

    Attributes:
        messages: Prints what happens; nothing if the call is not verbose.
        import_heavy: Imports TensorFlow.
        started: When the call or the command started, by `time.monotonic`.
    """

    messages: Messages
    import_heavy: Callable[[], None]
    started: float = field(default_factory=time.monotonic)


@contextmanager
def call_from_python(verbose: int = 1) -> Iterator[Caller]:
    """Open a call of the package from a Python program.

    Args:
        verbose: 0 to print nothing at all, not even what libraries warn of.
    """
    mute = not verbose
    with calm_libraries(mute=mute):
        yield Caller(Messages(mute=mute), partial(import_heavy_beside_others, mute=mute))
