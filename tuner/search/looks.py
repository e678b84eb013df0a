"""When a search looks whether to end, because its question is answered or more trials take long."""

from collections.abc import Callable, Sequence
from operator import attrgetter, mul

import keras_tuner

from tuner.space import find_space
from tuner.study import ENOUGH_ROUNDS, FEWEST_ROUNDS, MOST_ROUNDS, EndKind, TrialRecord

__all__ = ["Looks"]

# Rounds after which a search looks. They are few, since each look is a chance to end by luck.
_LOOKS = (FEWEST_ROUNDS, ENOUGH_ROUNDS, 12, MOST_ROUNDS)

# The work up to the next look at which a search does not go on by itself, in visits of a weight by
# a training row. Two idle cores make so many in five to ten minutes (docs/measurements.md).
_MOST_WORK = 3e12


class Looks:
    """Looks after certain trials, when all of them have ended, whether to end the search.

    It looks after rounds of settings that are compared, and whenever `patience` trials have ended.

    Whether a search ends depends on its first trials alone, not on how many train at once, nor on
    how fast the machine is: what more trials would take is counted, not timed.

    Args:
        hypermodel: Its space says what is compared.
        rows: The training rows of an epoch, over all folds.
        is_answered: Returns whether some trials answer the question. None to not ask.
        has_gained: Returns whether the ensemble of the second trials is better than that of the
            first, a part of them. None to not ask.
        patience: The search ends after so many trials that have not improved the ensemble; None
            for any number.

    Attributes:
        end: Why the search ends; None if it goes on.
    """

    def __init__(
        self,
        hypermodel: keras_tuner.HyperModel,
        rows: int,
        *,
        is_answered: Callable[[Sequence[TrialRecord]], bool] | None = None,
        has_gained: Callable[[Sequence[TrialRecord], Sequence[TrialRecord]], bool] | None = None,
        patience: int | None = None,
    ) -> None:
        space = find_space(hypermodel)
        settings = None if space is None else space.count_settings()
        self._is_answered = is_answered
        self._trials = [settings * n for n in _LOOKS] if settings and is_answered else []
        self._rows = rows
        self._epochs: dict[int, int] = {}  # of the trials that ended, by number
        self._records: list[TrialRecord] = []  # that ended, if a look is to come
        self._looked_at = self._waited_until = 0
        self._has_gained = has_gained
        self._patience = None if has_gained is None else patience
        self.end: EndKind | None = None

    def add(self, record: TrialRecord) -> None:
        """Add a trial that has ended."""
        if self._trials or self._patience is not None:
            self._records.append(record.brief)
        if self._trials:
            curve = record.result.curves.get("loss") or [[]]
            self._epochs[record.trial] = len(curve[0])

    def find_next(self, ended: int) -> int | None:
        """Return the number of trials after which the next look is. None if there is none.

        Args:
            ended: The number of trials that have ended.
        """
        following = [trials for trials in self._trials if trials > ended][:1]
        if self._patience is not None:
            following.append((ended // self._patience + 1) * self._patience)
        return min(following, default=None)

    def look(self) -> bool:
        """Return whether the search is over, by its trials up to the last look.

        No trial is under way.
        """
        records = self._records
        passed = [trials for trials in self._trials if trials <= len(records)]
        if passed and passed[-1] != self._looked_at:
            self._looked_at = passed[-1]
            self.end = self._judge(self._list_first(passed[-1]))
        if self.end is None and self._is_out_of_patience(records):
            self.end = EndKind.PATIENCE
        return self.end is not None

    def _is_out_of_patience(self, records: Sequence[TrialRecord]) -> bool:
        """Return whether the last trials before a look have not improved the ensemble."""
        if self._has_gained is None or self._patience is None:
            return False
        if len(records) < 2 * self._patience:
            return False
        last = len(records) // self._patience * self._patience
        if last == self._waited_until:
            return False
        self._waited_until = last
        now = self._list_first(last)
        before = now[: last - self._patience]
        return not self._has_gained(before, now)

    def _list_first(self, count: int) -> list[TrialRecord]:
        """Return the first trials that have a record; one for which no time was left has none."""
        return sorted(self._records, key=attrgetter("trial"))[:count]

    def _judge(self, records: Sequence[TrialRecord]) -> EndKind | None:
        """Return why a search ends after some trials; None if it goes on."""
        if self._is_answered is not None and self._is_answered(records):
            return EndKind.ANSWERED
        following = next((trials for trials in self._trials if trials > len(records)), 0)
        expected = self._count_work(records) / len(records) * following
        return EndKind.WORK if expected > _MOST_WORK else None

    def _count_work(self, records: Sequence[TrialRecord]) -> float:
        """Return how often training rows have visited weights in some trials."""
        epochs = (self._epochs[record.trial] for record in records)
        weights = (record.result.parameters for record in records)
        return self._rows * float(sum(map(mul, epochs, weights)))
