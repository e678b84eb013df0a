"""A cache of the configurations that a search has tried, so that proposals are fast."""

from collections import Counter
from collections.abc import Mapping
from itertools import islice
from typing import Any, TypeAlias

from tuner.space import Value

__all__ = ["TriedConfigurations", "make_key"]

Key: TypeAlias = tuple[tuple[str, Value], ...]
Flat: TypeAlias = tuple[Any, ...]  # the names of a configuration, then its values


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
        counted: The hyperparameter whose values are counted; None for none.
    """

    def __init__(self, trials: dict[str, Any], counted: str | None = None) -> None:
        self._trials = trials
        self._counted = counted
        self._names: dict[tuple[str, ...], tuple[str, ...]] = {}  # one object for all trials
        self._seen = 0  # how many of the first trials were read
        self._open: dict[str, Any] = {}  # those of them that ran, by id
        self._keys: set[Flat] = set()
        self._counts: Counter[Value] = Counter()
        self._running: dict[str, tuple[int, Flat]] = {}  # number of values, and key, by id
        self._running_keys: Counter[Flat] = Counter()

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
                self._counts.update(self._find_counted(key))

    def _read(self, name: str, values: Mapping[str, Value]) -> Flat:
        """Return the key of a running trial, which is made again only if it has more values."""
        count, key = self._running.get(name, (-1, ()))
        if count == len(values):
            return key
        self._forget(name)
        key = self._flatten(values)
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

    def _flatten(self, configuration: Mapping[str, Value]) -> Flat:
        """Return a key that takes little memory beside the values, which a trial has already."""
        names = tuple(sorted(configuration))
        names = self._names.setdefault(names, names)
        return names, *(configuration[name] for name in names)

    def _find_counted(self, key: Flat) -> list[Value]:
        """Return the value that is counted; empty if the configuration has none."""
        names, *values = key
        return [values[names.index(self._counted)]] if self._counted in names else []

    def __contains__(self, configuration: Mapping[str, Value]) -> bool:
        key = self._flatten(configuration)
        return key in self._keys or key in self._running_keys

    def count(self, value: Value) -> int:
        """Return how many configurations have this value of the hyperparameter that is counted."""
        running = (key for key in self._running_keys if key not in self._keys)
        return self._counts[value] + sum(value in self._find_counted(key) for key in running)
