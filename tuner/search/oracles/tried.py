"""Which configurations a search has tried, kept so that a proposal need not go through them all."""

from collections import Counter
from collections.abc import Mapping
from itertools import islice
from typing import Any, TypeAlias

from tuner.space import Value

__all__ = ["Tried", "configuration_key"]

Key: TypeAlias = tuple[tuple[str, Value], ...]


def configuration_key(values: Mapping[str, Value]) -> Key:
    """Return a configuration as something that can be looked up in a set."""
    return tuple(sorted(values.items()))


class Tried:
    """The distinct configurations of an oracle's trials.

    Only a cache. Trials that have ended are read once; the others at each `read`, since a user's
    hypermodel may declare more while it trains.

    Args:
        trials: The oracle's own, by their ids, in the order of their numbers.
    """

    def __init__(self, trials: Mapping[str, Any]) -> None:
        self._trials = trials
        self._settled = 0  # of the trials, from the first on: they have ended and were read
        self._keys: set[Key] = set()
        self._counts: Counter[tuple[str, Value]] = Counter()
        self._open: set[Key] = set()

    def follows(self, trials: Mapping[str, Any]) -> bool:
        """Tell whether these trials are its own, with nothing taken away."""
        return trials is self._trials and len(trials) >= self._settled

    def read(self) -> None:
        """Take in what has happened to the trials."""
        self._open = set()
        settles = True
        for trial in islice(self._trials.values(), self._settled, None):
            key = configuration_key(trial.hyperparameters.values)
            settles = settles and trial.status != "RUNNING"
            if not settles:
                self._open.add(key)
                continue
            self._settled += 1
            if key not in self._keys:
                self._keys.add(key)
                self._counts.update(key)
        self._open -= self._keys

    def __contains__(self, values: Mapping[str, Value]) -> bool:
        key = configuration_key(values)
        return key in self._keys or key in self._open

    def count(self, name: str, value: Value) -> int:
        """Return how many configurations have this value of a hyperparameter."""
        item = (name, value)
        return self._counts[item] + sum(item in key for key in self._open)
