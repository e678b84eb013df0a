"""Rules that end a search before its limits: its question is answered, or trials gain nothing."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from operator import attrgetter, mul

import keras_tuner

from tuner.space import find_space
from tuner.study import ENOUGH_ROUNDS, FEWEST_ROUNDS, MOST_ROUNDS, EndKind, TrialRecord

__all__ = ["AnswerRule", "EndRule", "EndRules", "PatienceRule"]

# Rounds after which a search looks. They are few, since each look is a chance to end by luck.
_LOOK_ROUNDS = (FEWEST_ROUNDS, ENOUGH_ROUNDS, 12, MOST_ROUNDS)

# The work up to the next look at which a search does not go on by itself, in visits of a weight by
# a training row. Two idle cores make so many in five to ten minutes (docs/measurements.md).
_MOST_WORK = 3e12


class EndRule(ABC):
    """Looks after certain trials, when all of them have ended, whether to end the search.

    Whether a search ends depends on its first trials alone, not on how many train at once, nor on
    how fast the machine is: what more trials would take is counted, not timed.
    """

    def add(self, record: TrialRecord) -> None:  # noqa: B027  (a rule may need no curves)
        """Learn of a trial that has ended, with its curves."""

    @abstractmethod
    def find_next(self, ended: int) -> int | None:
        """Return the number of trials after which the next look is. None if there is none.

        Args:
            ended: The number of trials that have ended.
        """

    @abstractmethod
    def find_last(self, ended: int) -> int:
        """Return the number of trials after which the last look was. 0 if there was none.

        Args:
            ended: The number of trials that have ended.
        """

    @abstractmethod
    def judge(self, records: Sequence[TrialRecord]) -> EndKind | None:
        """Return why a search ends after the trials of a look. None if it goes on.

        Args:
            records: The trials by their numbers, without their curves.
        """


class AnswerRule(EndRule):
    """Ends a comparison when its question is answered, or more trials would take long.

    It looks after rounds of the settings that are compared.

    Args:
        hypermodel: Its space says what is compared.
        rows: The training rows of an epoch, over all folds.
        is_answered: Returns whether some trials answer the question.
    """

    def __init__(
        self,
        hypermodel: keras_tuner.HyperModel,
        rows: int,
        is_answered: Callable[[Sequence[TrialRecord]], bool],
    ) -> None:
        space = find_space(hypermodel)
        settings = None if space is None else space.count_settings()
        self._trials = [settings * n for n in _LOOK_ROUNDS] if settings else []
        self._rows = rows
        self._is_answered = is_answered
        self._epochs: dict[int, int] = {}  # of the trials that ended, by number

    def add(self, record: TrialRecord) -> None:
        """Learn how many epochs a trial had."""
        curve = record.result.curves.get("loss") or [[]]
        self._epochs[record.trial] = len(curve[0])

    def find_next(self, ended: int) -> int | None:
        """Return the number of trials after which the next look is. None if there is none."""
        return next((trials for trials in self._trials if trials > ended), None)

    def find_last(self, ended: int) -> int:
        """Return the number of trials after which the last look was. 0 if there was none."""
        return max((trials for trials in self._trials if trials <= ended), default=0)

    def judge(self, records: Sequence[TrialRecord]) -> EndKind | None:
        """Return why a search ends after the trials of a look. None if it goes on."""
        if self._is_answered(records):
            return EndKind.ANSWERED
        following = self.find_next(len(records)) or 0
        expected = self._count_work(records) / len(records) * following
        return EndKind.WORK if expected > _MOST_WORK else None

    def _count_work(self, records: Sequence[TrialRecord]) -> float:
        """Return how often training rows have visited weights in some trials."""
        epochs = (self._epochs[record.trial] for record in records)
        weights = (record.result.parameters for record in records)
        return self._rows * float(sum(map(mul, epochs, weights)))


class PatienceRule(EndRule):
    """Ends a search when its last trials have not improved the ensemble.

    Args:
        has_gained: Returns whether the ensemble of the second trials is better than that of the
            first, a part of them.
        patience: How many trials these are; it looks whenever so many have ended.
    """

    def __init__(
        self,
        has_gained: Callable[[Sequence[TrialRecord], Sequence[TrialRecord]], bool],
        patience: int,
    ) -> None:
        self._has_gained = has_gained
        self._patience = patience

    def find_next(self, ended: int) -> int | None:
        """Return the number of trials after which the next look is."""
        return (ended // self._patience + 1) * self._patience

    def find_last(self, ended: int) -> int:
        """Return the number of trials after which the last look was. 0 if there was none."""
        return ended // self._patience * self._patience

    def judge(self, records: Sequence[TrialRecord]) -> EndKind | None:
        """Return why a search ends after the trials of a look. None if it goes on."""
        before = records[: -self._patience]
        return None if not before or self._has_gained(before, records) else EndKind.PATIENCE


class EndRules:
    """Asks rules whether to end a search, each once for every look.

    Args:
        rules: The rules; the first that ends the search says why.

    Attributes:
        end: Why the search ends; None if it goes on.
    """

    def __init__(self, rules: Sequence[EndRule]) -> None:
        self._looked_at = dict.fromkeys(rules, 0)  # the trials at the last look of each rule
        self._records: list[TrialRecord] = []  # that ended, if a look is to come
        self.end: EndKind | None = None

    def add(self, record: TrialRecord) -> None:
        """Add a trial that has ended."""
        if self._looked_at:
            self._records.append(record.brief)
        for rule in self._looked_at:
            rule.add(record)

    def find_next(self, ended: int) -> int | None:
        """Return the number of trials after which the next look is. None if there is none.

        Args:
            ended: The number of trials that have ended.
        """
        following = [rule.find_next(ended) for rule in self._looked_at]
        return min((trials for trials in following if trials is not None), default=None)

    def check(self) -> bool:
        """Return whether the search is over, by its trials up to the last look.

        No trial is under way.
        """
        for rule, looked_at in self._looked_at.items():
            last = rule.find_last(len(self._records))
            if self.end is None and last != looked_at:
                self._looked_at[rule] = last
                # one for which no time was left has no record
                first = sorted(self._records, key=attrgetter("trial"))[:last]
                self.end = rule.judge(first)
        return self.end is not None
