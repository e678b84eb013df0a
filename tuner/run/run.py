"""A run: a study that is searched, its setup, and its listeners."""

import math
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from tuner.errors import StudyError
from tuner.run.estimates import Estimates
from tuner.run.setup import Setup
from tuner.run.side_files import find_damaged_files
from tuner.study import EventKind, Listener, Study
from tuner.training.fold_networks import FoldNetworks

__all__ = ["Run", "note_unwritten", "record_run"]


@dataclass(frozen=True)
class Run:
    """A run: one `search` or `resume` of a study.

    Attributes:
        setup: Space, data, folds and settings.
        study: The study on disk.
        listeners: Receive the run's events, in this order.
        started: When the run started, by `time.monotonic`.
    """

    setup: Setup
    study: Study
    listeners: Sequence[Listener] = ()
    started: float = field(default_factory=time.monotonic)

    @cached_property
    def estimates(self) -> Estimates:
        """Seconds that the stages after the search take."""
        return Estimates.from_setup(self.setup)

    @cached_property
    def fold_networks(self) -> FoldNetworks:
        """Keeps the networks of folds that an ensemble may have."""
        return FoldNetworks(self.setup.settings.plan.objective)

    @property
    def seconds(self) -> float:
        """Seconds since the run started."""
        return time.monotonic() - self.started

    @property
    def seconds_left(self) -> float:
        """Seconds until the time limit; infinite without one."""
        return (self.setup.settings.max_seconds or math.inf) - self.seconds

    def note(self, note: str) -> None:
        """Tell the listeners what the user should know about the run."""
        for listener in self.listeners:
            listener.on_note(note)

    def announce(self, description: str) -> None:
        """Tell the listeners which stage begins."""
        for listener in self.listeners:
            listener.on_stage(description)

    def tell_answer(self, sentence: str, picks: Sequence[str]) -> None:
        """Tell the listeners the answer to the space's question, with a line for each pick."""
        for listener in self.listeners:
            listener.on_answer(sentence, picks)


@contextmanager
def note_unwritten(run: Run) -> Iterator[None]:
    """Turn into a note that the journal of a run cannot be written, when the run has its results.

    A later run repeats what the journal lacks.
    """
    try:
        yield
    except StudyError as error:
        run.note(str(error))


@contextmanager
def record_run(run: Run) -> Iterator[dict[str, Any]]:
    """Write the begin and the end of a run to the journal, and tell the listeners of the end.

    If the journal cannot be written at the end, the summary is still the caller's.

    Yields:
        The summary to write at the end, to be filled.
    """
    journal, summary = run.study.journal, dict[str, Any]()
    status: Literal["finished", "failed", "interrupted"] = "interrupted"
    for path in find_damaged_files(run.study):
        run.note(f"{path} is damaged, so it is made again")
    run.study.begin(run.setup.settings, fold_networks=True)
    try:
        yield summary
        status = "finished"
    except Exception:
        status = "failed"
        raise
    finally:
        with note_unwritten(run):
            journal.append(EventKind.ENDED, status=status, summary=summary)
        for listener in run.listeners:
            listener.on_study_end(status, summary)
