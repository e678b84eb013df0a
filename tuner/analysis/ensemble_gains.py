"""Whether trials have improved the ensemble that is chosen while a search runs."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from tuner.analysis.ensemble_selection import POOL, choose_members, take_true_class
from tuner.scoring import EPSILON, Truth, compute_mean_and_error
from tuner.study import Study, TrialRecord

__all__ = ["EnsembleGains"]

_KEPT = 256  # trials whose probabilities of the true classes stay in memory


class EnsembleGains:
    """Compares the ensembles of some trials, and of these with later ones.

    Args:
        study: The study, which has their out-of-fold probabilities.
        truth: The true classes of its rows.
    """

    def __init__(self, study: Study, truth: Truth) -> None:
        self._study, self._truth = study, truth
        self._true_class = lru_cache(_KEPT)(self._read_true_class)

    def has_gained(self, before: Sequence[TrialRecord], now: Sequence[TrialRecord]) -> bool:
        """Return whether the ensemble of `now` is better than that of `before`, a part of it.

        Each is chosen as the ensemble that is exported, of `NETWORKS` choices. It is better if its
        out-of-fold cross-entropy is lower by more than the standard error of the difference over
        clusters. That is also so without any ensemble before.
        """
        first, second = self._average(before), self._average(now)
        if first is None or second is None:
            return second is not None
        by_prediction = np.log(np.maximum(second, EPSILON)) - np.log(np.maximum(first, EPSILON))
        by_row = by_prediction.reshape(-1, len(self._truth.y)).mean(axis=0)  # over repeats
        gains = self._truth.to_clusters(by_row)
        gain, error = compute_mean_and_error(gains)
        return gain > error

    def _average(self, records: Sequence[TrialRecord]) -> np.ndarray | None:
        """Return the ensemble's probability of each row's true class; None without a trial."""
        to_loss = self._study.record.objective.to_loss
        completed = [record for record in records if record.completed]
        pool = sorted(completed, key=lambda r: (to_loss(r.result.score), r.trial))[:POOL]
        if not pool:
            return None
        stacked = np.stack([self._true_class(record.trial) for record in pool])
        (counts,) = choose_members(
            stacked,
            np.ones((stacked.shape[1], 1)),
            pool=np.ones((len(pool), 1), bool),
            parameters=np.array([record.result.parameters for record in pool]),
        ).T
        return np.asarray(counts @ stacked / counts.sum())

    def _read_true_class(self, trial: int) -> np.ndarray:
        return take_true_class(self._study.arrays.read_probabilities(trial), self._truth.y)
