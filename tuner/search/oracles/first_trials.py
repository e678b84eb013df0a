"""The trials that a space begins with: which one comes next, and for how long it trains."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from tuner.scoring import Objective
from tuner.search.oracles.lengths import lengthen, list_shorter
from tuner.search.oracles.time_limit import TimeLimit
from tuner.search.oracles.tried_configurations import TriedConfigurations
from tuner.space import Space, Value

__all__ = ["FirstTrials", "Screened"]

_SHARE = 1 / 3  # of the seconds that are left, which a first trial may take
_SCREENED_SHARE = 0.9  # and one that did well on a fold, of which it is known how long it takes
_CLEARLY = 2.0  # standard errors, by which a first trial is worse that does not come


@dataclass(frozen=True, slots=True)
class Screened:
    """What a first trial came to on one fold.

    Attributes:
        values: Its active hyperparameters.
        score: The objective on the validation rows of the fold; NaN if it failed.
        standard_error: Its standard error.
        gained_to_its_end: Whether its best epoch was one of its last.
    """

    values: Mapping[str, Value]
    score: float
    standard_error: float
    gained_to_its_end: bool


class Proposer(Protocol):
    """What the first trials need of an oracle: its space, limits, and the trials so far."""

    @property
    def time_limit(self) -> TimeLimit | None:
        """Says which trials cannot end in time."""

    @property
    def space(self) -> Space:
        """The search space."""

    def allows(self, values: Mapping[str, Value]) -> bool:
        """Return whether a configuration can be proposed."""

    def read_tried(self) -> TriedConfigurations:
        """Return the configurations of all trials so far."""


class FirstTrials:
    """Proposes the first trials of a space.

    They come in the space's order, each shortened if it would take too long. Those that were
    screened, which means trained on one fold, come before the others, the best first and trained
    for longer if that may gain; those that are clearly worse than the best, or failed, do not come,
    unless all failed.

    Args:
        oracle: The oracle whose trials they are.
        objective: The objective to optimise.

    Attributes:
        screened: Those that were screened.
    """

    def __init__(self, oracle: Proposer, objective: Objective) -> None:
        self._oracle = oracle
        self._objective = objective
        self.screened: list[Screened] = []

    def propose(self) -> dict[str, Value] | None:
        """Return the next first trial; None if all were tried, or nothing else can end in time."""
        waiting = self.list_waiting()
        best = self.rank()
        ranked = [each for each in best if each.values in waiting]
        known = [each.values for each in self.screened] if best else []
        others = [values for values in waiting if values not in known]
        proposals = [
            *(self._fit(self._list_longer(each), _SCREENED_SHARE) for each in ranked),
            *(self._fit([values, *self._list_shorter(values)], _SHARE) for values in others),
        ]
        return next((each for each in proposals if each is not None), None)

    def list_waiting(self) -> list[dict[str, Value]]:
        """Return those that were not tried, whatever the length."""
        tried = self._oracle.read_tried()
        return [
            values
            for values in self._list_all()
            if not any(each in tried for each in self._list_lengths(values))
        ]

    def rank(self) -> list[Screened]:
        """Return the screened ones, best first, without those that are clearly worse."""
        known = [each for each in self.screened if not math.isnan(each.score)]
        known.sort(key=lambda each: self._objective.to_loss(each.score))
        return [each for each in known if not self._is_clearly_worse(each, known[0])]

    def _is_clearly_worse(self, one: Screened, best: Screened) -> bool:
        error = max(one.standard_error, best.standard_error)
        return self._objective.to_loss(one.score - best.score) > _CLEARLY * error

    def _list_all(self) -> list[dict[str, Value]]:
        return [dict(first.values) for first in self._oracle.space.first]

    def _list_shorter(self, values: dict[str, Value]) -> list[dict[str, Value]]:
        """Return a first trial with shorter lengths that are not those of another first trial."""
        others = self._list_all()
        return [each for each in list_shorter(values, self._oracle.space) if each not in others]

    def _list_longer(self, screened: Screened) -> list[dict[str, Value]]:
        """Return the lengths that a screened trial may have, the one to try first at the front."""
        values = dict(screened.values)
        lengths = [values, *self._list_shorter(values)]
        longer = lengthen(values, self._oracle.space) if "length" in values else None
        if screened.gained_to_its_end and longer is not None and longer not in self._list_all():
            lengths.insert(0, longer)
        return lengths

    def _list_lengths(self, values: dict[str, Value]) -> list[dict[str, Value]]:
        """Return a first trial in all lengths in which it may have been tried."""
        screened = next((each for each in self.screened if each.values == values), None)
        if screened is not None:
            return self._list_longer(screened)
        return [values, *self._list_shorter(values)]

    def _fit(self, lengths: list[dict[str, Value]], share: float) -> dict[str, Value] | None:
        """Return the first of some lengths that is allowed and leaves time to others."""
        limit, allowed = self._oracle.time_limit, filter(self._oracle.allows, lengths)
        if limit is None:
            return next(allowed, None)
        if limit.insists:  # there is no time for any: the shortest
            return next(filter(self._oracle.allows, reversed(lengths)), None)
        return next((values for values in allowed if limit.leaves_time(values, share)), None)
