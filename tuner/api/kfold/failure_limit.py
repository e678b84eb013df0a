"""Ends a search in which trial after trial fails."""

from tuner.errors import SearchFailed
from tuner.study import Listener, TrialRecord
from tuner.words import count_noun

__all__ = ["FailureLimit"]


class FailureLimit(Listener):
    """Ends a search in which so many trials fail one after another.

    Args:
        most: The number of trials.
    """

    def __init__(self, most: int) -> None:
        self._most, self._failed = most, 0

    def on_trial_end(self, record: TrialRecord) -> None:
        """Count a trial that failed."""
        self._failed = self._failed + 1 if record.result.status == "failed" else 0
        if self._failed >= self._most:
            raise SearchFailed(
                f"{count_noun(self._failed, 'trial')} failed one after another; the last, trial "
                f"{record.trial}: {record.result.reason}"
            )
