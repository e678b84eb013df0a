"""Who wants to know how a search goes on: the progress line, the MLflow mirror."""

from collections.abc import Mapping
from typing import Any, Literal

from tuner.space import Value
from tuner.study.records import TrialRecord
from tuner.study.study import Study

__all__ = ["Listener"]


class Listener:
    """Is told of a search's events; each method does nothing unless it is overridden."""

    def on_study_begin(self, study: Study) -> None:
        """Tell that a search begins."""

    def on_note(self, note: str) -> None:
        """Tell what a person should know of how the search is run."""

    def on_trial_begin(self, trial: int, hyperparameters: dict[str, Value]) -> None:
        """Tell that a trial was proposed and is about to be trained."""

    def on_trial_end(self, record: TrialRecord) -> None:
        """Tell that a trial ended; it stands in the journal already."""

    def on_search_end(self, study: Study, sentence: str) -> None:
        """Tell that the last trial ended, and in one sentence why there is no further one."""

    def on_stage(self, description: str) -> None:
        """Tell that a stage after the search begins, and what it does, in a few words."""

    def on_study_end(
        self, status: Literal["finished", "failed", "interrupted"], summary: Mapping[str, Any]
    ) -> None:
        """Tell that all is done, the export included; the summary is empty unless finished."""
