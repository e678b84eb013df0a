"""The process that prepares a report while its study is searched.

It starts as `python -m tuner.run.companion ROOT`. It imports scikit-learn and bundles Vega, while
the search imports TensorFlow. Then it reads a study's name from standard input, and trains the
study's baselines. The study's folder has the results. When standard input is closed, because the
search has ended, it ends itself and the processes that it has started.
"""

import os
import queue
import signal
import sys
import threading
from pathlib import Path

__all__: list[str] = []

_NICENESS = 10  # so that training comes first


def main() -> None:
    """Prepare a report."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the search ends this process
    if hasattr(os, "nice"):  # not on Windows
        os.nice(_NICENESS)
    names: queue.SimpleQueue[str] = queue.SimpleQueue()
    threading.Thread(target=_read_input, args=[names], daemon=True).start()

    import sklearn.ensemble
    import sklearn.linear_model  # noqa: F401

    from tuner.report.vega import bundle_vega
    from tuner.run.baselines import ensure_baselines
    from tuner.run.opening import open_study

    bundle_vega()
    setup, study = open_study(names.get(), Path(sys.argv[1]))
    ensure_baselines(setup, study)


def _read_input(names: "queue.SimpleQueue[str]") -> None:
    """Read the study's name, and end the process when the search has ended."""
    for line in sys.stdin:
        names.put(line.removesuffix("\n"))
    if hasattr(os, "killpg") and os.getpgid(0) == os.getpid():  # the group is its own
        os.killpg(0, signal.SIGTERM)  # `tuner.run.side_processes` says why no other signal
    os._exit(1)


if __name__ == "__main__":
    main()
    os._exit(0)  # all is written, and a regular end of the interpreter takes time
