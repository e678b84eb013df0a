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

    Each `update` looks at the running trials again, because a custom hypermodel may declare
    hyperparameters while it trains; of thousands that run, it reads only those that have changed.

    Args:
        trials: The oracle's trials by id, in the order of their numbers.
    """

    def __init__(self, trials: dict[str, Any]) -> None:
        self._trials = trials
        self._seen = 0  # how many of the first trials were read
        self._open: dict[str, Any] = {}  # those of them that ran, by id
        self._keys: set[Key] = set()
        self._counts: Counter[tuple[str, Value]] = Counter()
        self._running: dict[str, tuple[int, Key]] = {}  # number of values, and key, by id
        self._running_keys: Counter[Key] = Counter()

    def is_cache_of(self, trials: dict[str, Any]) -> bool:
        """Return whether this is the cache of these trials, none of which was removed."""
        return trials is self._trials and len(trials) >= self._seen

    def update(self) -> None:
        """Read the trials that are new or were running."""
        new = len(self._trials) - self._seen
        self._open.update(reversed(list(islice(reversed(self._trials.items()), new))))
        self._seen += new
        for name, trial in list(self._open.items()):
            key = self._read(name, trial.hyperparameters.values)
            if trial.status == "RUNNING":
                continue
            del self._open[name]
            self._forget(name)
            if key not in self._keys:
                self._keys.add(key)
                self._counts.update(key)

    def _read(self, name: str, values: Mapping[str, Value]) -> Key:
        """Return the key of a running trial, which is made again only if it has more values."""
        count, key = self._running.get(name, (-1, ()))
        if count == len(values):
            return key
        self._forget(name)
        key = make_key(values)
        self._running[name] = len(values), key
        self._running_keys[key] += 1
        return key

    def _forget(self, name: str) -> None:
        """Forget what is known of a running trial, if anything is."""
        _, key = self._running.pop(name, (0, None))
        if key is not None:
            self._running_keys[key] -= 1
            if not self._running_keys[key]:
                del self._running_keys[key]

    def __contains__(self, configuration: Mapping[str, Value]) -> bool:
        key = make_key(configuration)
        return key in self._keys or key in self._running_keys

    def count(self, name: str, value: Value) -> int:
        """Return how many configurations have this value of a hyperparameter."""
        item = (name, value)
        running = (key for key in self._running_keys if key not in self._keys)
        return self._counts[item] + sum(item in key for key in running)
