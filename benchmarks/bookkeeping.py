"""What a search costs beside training: milliseconds a trial, and memory, over many trials.

Networks are tiny and train for one epoch; what the trainer takes is left out, but for what it calls
back: the proposals of further trials while others train, by the clock, and what it tells of trials
and epochs from its threads, by their time of a core. With `--mlflow`,
the process that writes MLflow runs beside it, as in a search from the command line.

    python benchmarks/bookkeeping.py --trials 1000
"""

import argparse
import resource
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from tuner.run.opening import create_study
from tuner.run.preparing import prepare
from tuner.run.request import DataRequest, Destination
from tuner.run.setup import make_hypermodel
from tuner.study import EventKind, Listener, SearchSettings, TrialRecord
from tuner.training import Plan

_PART = 100  # trials


class Clock(Listener):
    """Notes when each trial has ended, and how much memory the process holds.

    Attributes:
        trained: The seconds so far in which the clock stood still.
        ends: Seconds at which each trial ended, those of training left out.
        megabytes: What the process held then.
    """

    def __init__(self) -> None:
        self.trained = 0.0
        self._lock = threading.Lock()
        self.ends: list[float] = []
        self.megabytes: list[float] = []

    def stand_still(self, seconds: float) -> None:
        """Leave out some seconds of training, or give them back if they are negative."""
        with self._lock:
            self.trained += seconds

    def count(
        self, hook: Callable[..., Any], now: Callable[[], float] = time.perf_counter
    ) -> Callable[..., Any]:
        """Return a hook of training whose own seconds are given back."""

        def call(*arguments: Any) -> Any:
            started = now()
            try:
                return hook(*arguments)
            finally:
                self.stand_still(started - now())

        return call

    def on_trial_end(self, record: TrialRecord) -> None:
        """Note it, the time of training left out."""
        self.ends.append(time.perf_counter() - self.trained)
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        self.megabytes.append(pages * resource.getpagesize() / 2**20)


def main() -> None:
    """Search, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--trials", type=int, default=1000)
    parser.add_argument("--oracle", default="random")
    parser.add_argument("--space", default="mlp_sgd")
    parser.add_argument("--mlflow", action="store_true")
    given = parser.parse_args()
    clock = search(given)
    print("| trials | ms a trial | memory, MB |")
    print("|---|---|---|")
    ends = np.array(clock.ends)
    for first in range(0, len(ends) - _PART + 1, _PART):
        # of the first trial only the end is known
        before, last = max(first - 1, 0), first + _PART - 1
        each = 1000 * (ends[last] - ends[before]) / (last - before)
        memory = clock.megabytes[last]
        print(f"| {first + 1} to {first + _PART} | {each:.1f} | {memory:.0f} |")


def search(given: argparse.Namespace) -> Clock:
    """Search with a clock that stands still while the trainer trains."""
    from tuner.search import FoldTuner
    from tuner.tracking import MlflowMirror, choose_tracking_uri

    clock = Clock()
    settings = SearchSettings(max_trials=given.trials, folds=3, epochs=1, oracle=given.oracle)
    prepared = prepare(given.space, DataRequest("iris"), settings)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        listeners: list[Listener] = [clock]
        if given.mlflow:
            listeners.append(MlflowMirror(choose_tracking_uri(None, root), root))
        tuner = FoldTuner(make_hypermodel(prepared), settings, listeners=listeners)
        train = tuner.trainer.train

        def timed(*arguments: Any, plan: Plan, **options: Any) -> Iterator[Any]:
            hooks = replace(
                plan.hooks,
                ask_more=clock.count(plan.hooks.ask_more),
                begin=clock.count(plan.hooks.begin, time.thread_time),
                on_epoch=clock.count(plan.hooks.on_epoch, time.thread_time),
            )
            results = train(*arguments, plan=replace(plan, hooks=hooks), **options)
            while True:
                started = time.perf_counter()
                result = next(results, None)
                clock.stand_still(time.perf_counter() - started)
                if result is None:
                    return
                yield result

        tuner.trainer.train = timed
        study = create_study(prepared, Destination(root))
        tuner.run(prepared.problem, study)
        study.journal.append(EventKind.ENDED, status="finished", summary={})
        for listener in listeners:
            listener.on_study_end("interrupted", {})
    return clock


if __name__ == "__main__":
    main()
