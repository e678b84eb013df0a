"""Why a search ended: the kind of its end, and a sentence for people.

It is here, not in `tuner.search`, so that reading why an earlier search ended imports no Keras.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

__all__ = ["ALL_ROWS_KEY", "EndKind", "SearchEnd"]

ALL_ROWS_KEY = "has_time_for_all_rows"
"""In the basis of a stage, whether an ensemble of folds gets networks on all rows beside these."""


class EndKind(StrEnum):
    """The kinds of ends, by the word that the journal has for each.

    Attributes:
        TRIALS: The study has as many trials as were requested.
        SECONDS: The time was up.
        EXHAUSTED: Every configuration was tried.
        ANSWERED: The trials answer the question of the space; more would not change the answer.
        WORK: The question is open, but more trials would take long.
        PATIENCE: The last trials have not improved the ensemble.
        ORACLE: The oracle proposed no further trial, for a reason of its own.
    """

    TRIALS = "trials"
    SECONDS = "seconds"
    EXHAUSTED = "exhausted"
    ANSWERED = "answered"
    WORK = "work"
    PATIENCE = "patience"
    ORACLE = "oracle"


@dataclass(frozen=True, slots=True)
class SearchEnd:
    """Why a search ended.

    Attributes:
        kind: The kind of the end.
        sentence: The reason, in one sentence.
        trials: The number of trials that had ended.
        adds_networks_on_all_rows: Whether there was time for networks on all rows beside those of
            folds. None if no networks of folds are exported.
    """

    kind: EndKind
    sentence: str
    trials: int
    adds_networks_on_all_rows: bool | None = None

    @classmethod
    def find_trial_limit(cls, trials: int, max_trials: int) -> "SearchEnd | None":
        """Return the end of a search that has its trials. None if it needs more.

        Args:
            trials: The number of trials that have ended.
            max_trials: The number of trials that were requested.
        """
        if trials < max_trials:
            return None
        if trials > max_trials:
            sentence = f"the study has {trials} trials already, and {max_trials} were requested"
        elif trials == 1:
            sentence = "its one trial has ended"
        else:
            sentence = f"all {trials} trials have ended"
        return cls(EndKind.TRIALS, sentence, trials)

    @classmethod
    def from_dict(cls, record: dict[str, Any]) -> "SearchEnd":
        """Return what `to_dict` wrote."""
        return cls(
            EndKind(record["kind"]),
            record["sentence"],
            record["trials"],
            record.get(ALL_ROWS_KEY),
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the end as JSON values."""
        known = (
            {}
            if self.adds_networks_on_all_rows is None
            else {ALL_ROWS_KEY: self.adds_networks_on_all_rows}
        )
        return {"kind": self.kind.value, "sentence": self.sentence, "trials": self.trials, **known}
