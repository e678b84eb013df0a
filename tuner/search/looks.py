"""When a search looks whether to end, because its question is answered or more trials take long."""

from collections.abc import Callable, Sequence
from operator import mul

import keras_tuner

from tuner.space import find_space
from tuner.study import FEWEST_ROUNDS, MOST_ROUNDS, EndKind, TrialRecord

__all__ = ["IsAnswered", "Looks"]

IsAnswered = Callable[[Sequence[TrialRecord]], bool]

# Rounds after which a search looks. They are few, since each look is a chance to end by luck.
_LOOKS = (FEWEST_ROUNDS, 8, 12, MOST_ROUNDS)

# The work up to the next look at which a search does not go on by itself, in visits of a weight by
# a training row. Two idle cores make so many in five to ten minutes (docs/measurements.md).
_MOST_WORK = 3e12


class Looks:
    """Looks after certain rounds, when all their trials have ended, whether to end the search.

    Whether a search ends depends on its first trials alone, not on how many train at once, nor on
    how fast the machine is: what more trials would take is counted, not timed.

    Args:
        hypermodel: Its space says what is compared.
        is_answered: Returns whether some trials answer the question. None to never look.
        rows: The training rows of an epoch, over all folds.

    Attributes:
        end: Why the search ends; None if it goes on.
    """

    def __init__(
        self, hypermodel: keras_tuner.HyperModel, is_answered: IsAnswered | None, rows: int
    ) -> None:
        space = find_space(hypermodel)
        settings = None if space is None else space.count_settings()
        self._is_answered = is_answered
        self._trials = [settings * n for n in _LOOKS] if settings and is_answered else []
        self._rows = rows
        self._looked_at = 0
        self.end: EndKind | None = None

    def limit(self, *, started: int, ended: int) -> int | None:
        """Return how many trials may start before the next look. None if there is none.

        Args:
            started: The number of trials that have started.
            ended: How many of them have ended.
        """
        return next((trials - started for trials in self._trials if trials > ended), None)

    def look(self, records: Sequence[TrialRecord]) -> bool:
        """Return whether the search is over, by its trials up to the last look.

        Args:
            records: The trials that have ended; none is under way.
        """
        passed = [trials for trials in self._trials if trials <= len(records)]
        if passed and passed[-1] != self._looked_at:
            self._looked_at = passed[-1]
            self.end = self._judge([record for record in records if record.trial < passed[-1]])
        return self.end is not None

    def _judge(self, records: Sequence[TrialRecord]) -> EndKind | None:
        """Return why a search ends after some trials; None if it goes on."""
        if self._is_answered is not None and self._is_answered(records):
            return EndKind.ANSWERED
        following = next((trials for trials in self._trials if trials > len(records)), 0)
        expected = self._count_work(records) / len(records) * following
        return EndKind.WORK if expected > _MOST_WORK else None

    def _count_work(self, records: Sequence[TrialRecord]) -> float:
        """Return how often training rows have visited weights in some trials."""
        epochs = (len(next(iter(r.result.curves.get("loss", ())), ())) for r in records)
        weights = (record.result.parameters for record in records)
        return self._rows * float(sum(map(mul, epochs, weights)))
