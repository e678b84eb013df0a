"""`python -m tuner`, and the command `tuner`."""

import os
import signal
import sys
from pathlib import Path


def run() -> None:
    """Run the command line; an interrupt before it has begun ends the process without a word."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # a traceback of an import says nothing

    from tuner.cli import main

    main()


def put_current_folder_last() -> None:
    """Let no file of the current folder, such as `keras.py`, take the place of a library.

    Python puts that folder first. It stays first for a checkout, which is imported from there.
    """
    if sys.flags.safe_path or Path(sys.path[0] or ".").samefile(Path(__file__).parent.parent):
        return
    sys.path.append(sys.path.pop(0))
    os.environ["PYTHONSAFEPATH"] = "1"  # for the processes that this one starts


if __name__ == "__main__":
    put_current_folder_last()
    run()
