"""The trials that a space begins with: which one comes next, and for how long it trains."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from tuner.scoring import Objective
from tuner.search.oracles.lengths import list_shorter
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
        follow_up: The same with one value changed, as its best epoch there says. None if it says
            nothing.
    """

    values: Mapping[str, Value]
    score: float
    standard_error: float
    follow_up: dict[str, Value] | None


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
    screened, which means trained on one fold, come before the others, the best first and changed
    as its best epoch says; those that are clearly worse than the best, or failed, do not come,
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
            *(self._fit(self._list_variants(each.values), _SCREENED_SHARE) for each in ranked),
            *(self._fit(self._list_variants(values), _SHARE) for values in others),
        ]
        return next((each for each in proposals if each is not None), None)

    def list_waiting(self) -> list[dict[str, Value]]:
        """Return those that were not tried, as they are or changed."""
        tried = self._oracle.read_tried()
        return [
            values
            for values in self._list_all()
            if not any(each in tried for each in self._list_variants(values))
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

    def _list_variants(self, values: Mapping[str, Value]) -> list[dict[str, Value]]:
        """Return a first trial in all forms in which it may be tried, what to try first in front.

        They are what its best epoch on one fold says, itself, and both with shorter lengths,
        without those that are another first trial.
        """
        forms = [dict(values)]
        for screened in self.screened:
            if screened.values == values and screened.follow_up is not None:
                forms.insert(0, screened.follow_up)
        space = self._oracle.space
        others = [each for each in self._list_all() if each != values]
        variants = [each for form in forms for each in (form, *list_shorter(form, space))]
        return [each for each in variants if each not in others]

    def _fit(self, variants: list[dict[str, Value]], share: float) -> dict[str, Value] | None:
        """Return the first of some variants that is allowed and leaves time to others."""
        limit, allowed = self._oracle.time_limit, filter(self._oracle.allows, variants)
        if limit is None:
            return next(allowed, None)
        if limit.insists:  # there is no time for any: the shortest
            return next(filter(self._oracle.allows, reversed(variants)), None)
        return next((values for values in allowed if limit.leaves_time(values, share)), None)
