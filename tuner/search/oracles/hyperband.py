"""Hyperband: many configurations for few epochs, and the best of them for more (Li et al. 2018).

KerasTuner's own Hyperband keeps its position in private attributes and promotes the trials that
end first, so it cannot resume from a journal. It also stalls in a rung in which trials failed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import islice, takewhile
from math import ceil
from typing import Any

from tuner.search.oracles.random_search import RandomOracle
from tuner.search.oracles.tried_configurations import make_key
from tuner.space import Value

__all__ = ["HyperbandOracle", "count_bracket_trials"]

# η of the paper: each rung has η times the epochs, and 1 / η of the trials, of the rung before
_FACTOR = 3


def count_bracket_trials(epochs: int, factor: int = _FACTOR) -> int:
    """Return how many trials all brackets have once, from the fewest epochs on.

    >>> count_bracket_trials(9)
    22
    """
    most = 0
    while factor ** (most + 1) <= epochs:
        most += 1
    trials = 0
    for bracket in range(most + 1):
        size = ceil((most + 1) / (bracket + 1) * factor**bracket)
        for _ in range(bracket + 1):
            trials += size
            size = max(size // factor, 1)
    return trials


class HyperbandOracle(RandomOracle):
    """Successive halving, in brackets that begin with different numbers of epochs.

    The first rung of a bracket trains random configurations. Each further rung trains the best
    third of the rung before for three times the epochs; the last rung trains for all epochs. The
    first bracket begins with the fewest epochs for which the search has room for a whole bracket,
    and each further bracket with more. After the bracket of a single rung, the brackets start over
    with other configurations. The search ends after `max_trials`, or when a finite space has no
    untried configuration.

    Each rung of a configuration is a trial of its own, trained from scratch. It has the same
    hyperparameters as in the rung before, but another number, and so other random streams. A trial
    that fails takes a place in its rung and is not promoted.
    """

    adaptive = True
    races = False  # the rungs end trials early already
    _closed: "tuple[Mapping[str, Any], list[_Rung]] | None" = None

    @property
    def factor(self) -> int:
        """By how much the epochs grow from rung to rung."""
        return int(self.options.get("factor", _FACTOR))

    def propose(self, trial: int) -> dict[str, Value] | None:
        """Return the next promoted configuration, or an untried one in a first rung."""
        rung = self._list_rungs()[-1]
        if rung.is_full:
            rung = self._make_next_rung(rung)
        if not rung.promoted:
            values = super().propose(trial)
            if values is not None or not rung.has_ended:
                return values
            # the space has no untried configuration, so the rung ends with fewer trials
            rung = self._make_next_rung(rung)
        promoted = rung.promoted[len(rung.trials) :][:1]
        return dict(promoted[0].hyperparameters.values) if promoted else None

    def must_wait(self, trial: int) -> bool:
        """Return whether the last rung is full and some of its trials still run."""
        rung = self._list_rungs()[-1]
        return (rung.is_full and not rung.has_ended) or super().must_wait(trial)

    def choose_epochs(self, trial: int) -> int:
        """Return the epochs of the trial's rung."""
        rung = next(rung for rung in reversed(self._list_rungs()) if rung.first <= trial)
        return max(round(self.most_epochs / self.factor**rung.above), 1)

    def _list_rungs(self) -> "list[_Rung]":
        """Return the rungs so far; the last one may have no trials yet."""
        if self._closed is None or self._closed[0] is not self.trials:
            self._closed = self.trials, [self._make_first_rung(self._count_rungs_above(), first=0)]
        rungs = list(self._closed[1])
        kept = len(rungs) - 1
        rungs[kept].clear()
        for trial in islice(self.trials.values(), rungs[kept].first, None):
            if rungs[-1].is_full or rungs[-1].is_repeated_by(trial):
                rungs.append(self._make_next_rung(rungs[-1]))
            rungs[-1].add(trial)
        # cache the rungs that have ended, since they do not change, and the rung after them
        kept += sum(1 for _ in takewhile(lambda rung: rung.has_ended, rungs[kept:-1]))
        self._closed = self.trials, rungs[: kept + 1]
        return rungs

    def _make_next_rung(self, rung: "_Rung") -> "_Rung":
        """Return the rung after one that has ended, in the same bracket or the next."""
        first = rung.first + len(rung.trials)
        best = rung.rank(self.objective.direction)[: max(len(rung.trials) // self.factor, 1)]
        if rung.above and best:
            return _Rung(first, rung.bracket, rung.above - 1, len(best), best)
        bracket = (rung.bracket or self._count_rungs_above() + 1) - 1
        return self._make_first_rung(bracket, first=first)

    def _make_first_rung(self, bracket: int, *, first: int) -> "_Rung":
        # so many trials that all brackets take about the same epochs
        size = ceil((self._count_rungs_above() + 1) / (bracket + 1) * self.factor**bracket)
        return _Rung(first, bracket, bracket, size)

    def _count_rungs_above(self) -> int:
        """Return how many rungs the first bracket has above its first rung."""
        above, trials = 0, 1
        while self.factor ** (above + 1) <= self.most_epochs:
            trials += self.factor ** (above + 1)
            if trials > self.planned_trials:
                break
            above += 1
        return above


@dataclass
class _Rung:
    """Trials that are trained for the same number of epochs.

    Attributes:
        first: Number of its first trial.
        bracket: How many rungs are above the first rung of its bracket; it identifies the bracket.
        above: How many rungs of the bracket are above this one.
        size: How many trials the rung has when it is full.
        promoted: Trials of the rung before, whose configurations are trained again; empty in a
            first rung.
        trials: The rung's trials so far.
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
        self._keys.add(make_key(trial.hyperparameters.values))

    def clear(self) -> None:
        self.trials.clear()
        self._keys.clear()

    @property
    def is_full(self) -> bool:
        return len(self.trials) == self.size

    @property
    def has_ended(self) -> bool:
        return all(trial.status != "RUNNING" for trial in self.trials)

    def is_repeated_by(self, trial: Any) -> bool:
        """Return whether a trial has a configuration of this first rung, so is in the next rung."""
        key = make_key(trial.hyperparameters.values)
        return not self.promoted and key in self._keys

    def rank(self, direction: str) -> list[Any]:
        """Return the completed trials, best first; the lower number is first in a tie."""
        completed = [trial for trial in self.trials if trial.status == "COMPLETED"]
        return sorted(completed, key=lambda trial: trial.score, reverse=direction == "max")
