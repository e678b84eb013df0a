"""Scores that are corrected for the optimism of having chosen the best of many.

The bootstrap bias-corrected cross-validation of Tsamardinos, Greasidou and Borboudakis (2018,
Machine Learning 107, algorithm 4): draw clusters with replacement, choose by those that were
drawn, and score the choice on those that were not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from tuner.analysis.picking_rules import Rule
from tuner.analysis.significance import compute_margin
from tuner.scoring import pair_unseen

__all__ = ["OutOfBag", "Procedure", "clip_interval", "evaluate_out_of_bag", "make_procedure"]

_SAMPLES = 200  # each cluster is left out of about 74 of them
_BLOCK_CLUSTERS = 2_000  # 1.6 MB of all samples
_AT_ONCE = 50  # samples in one matrix product: 20 MB of counts for 50,000 clusters

Procedure = Callable[[np.ndarray], np.ndarray]
"""Chooses a network for each sample.

It takes how often each cluster was drawn, shape `(clusters, samples)`, and returns the value of the
chosen network on every cluster, shape `(samples, clusters)`.
"""


@dataclass(frozen=True, eq=False)
class OutOfBag:
    """The values of chosen networks on the clusters that they were not chosen by.

    The samples depend only on the seed and the number of clusters. So two of these can be
    subtracted, and the difference is paired by sample and cluster.

    Attributes:
        values: The value of each sample's choice on each cluster, shape `(samples, clusters)`; NaN
            if the sample drew the cluster.
        training: The variance of the score by chance in training, and of estimates that were added
            to it. Defaults to 0.
        unseen: What mistakes that no row shows may add to the variance of the score. Defaults to 0.
    """

    values: np.ndarray
    training: float = 0.0
    unseen: float = 0.0

    @classmethod
    def from_values(cls, values: np.ndarray) -> OutOfBag:
        """Return the values of a network that was not chosen, shape `(clusters,)`, unchanged."""
        return cls(values[np.newaxis])

    def __sub__(self, other: OutOfBag) -> OutOfBag:
        """Return the difference, paired by sample and cluster.

        Of mistakes that no row shows it has what paired proportions have (`pair_unseen`).
        """
        return OutOfBag(
            self.values - other.values,
            self.training + other.training,
            pair_unseen(self.unseen, other.unseen),
        )

    def add(self, by_cluster: np.ndarray) -> OutOfBag:
        """Return the values with the same added to every choice, shape `(clusters,)`."""
        return replace(self, values=self.values + by_cluster.astype(self.values.dtype))

    def add_estimate(self, change: float, variance: float) -> OutOfBag:
        """Return the values changed by an estimate, whose variance adds to that of the score."""
        values = self.values + np.asarray(change, self.values.dtype)
        return replace(self, values=values, training=self.training + variance)

    def to_dict(self, *, maximise: bool) -> dict[str, Any]:
        """Return the score, its error and its 95 % interval in the form of JSON.

        Args:
            maximise: Whether a higher score is better, with 1 as the best.
        """
        return {
            "score": self.score,
            "standard_error": self.standard_error,
            "interval": list(clip_interval(*self.interval, maximise=maximise)),
        }

    def with_training(self, ratio: float, own: np.ndarray) -> OutOfBag:
        """Return the same values of networks whose training is left to chance.

        Args:
            ratio: The variance of the score by training, in times of its variance over clusters.
            own: The values of these networks, shape `(clusters,)`. What samples choose also has
                those of others, whose variance may be many times as large.
        """
        return replace(self, training=ratio * float(own.var(ddof=1)) / len(own))

    def with_unseen(self, variance: float) -> OutOfBag:
        """Return the same values with the variance of mistakes that no row shows."""
        return replace(self, unseen=variance)

    @cached_property
    def by_cluster(self) -> np.ndarray:
        """The mean over the samples that left a cluster out, shape `(clusters,)`."""
        return self._moments[0]

    @cached_property
    def _moments(self) -> tuple[np.ndarray, np.ndarray]:
        """The mean and the variance over the samples that left a cluster out, both `(clusters,)`.

        They are those of NumPy's `nanmean` and `nanvar`, in a third of the time: a few thousand
        clusters at a time stay in a core's cache.
        """
        blocks = range(0, self.values.shape[1], _BLOCK_CLUSTERS)
        moments = [_compute_moments(self.values[:, b : b + _BLOCK_CLUSTERS]) for b in blocks]
        means, variances = zip(*moments, strict=True)
        return np.concatenate(means), np.concatenate(variances)

    @property
    def score(self) -> float:
        """The mean over clusters.

        This is the leave-one-out bootstrap of Efron and Tibshirani (1997, JASA 92).
        """
        return float(self.by_cluster.mean())

    @cached_property
    def _variance(self) -> float:
        """The variance of the score over clusters, from the variance of one choice's values.

        The variance of `by_cluster` would give too small an error: these means vary less than the
        values of one choice, and clusters share the choices that their means are taken over. Let
        all trials be equally good, with independent normal values of variance 1. Write a choice in
        Hermite polynomials of the trials' drawn means, where those of degree d have the weight
        c_d, Σ c_d = 1. By Stein's identity the variance of the score times the number of clusters
        is Σ (1 + d) 2⁻ᵈ c_d. The variance of `by_cluster` is Σ 2⁻ᵈ c_d, which is too small. The
        variance of one choice's values is Σ c_d, which is never too small (benchmarks/README.md).
        """
        within = self._moments[1].mean()
        return float((self.by_cluster.var(ddof=1) + within) / len(self.by_cluster))

    @property
    def standard_error(self) -> float:
        """The standard error of the score, over clusters, by chance in training and unseen."""
        return float(np.sqrt(self._variance + self.training + self.unseen))

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval of the score, by Student's t over clusters.

        The percentiles of the samples' scores (Tsamardinos et al. 2018, section 4.2) would be wider
        by a third: a sample is scored on 37 % of the clusters only. They would still not hold
        chance in training (docs/measurements.md).
        """
        margin = compute_margin(self.standard_error, len(self.by_cluster) - 1)
        return self.score - margin, self.score + margin


# OpenBLAS's threads wait for each other. On two cores that others use too, a product of 30,000
# clusters takes 150 ms on two threads, and 12 ms on one.
@threadpool_limits.wrap(limits=1, user_api="blas")
def evaluate_out_of_bag(choose: Procedure, clusters: int, *, seed: int) -> OutOfBag:
    """Choose by the drawn clusters of each sample, and keep the values on the others.

    Args:
        choose: The procedure that chooses.
        clusters: The number of clusters; at least 2.
        seed: Seed of the bootstrap. The samples depend on it and on the number of clusters only.
    """
    values = np.empty((_SAMPLES, clusters), np.float32)
    batches = zip(range(0, _SAMPLES, _AT_ONCE), _draw_samples(clusters, seed), strict=True)
    for first, counts in batches:
        chosen = choose(counts.T.astype(np.float64))
        values[first : first + _AT_ONCE] = np.where(counts == 0, chosen, np.nan)
    return OutOfBag(values)


def _compute_moments(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the mean and the variance of each column, without its NaN.

    **Shape**: `(samples, clusters)` to `(clusters,)` and `(clusters,)`, float64.
    """
    missing = np.isnan(values)
    counts = len(values) - np.count_nonzero(missing, axis=0)
    rest = np.where(missing, 0, values)
    means = rest.sum(axis=0, dtype=np.float64) / counts
    np.subtract(rest, means, out=rest, casting="unsafe")
    rest[missing] = 0
    return means, np.square(rest, out=rest).sum(axis=0, dtype=np.float64) / counts


def make_procedure(
    rule: Rule, losses: np.ndarray, parameters: np.ndarray, values: np.ndarray
) -> Procedure:
    """Return the procedure that picks a trial by a rule.

    Args:
        rule: Picks a trial.
        losses: The losses that it picks by, out of fold, shape `(trials, clusters)`.
        parameters: Parameters of each trial, shape `(trials,)`.
        values: The values that the picked trial is scored by, shape `(trials, clusters)`.
    """
    return lambda weights: values[rule(losses, weights, parameters)]


def clip_interval(low: float, high: float, *, maximise: bool) -> tuple[float, float]:
    """Return the part of an interval that an objective can reach.

    No objective is below 0. Objectives that are maximised are shares, and not above 1.

    >>> clip_interval(0.93, 1.01, maximise=True), clip_interval(-0.1, 1.2, maximise=False)
    ((0.93, 1.0), (0.0, 1.2))
    """
    return max(low, 0.0), min(high, 1.0) if maximise else high


def _draw_samples(clusters: int, seed: int) -> Iterator[np.ndarray]:
    """Yield how often each cluster was drawn, shape `(samples, clusters)`, in batches."""
    rng = np.random.default_rng([seed, clusters])
    for _ in range(_SAMPLES // _AT_ONCE):
        yield np.stack([_draw_sample(clusters, rng) for _ in range(_AT_ONCE)])


def _draw_sample(clusters: int, rng: np.random.Generator) -> np.ndarray:
    """Return how often each cluster was drawn, shape `(clusters,)`; at least one was not."""
    while True:
        drawn = np.bincount(rng.integers(clusters, size=clusters), minlength=clusters)
        if not drawn.all():
            return drawn
        # With very few clusters, a sample may draw all of them and leave none to score.
