"""The interface through which a search reports its progress to the terminal and to MLflow."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from tuner.space import Value
from tuner.study.records import TrialRecord
from tuner.study.study import Study
from tuner.training.remote.crew import CrewState

__all__ = ["Listener"]


class Listener:
    """Receives the events of a search. A subclass overrides the methods that it needs."""

    def on_study_begin(self, study: Study) -> None:
        """A search begins."""

    def on_note(self, note: str) -> None:
        """There is something that a person should know about how the search runs."""

    def on_crew(self, state: CrewState) -> None:
        """The workers that train the trials have changed, or what they train."""

    def on_trial_begin(self, trial: int, hyperparameters: dict[str, Value]) -> None:
        """A trial was proposed, and its training is about to begin."""

    def on_epoch(self, trial: int, epoch: int) -> None:
        """A trial has trained an epoch on all folds; `epoch` counts from 1.

        Called from the threads that train, often: be quick.
        """

    def on_trial_trained(self, trial: int) -> None:
        """A trial's training ended. Trials before it may still decide what it came to."""

    def on_trial_end(self, record: TrialRecord) -> None:
        """A trial ended, and its journal event is written."""

    def on_search_end(self, study: Study, sentence: str) -> None:
        """The last trial ended; `sentence` says why no further one follows."""

    def on_answer(self, sentence: str, picks: Sequence[str]) -> None:
        """The picks are made, each with a line; `sentence` answers the space's question."""

    def on_stage(self, description: str) -> None:
        """A stage after the search begins; `description` says in a few words what it does."""

    def on_study_end(
        self, status: Literal["finished", "failed", "interrupted"], summary: Mapping[str, Any]
    ) -> None:
        """The run ended, including the export; `summary` is empty unless it finished."""
