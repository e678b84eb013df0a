"""The trained networks of the folds of a search's best trials, kept in memory."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from tuner.scoring import OBJECTIVES, Objective

if TYPE_CHECKING:
    import keras

__all__ = ["FoldNetworks", "FoldValues", "MakeNetwork", "count_bytes"]

FoldValues: TypeAlias = list[np.ndarray]
"""The values of a fold's network: its variables at the epoch that is the best for all folds."""

MakeNetwork: TypeAlias = "Callable[[int, FoldValues], keras.Model]"
"""Makes a fold's network of the fold's number and its values."""

_MOST_TRIALS = 32
_MOST_BYTES = 1 << 28


@dataclass(frozen=True, slots=True)
class _Kept:
    """The networks of a trial's folds, as values."""

    score: float
    folds: list[FoldValues]
    make_network: MakeNetwork
    trainer: str

    @property
    def nbytes(self) -> int:
        return count_bytes(self.folds)


@dataclass(slots=True)
class FoldNetworks:
    """Keeps the networks of the best trials; the worst are dropped. Any thread can call it.

    What is not kept can be trained again from the trial's random streams, to the same bits.

    Attributes:
        objective: By which trials are compared.
        most_trials: The most trials whose networks are kept.
        most_bytes: The most bytes of their values.
    """

    objective: Objective = field(default_factory=lambda: OBJECTIVES["cross_entropy"])
    most_trials: int = _MOST_TRIALS
    most_bytes: int = _MOST_BYTES
    _kept: dict[int, _Kept] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @classmethod
    def without_limits(cls) -> FoldNetworks:
        """Return one that drops nothing."""
        return cls(most_trials=1 << 31, most_bytes=1 << 62)

    def __contains__(self, trial: int) -> bool:
        return trial in self._kept

    def keep(
        self,
        trial: int,
        score: float,
        folds: list[FoldValues],
        make_network: MakeNetwork,
        *,
        trainer: str,
    ) -> None:
        """Keep the networks of a trial that has ended, if it is among the best.

        Args:
            trial: The trial's number.
            score: Its score.
            folds: The values of each fold's network.
            make_network: Makes a network of them.
            trainer: The name of the trainer that trained it, which knows the order of the values.
        """
        kept = _Kept(score, folds, make_network, trainer)
        if kept.nbytes > self.most_bytes:
            return
        with self._lock:
            self._kept[trial] = kept
            while len(self._kept) > self.most_trials or self._count_bytes() > self.most_bytes:
                del self._kept[self._find_worst()]

    def has_place(self, score: float, nbytes: int) -> bool:
        """Return whether networks of this score and so many bytes would be kept."""
        with self._lock:
            if nbytes > self.most_bytes:
                return False
            is_full = len(self._kept) >= self.most_trials
            if not is_full and self._count_bytes() + nbytes <= self.most_bytes:
                return True
            return self.objective.is_better(score, than=self._kept[self._find_worst()].score)

    def take_over(self, others: FoldNetworks) -> None:
        """Keep the networks that others keep, as far as they are among the best."""
        for trial, kept in others._kept.items():
            self.keep(trial, kept.score, kept.folds, kept.make_network, trainer=kept.trainer)

    def make_networks(self, trial: int) -> list[keras.Model]:
        """Return the network of each fold of a trial that is kept. Each takes scaled rows."""
        kept = self._kept[trial]
        return [kept.make_network(number, values) for number, values in enumerate(kept.folds)]

    def _count_bytes(self) -> int:
        return sum(kept.nbytes for kept in self._kept.values())

    def _find_worst(self) -> int:
        """Return the trial with the worst score; of equal ones, the latest."""
        to_loss = self.objective.to_loss
        return max(self._kept, key=lambda trial: (to_loss(self._kept[trial].score), trial))


def count_bytes(folds: Sequence[FoldValues]) -> int:
    """Return the bytes of the values of the networks of folds."""
    return sum(values.nbytes for fold in folds for values in fold)
