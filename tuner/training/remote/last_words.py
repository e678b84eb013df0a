"""What is said for this process if a library ends it, or keeps it from doing anything."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

__all__ = ["last_words"]

# Standard input tells that all is well; its end without that tells that the process has ended.
_WATCH = """
import os, select, sys
process, seconds, sentence = int(sys.argv[1]), float(sys.argv[2]), sys.argv[3]
told, _, _ = select.select([0], [], [], seconds)
if not told or not os.read(0, 1):
    print(sentence, file=sys.stderr, flush=True)
    if not told:
        os.kill(process, 9)
"""


@contextmanager
def last_words(sentence: str, seconds: float) -> Iterator[None]:
    """Have a sentence said on standard error if this process ends in the context.

    After the seconds it is ended. Another process sees to that: a library that waits with Python's
    lock keeps every thread of this one from noticing it.

    Args:
        sentence: What to say.
        seconds: The longest to stay in the context.
    """
    command = [sys.executable, "-I", "-S", "-c", _WATCH, str(os.getpid()), str(seconds), sentence]
    # an interrupt from the keyboard is not for it
    with subprocess.Popen(command, stdin=subprocess.PIPE, process_group=0) as watch:
        assert watch.stdin is not None
        try:
            yield
        finally:
            with suppress(BrokenPipeError):  # someone has ended it
                watch.stdin.write(b"1")
                watch.stdin.flush()
