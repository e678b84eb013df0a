"""When a search looks whether the question of its space is answered, so that it can end."""

from collections.abc import Callable, Sequence

import keras_tuner

from tuner.space import Space
from tuner.study import MOST_ROUNDS, TrialRecord

__all__ = ["IsAnswered", "Looks"]

IsAnswered = Callable[[Sequence[TrialRecord]], bool]

# Rounds after which a search looks. With fewer than six, even the best of two settings cannot be
# told from the other by exchanging their trials. Few looks, since each is a chance to end by luck.
_LOOKS = (6, 8, 12, MOST_ROUNDS)


class Looks:
    """Looks after certain rounds, when all their trials have ended, whether to end the search.

    Whether a search ends depends on its first trials alone, not on how many train at once.

    Args:
        hypermodel: Its space says what is compared.
        is_answered: Returns whether some trials answer the question. None to never look.
    """

    def __init__(self, hypermodel: keras_tuner.HyperModel, is_answered: IsAnswered | None) -> None:
        space = getattr(hypermodel, "space", None)  # of a custom hypermodel it may be anything
        settings = space.count_settings() if isinstance(space, Space) else None
        self._is_answered = is_answered
        self._trials = [settings * n for n in _LOOKS] if settings and is_answered else []
        self._looked_at = 0
        self.answered = False

    def limit(self, *, started: int, ended: int) -> int | None:
        """Return how many trials may start before the next look. None if there is none.

        Args:
            started: The number of trials that have started.
            ended: How many of them have ended.
        """
        return next((trials - started for trials in self._trials if trials > ended), None)

    def look(self, records: Sequence[TrialRecord]) -> bool:
        """Return whether the search is over, because its trials up to the last look answer it.

        Args:
            records: The trials that have ended; none is under way.
        """
        passed = [trials for trials in self._trials if trials <= len(records)]
        if self._is_answered is not None and passed and passed[-1] != self._looked_at:
            self._looked_at = passed[-1]
            first = [record for record in records if record.trial < passed[-1]]
            self.answered = self._is_answered(first)
        return self.answered
