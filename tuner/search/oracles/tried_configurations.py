"""A cache of the configurations that a search has tried, so that proposals are fast."""

from collections import Counter
from collections.abc import Mapping
from itertools import islice
from typing import Any, TypeAlias

from tuner.space import Value

__all__ = ["TriedConfigurations", "make_key"]

Key: TypeAlias = tuple[tuple[str, Value], ...]


def make_key(configuration: Mapping[str, Value]) -> Key:
    """Return a hashable key of a configuration.

    >>> make_key({"units": 8, "depth": 1})
    (('depth', 1), ('units', 8))
    """
    return tuple(sorted(configuration.items()))


class TriedConfigurations:
    """The distinct configurations of an oracle's trials.

    Each `update` reads a trial that has ended once, and a running trial again, because a custom
    hypermodel may declare hyperparameters while it trains.

    Args:
        trials: The oracle's trials by id, in the order of their numbers.
    """

    def __init__(self, trials: Mapping[str, Any]) -> None:
        self._trials = trials
        self._ended = 0  # how many of the first trials have ended and were read
        self._keys: set[Key] = set()
        self._counts: Counter[tuple[str, Value]] = Counter()
        self._running: set[Key] = set()

    def is_cache_of(self, trials: Mapping[str, Any]) -> bool:
        """Return whether this is the cache of these trials, none of which was removed."""
        return trials is self._trials and len(trials) >= self._ended

    def update(self) -> None:
        """Read the trials that are new or were running."""
        self._running = set()
        all_ended = True
        for trial in islice(self._trials.values(), self._ended, None):
            key = make_key(trial.hyperparameters.values)
            all_ended = all_ended and trial.status != "RUNNING"
            if not all_ended:
                self._running.add(key)
                continue
            self._ended += 1
            if key not in self._keys:
                self._keys.add(key)
                self._counts.update(key)
        self._running -= self._keys

    def __contains__(self, configuration: Mapping[str, Value]) -> bool:
        key = make_key(configuration)
        return key in self._keys or key in self._running

    def count(self, name: str, value: Value) -> int:
        """Return how many configurations have this value of a hyperparameter."""
        item = (name, value)
        return self._counts[item] + sum(item in key for key in self._running)
