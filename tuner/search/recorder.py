"""Writes a search's events to the study's journal, and passes them on to listeners."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import keras_tuner

from tuner.space import Value
from tuner.study import EventKind, Listener, Study, TrialRecord
from tuner.training import Job
from tuner.training.processor import describe_processor
from tuner.training.race import Settled

__all__ = ["Recorder"]


class Recorder:
    """Writes what happens in a search, first to the journal, then to the listeners.

    Args:
        study: The study.
        hypermodel: Derives further hyperparameters from a trial's, if it can.
        listeners: Receive the search's events, in this order.
    """

    def __init__(
        self, study: Study, hypermodel: keras_tuner.HyperModel, listeners: Sequence[Listener]
    ) -> None:
        self.study = study
        self._derive = getattr(hypermodel, "derived_hyperparameters", None)
        self._listeners = listeners
        self._processors: set[str] = set()  # that trained the study's trials

    def recall(self, records: Iterable[TrialRecord]) -> None:
        """Learn which trials the study has already."""
        self._processors |= {record.result.processor for record in records} - {""}

    def announce_begin(self) -> None:
        """Tell the listeners that the search begins."""
        for listener in self._listeners:
            listener.on_study_begin(self.study)

    def record_proposal(self, job: Job) -> None:
        """Write a proposed trial to the journal, and tell the listeners."""
        values = dict(job.hyperparameters.values)
        self.study.journal.append(EventKind.PROPOSED, trial=job.trial, hyperparameters=values)
        for listener in self._listeners:
            listener.on_trial_begin(job.trial, values)

    def record_screened(
        self, values: dict[str, Value], score: tuple[float, float] | None, epoch: int
    ) -> dict[str, Any]:
        """Write what a first trial came to on one fold, and return that.

        Args:
            values: Its active hyperparameters.
            score: Its score and the standard error; None if it failed.
            epoch: Its best epoch, counted from 1.
        """
        fields = {"hyperparameters": values, "score": score, "epoch": epoch}
        self.study.journal.append(EventKind.SCREENED, **fields)
        return fields

    def note(self, note: str) -> None:
        """Tell the listeners what a person should know about how the search runs."""
        for listener in self._listeners:
            listener.on_note(note)

    def announce_epoch(self, trial: int, epoch: int) -> None:
        """Tell the listeners how far a trial's training is. Any thread can call it."""
        for listener in self._listeners:
            listener.on_epoch(trial, epoch)

    def announce_trained(self, trial: int) -> None:
        """Tell the listeners that a trial's training ended."""
        for listener in self._listeners:
            listener.on_trial_trained(trial)

    def record_trial(self, job: Job, settled: Settled) -> TrialRecord:
        """Write a settled trial to the study. From then on it counts."""
        values = dict(job.hyperparameters.values)
        derived = self._derive(values) if self._derive else {}
        processor = settled.result.processor or describe_processor()
        result = replace(settled.result, processor=processor)
        record = TrialRecord(job.trial, values, derived, result)
        self.study.write_trial(record, settled.leads)
        self._compare_processors(processor)
        return record

    def _compare_processors(self, processor: str) -> None:
        """Tell the listeners if a trial was trained on another kind of processor than others."""
        if self._processors and processor not in self._processors:
            kinds = " and ".join(sorted({*self._processors, processor}))
            self.note(
                f"trials of this study are trained on different kinds of processors ({kinds}): "
                "the last digits of a trial's numbers depend on which one trained it"
            )
        self._processors.add(processor)

    def announce_trial(self, record: TrialRecord) -> None:
        """Tell the listeners about a trial that `record_trial` wrote."""
        for listener in self._listeners:
            listener.on_trial_end(record)

    def announce_end(self, reason: str) -> None:
        """Tell the listeners that the last trial ended, and why there are no more."""
        for listener in self._listeners:
            listener.on_search_end(self.study, reason)
