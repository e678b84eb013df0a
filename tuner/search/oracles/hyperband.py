"""Hyperband: many configurations for few epochs, and ever fewer of them for more.

The arithmetic of brackets and rungs is ours (Li et al. 2018). KerasTuner's own oracle keeps its
place in attributes that are not public, changes it with every question, and promotes whoever is
the first to end, so that it cannot go on from a journal; it also lets a rung starve in which
trials failed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import islice, takewhile
from math import ceil
from typing import Any

from tuner.search.oracles.random_search import RandomOracle
from tuner.search.oracles.tried import configuration_key
from tuner.space import Value

__all__ = ["HyperbandOracle"]

_FACTOR = 3  # of a rung's epochs to those of the one before, as of its trials the other way


class HyperbandOracle(RandomOracle):
    """Successive halving, in brackets that begin with more or with fewer epochs.

    A bracket's first rung is random configurations. The best third of a rung is trained again for
    three times the epochs, the last rung for all of them. The first bracket begins with the fewest
    epochs for which the search has room for a whole one, each next with more; after the bracket
    that is a single rung they begin anew, with other configurations. Brackets go on until
    `max_trials`, or until all of a finite space was tried.

    Each rung of a configuration is a trial of its own, trained from scratch: its hyperparameters
    are those of the rung before, its number and with it its random streams are not. A trial that
    failed counts as one of its rung and is not promoted.
    """

    adaptive = True
    races = False  # that is what its rungs do
    _closed: "tuple[Mapping[str, Any], list[_Rung]] | None" = None

    def propose(self, trial: int) -> dict[str, Value] | None:
        """Return the next best of the rung before, or an untried configuration."""
        rung = self._rungs()[-1]
        if rung.is_full:
            rung = self._next_rung(rung)
        if not rung.promoted:
            values = super().propose(trial)
            if values is not None or not rung.has_ended:
                return values
            rung = self._next_rung(rung)  # the space is exhausted, and the rung a smaller one
        promoted = rung.promoted[len(rung.trials) :][:1]
        return dict(promoted[0].hyperparameters.values) if promoted else None

    def waits(self, trial: int) -> bool:
        """Tell whether the trials of the rung are all proposed, and some under way."""
        rung = self._rungs()[-1]
        return rung.is_full and not rung.has_ended

    def epochs(self, trial: int) -> int:
        """Return the epochs of the trial's rung."""
        rung = next(rung for rung in reversed(self._rungs()) if rung.first <= trial)
        return max(round(self.most_epochs / _FACTOR**rung.above), 1)

    def _rungs(self) -> "list[_Rung]":
        """Return the rungs so far, the last of which may be without trials."""
        if self._closed is None or self._closed[0] is not self.trials:
            self._closed = self.trials, [self._first_rung(self._most_rungs_above(), first=0)]
        rungs = list(self._closed[1])
        kept = len(rungs) - 1
        rungs[kept].clear()
        for trial in islice(self.trials.values(), rungs[kept].first, None):
            if rungs[-1].is_full or rungs[-1].repeats(trial):
                rungs.append(self._next_rung(rungs[-1]))
            rungs[-1].add(trial)
        # Only a cache: the rungs that have ended, which stay as they are, and the one after them.
        kept += sum(1 for _ in takewhile(lambda rung: rung.has_ended, rungs[kept:-1]))
        self._closed = self.trials, rungs[: kept + 1]
        return rungs

    def _next_rung(self, rung: "_Rung") -> "_Rung":
        """Return the rung after one that has ended, in its bracket or the next."""
        first = rung.first + len(rung.trials)
        best = rung.best(self.objective.direction)[: max(len(rung.trials) // _FACTOR, 1)]
        if rung.above and best:
            return _Rung(first, rung.bracket, rung.above - 1, len(best), best)
        return self._first_rung((rung.bracket or self._most_rungs_above() + 1) - 1, first=first)

    def _first_rung(self, bracket: int, *, first: int) -> "_Rung":
        # as many trials that each bracket takes about the same epochs
        size = ceil((self._most_rungs_above() + 1) / (bracket + 1) * _FACTOR**bracket)
        return _Rung(first, bracket, bracket, size)

    def _most_rungs_above(self) -> int:
        """Return how many rungs the first bracket has above its first."""
        above, trials = 0, 1
        while _FACTOR ** (above + 1) <= self.most_epochs:
            trials += _FACTOR ** (above + 1)
            if trials > self.planned_trials:
                break
            above += 1
        return above


@dataclass
class _Rung:
    """Trials that are trained for the same epochs.

    Attributes:
        first: Number of its first trial.
        bracket: Rungs above the first rung of its bracket.
        above: Rungs above it.
        size: How many trials it is to have.
        promoted: The trials whose configurations it takes over; none in a first rung.
        trials: Its trials so far.
    """

    first: int
    bracket: int
    above: int
    size: int
    promoted: list[Any] = field(default_factory=list)
    trials: list[Any] = field(default_factory=list)
    _keys: set[Any] = field(default_factory=set)

    def add(self, trial: Any) -> None:
        self.trials.append(trial)
        self._keys.add(configuration_key(trial.hyperparameters.values))

    def clear(self) -> None:
        self.trials.clear()
        self._keys.clear()

    @property
    def is_full(self) -> bool:
        return len(self.trials) == self.size

    @property
    def has_ended(self) -> bool:
        return all(trial.status != "RUNNING" for trial in self.trials)

    def repeats(self, trial: Any) -> bool:
        """Tell whether a trial takes over a configuration of this rung, and so is of the next."""
        key = configuration_key(trial.hyperparameters.values)
        return not self.promoted and key in self._keys

    def best(self, direction: str) -> list[Any]:
        """Return the completed trials, the best first, of equals the one with the lower number."""
        completed = [trial for trial in self.trials if trial.status == "COMPLETED"]
        return sorted(completed, key=lambda trial: trial.score, reverse=direction == "max")
