"""A worker: trains units of a search in a process of its own, and reports to the search."""

from __future__ import annotations

import os
import socket
import threading
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import numpy as np

from tuner._version import __version__
from tuner.errors import TunerError
from tuner.libraries.light_imports import import_keras_tuner
from tuner.training import TRAINERS
from tuner.training.fold_networks import FoldNetworks, FoldValues, MakeNetwork, count_bytes
from tuner.training.plan import Hooks, Job
from tuner.training.processor import describe_processor
from tuner.training.race import Race
from tuner.training.remote.messages import (
    Context,
    Orders,
    SentNetworks,
    Standing,
    WorkerFacts,
    WorkerReport,
)
from tuner.training.result import Snapshot, TrialResult

__all__ = ["Worker", "list_worker_versions"]

_LIBRARIES = ("tensorflow", "keras", "keras-tuner", "numpy")
_INLINE_BYTES = 2**16  # of arrays that are sent at once, whether or not they are needed


def list_worker_versions() -> dict[str, str]:
    """Return the versions that the searching process and its workers must share."""
    return {"softmax-tuner": __version__, **{name: _find_version(name) for name in _LIBRARIES}}


def _find_version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "none"


class Worker:
    """Trains one unit after another, and keeps TensorFlow, the rows and traced programs meanwhile.

    A unit trains in a thread, so that the worker can report while it trains.

    Args:
        trainer: The name of the trainer.
        cores: How many cores it may use.
        environment: Variables of the searching process that decide TensorFlow's numbers.
        keep: Keeps something large where it is, and returns what brings it later. None to send all
            that there is.
    """

    def __init__(
        self,
        trainer: str,
        cores: int,
        environment: Mapping[str, str],
        keep: Callable[[Any], Any] | None = None,
    ) -> None:
        os.environ.update(environment)
        import_keras_tuner()
        self._trainer = TRAINERS[trainer](cores)
        self._processor = describe_processor()
        self._keep = keep
        self._changed = threading.Condition()
        self._report = WorkerReport()
        self._orders = Orders()
        self._progress = time.monotonic()

    def describe(self) -> dict[str, Any]:
        """Return the fields of `WorkerFacts`, as a search of another version can read them."""
        versions = list_worker_versions()
        return asdict(WorkerFacts(socket.gethostname(), os.getpid(), self._processor, versions))

    def begin(self, load: Callable[[], Context], jobs: Sequence[Job]) -> None:
        """Begin to train a unit.

        Args:
            load: Returns what the units of the search have in common. It is called in the thread
                that trains, since rows may take long to come.
            jobs: The trials of the unit.
        """
        with self._changed:
            self._report, self._orders = WorkerReport(), Orders()
            self._progress = time.monotonic()
        threading.Thread(target=self._train, args=(load, jobs), daemon=True).start()

    def exchange(self, orders: Orders, seconds: float) -> WorkerReport:
        """Take orders, and report as soon as there is something to tell.

        Args:
            orders: They take the place of the ones before.
            seconds: The longest to wait.
        """
        with self._changed:
            self._orders = orders
            self._changed.wait_for(lambda: self._report.is_urgent, seconds)
            report, self._report = self._report, WorkerReport()
            report.silent = time.monotonic() - self._progress
            return report

    def _train(self, load: Callable[[], Context], jobs: Sequence[Job]) -> None:
        """Train a unit, and tell its results, or the error that ends it."""
        error: Exception | None = None
        try:
            self._train_unit(load(), jobs)
        except TunerError as known:
            error = known
        except BaseException:  # not every exception can be sent; a hypermodel may call sys.exit
            error = RuntimeError(f"on a worker of the search:\n{traceback.format_exc()}")
        with self._changed:
            self._report.error, self._report.over = error, True
            self._changed.notify()

    def _train_unit(self, context: Context, jobs: Sequence[Job]) -> None:
        import keras

        keras.config.set_dtype_policy(context.policy)  # which Keras keeps for each thread
        hooks = Hooks(
            race=None if context.rungs is None else _RaceLink(context.rungs, self),
            fold_networks=_NetworksLink(self) if context.keeps_networks else None,
            time_is_up=lambda: self._orders.time_is_up,
            on_epoch=self._add_epoch,
            on_note=self._add_note,
        )
        plan = replace(context.plan, hooks=hooks)
        given = {job.trial: (job.hyperparameters, len(job.hyperparameters.values)) for job in jobs}
        results = self._trainer.train(jobs, context.hypermodel, problem=context.problem, plan=plan)
        for result in results:
            with self._changed:
                self._report.results.append(self._sign(result))
                hyperparameters, count = given[result.trial]
                if len(hyperparameters.values) > count:
                    self._report.declared[result.trial] = hyperparameters
                self._progress = time.monotonic()
                self._changed.notify()

    def _sign(self, result: TrialResult) -> TrialResult:
        return replace(result, processor=self._processor)

    def _add_note(self, note: str) -> None:
        with self._changed:
            self._report.notes.append(note)

    def _add_epoch(self, trial: int, epoch: int) -> None:
        with self._changed:
            self._report.epochs[trial] = epoch
            self._progress = time.monotonic()

    def is_beaten(self, trial: int) -> bool:
        """Return whether the last orders say that a trial is beaten."""
        return trial in self._orders.beaten

    def add_standing(
        self, trial: int, scores: Sequence[float], values: np.ndarray, snapshot: Snapshot
    ) -> None:
        """Tell a rung that a trial has reached; arguments as of `Race.reach`."""
        scored = snapshot.metrics is not None  # only this process has the hypermodel's own
        result = self._sign(snapshot() if scored else snapshot.result)
        assert result.probabilities is not None
        kept = self._keep_large(result, result.probabilities.nbytes)
        standing = Standing(trial, list(scores), values.astype(np.float32), kept, scored)
        with self._changed:
            self._report.standings.append(standing)
            self._changed.notify()

    def add_networks(
        self, trial: int, score: float, folds: Sequence[FoldValues], trainer: str
    ) -> None:
        """Tell that the networks of a trial are trained; arguments as of `FoldNetworks.keep`."""
        nbytes = count_bytes(folds)
        networks = SentNetworks(score, trainer, nbytes, self._keep_large(list(folds), nbytes))
        with self._changed:
            self._report.networks[trial] = networks

    def _keep_large(self, value: Any, nbytes: int) -> Any:
        """Keep a large value where it is, and return what brings it; return another one itself."""
        return value if self._keep is None or nbytes <= _INLINE_BYTES else self._keep(value)


class _NetworksLink(FoldNetworks):
    """Sends the networks of folds to the search, which keeps those of the best trials."""

    def __init__(self, worker: Worker) -> None:
        super().__init__()
        self._worker = worker

    def keep(
        self,
        trial: int,
        score: float,
        folds: list[FoldValues],
        make_network: MakeNetwork,
        *,
        trainer: str,
    ) -> None:
        """Send the values of the networks."""
        self._worker.add_networks(trial, score, folds, trainer)


class _RaceLink(Race):
    """A worker's end of the race, which the searching process holds."""

    def __init__(self, rungs: tuple[int, ...], worker: Worker) -> None:
        self.rungs = rungs
        self._worker = worker

    def reach(
        self,
        trial: int,
        scores: Sequence[float],
        values: np.ndarray,
        make_result: Callable[[], TrialResult],
    ) -> None:
        """Tell the search that a trial has reached a rung."""
        assert isinstance(make_result, Snapshot)
        self._worker.add_standing(trial, scores, values, make_result)

    def is_beaten(self, trial: int) -> bool:
        """Return whether the search has said that the trial is beaten."""
        return self._worker.is_beaten(trial)
