"""Choose the trials of an ensemble, for the data or for many bootstrap samples at once."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np

from tuner.analysis.bias_correction import Procedure, make_procedure
from tuner.analysis.picking_rules import find_lowest, pick_best
from tuner.analysis.repeated_networks import (
    compute_overfit,
    count_pairs,
    find_nearest,
    limit_disagreement,
)
from tuner.errors import NO_TRIAL, SearchFailed
from tuner.scoring import EPSILON, OBJECTIVES, Truth
from tuner.study import NETWORKS, TrialRecord

__all__ = ["POOL", "Library", "Scoring", "choose_members", "take_true_class"]

POOL = 20
"""The ensemble is chosen from this many of the best trials."""

_MOST_CHOICES = 20  # of trials whose networks are not trained again
_KEPT = 64  # trials whose probabilities stay in memory: 130 MB at 50,000 rows, 10 classes

ScoreClusters = Callable[[np.ndarray], np.ndarray]
"""Maps probabilities, shape `(rows, classes)`, to an objective's value of each cluster."""


@dataclass(frozen=True, slots=True)
class Scoring:
    """How predictions of a study's rows are scored.

    Attributes:
        truth: The true classes of the rows.
        score_clusters: Each objective by name, as a function of probabilities.
        objective: The name of the study's objective.
        maximise: Whether a higher value of it is better.
    """

    truth: Truth
    score_clusters: Mapping[str, ScoreClusters]
    objective: str
    maximise: bool


# Over 40 lines: half of them describe the method and the arguments.
def choose_members(
    true_class: np.ndarray,
    weights: np.ndarray,
    *,
    pool: np.ndarray,
    parameters: np.ndarray,
    most: int = NETWORKS,
) -> np.ndarray:
    """Choose how often each trial is in the ensemble, for many weightings of the rows at once.

    Trials are added one at a time: each time the trial that lowers the cross-entropy of the mean
    most, of equal trials the one with fewer parameters. A trial can be added again (Caruana,
    Niculescu-Mizil, Crew and Ksikes 2004, "Ensemble selection from libraries of models",
    sections 2 and 2.1). After the first `NETWORKS`, a trial is added only while that lowers the
    cross-entropy by more than the standard error of the difference over rows.

    Args:
        true_class: Out-of-fold probability of each row's true class, shape `(trials, rows)`.
        weights: How often each row counts, shape `(rows, samples)`.
        pool: Which trials can be chosen, shape `(trials, samples)`.
        parameters: Parameters of each trial, shape `(trials,)`.
        most: The most trials to add.

    Returns:
        How often each trial is chosen, shape `(trials, samples)`; each sample adds up to
        `NETWORKS`, or more.
    """
    counts = np.zeros(pool.shape, np.int64)
    growing = np.arange(pool.shape[1])
    for number in range(1, most + 1):
        # Samples that have chosen the same trials so far share the means.
        chosen, group = np.unique(counts[:, growing], axis=1, return_inverse=True)
        grown = []
        for column in range(chosen.shape[1]):
            samples, total = growing[group == column], chosen[:, column] @ true_class
            logs = _compute_log_means(total, true_class, number)
            losses = np.where(pool[:, samples], -(logs @ weights[:, samples]), np.inf)
            added = find_lowest(losses, parameters)
            if number > NETWORKS:
                gains = logs[added] - np.log(np.maximum(total / (number - 1), EPSILON))
                clear = _are_clear(gains, weights[:, samples].T)
                samples, added = samples[clear], added[clear]
            counts[added, samples] += 1
            grown.append(samples)
        growing = np.sort(np.concatenate(grown))
        if not len(growing):
            break
    return counts


def _are_clear(gains: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return which mean gains are above their standard errors.

    **Shape**: both `(samples, rows)`, to `(samples,)`.
    """
    rows = weights.sum(axis=1)
    means = (gains * weights).sum(axis=1) / rows
    variances = (np.square(gains - means[:, None]) * weights).sum(axis=1) / rows
    return np.asarray(means > np.sqrt(variances / rows))


def _compute_log_means(total: np.ndarray, true_class: np.ndarray, number: int) -> np.ndarray:
    """Return the log of the mean with each trial added, `(trials, rows)`, in a single array."""
    logs = total + true_class
    logs /= number
    np.maximum(logs, EPSILON, out=logs)
    return np.log(logs, out=logs)


class Library:
    """The completed trials of a study that an ensemble is chosen from.

    Args:
        records: The study's trials.
        cluster_values: The objective of each cluster by completed trial, shape `(clusters,)`.
        probabilities: Returns a trial's out-of-fold probabilities, shape `(rows, classes)`.
        scoring: How predictions are scored.
        folds: How many networks of folds stand for a trial, each time that it is chosen; 0 if each
            choice is a network that is trained again on all rows.

    Attributes:
        records: The completed trials, the best first.
        scoring: How predictions are scored.
        folds: As given.

    Raises:
        SearchFailed: No trial was completed.
    """

    def __init__(
        self,
        records: Sequence[TrialRecord],
        cluster_values: Mapping[int, np.ndarray],
        *,
        probabilities: Callable[[int], np.ndarray],
        scoring: Scoring,
        folds: int = 0,
    ) -> None:
        self.records = _sort_completed(records, scoring.maximise)
        self.scoring = scoring
        self.folds = folds
        sign = -1.0 if scoring.maximise else 1.0
        self._losses = sign * np.stack([cluster_values[record.trial] for record in self.records])
        self._parameters = np.array([record.result.parameters for record in self.records])
        self._probabilities = lru_cache(_KEPT)(probabilities)
        self._true_class = cache(self._read_true_class)
        self._repeat_gain = cache(self._estimate_repeat_gain)

    def choose(self, weights: np.ndarray) -> np.ndarray:
        """Choose an ensemble for each weighting of the clusters, from the trials best by it.

        Args:
            weights: How often each cluster counts, shape `(clusters, samples)`.

        Returns:
            How often each trial is chosen, shape `(trials, samples)`.
        """
        totals = self._losses @ weights
        pool = np.zeros(totals.shape, bool)
        np.put_along_axis(pool, np.argsort(totals, axis=0, kind="stable")[:POOL], True, axis=0)
        used = np.flatnonzero(pool.any(axis=1))
        counts = np.zeros(totals.shape, np.int64)
        counts[used] = choose_members(
            np.stack([self._true_class(index) for index in used]),
            self._weigh_predictions(weights),
            pool=pool[used],
            parameters=self._parameters[used],
            most=_MOST_CHOICES if self.folds else NETWORKS,
        )
        return counts

    def _weigh_predictions(self, weights: np.ndarray) -> np.ndarray:
        """Return how often each prediction of a trial counts, shape `(predictions, samples)`."""
        by_row = weights[self.scoring.truth.clusters]
        repeats = len(self._true_class(0)) // len(by_row)
        return np.tile(by_row, (repeats, 1))

    def average(self, counts: Sequence[int]) -> np.ndarray:
        """Return the mean probabilities of chosen trials, in the shape of one trial's.

        Args:
            counts: How often each trial is chosen, shape `(trials,)`.
        """
        total = sum(
            count * self._probabilities(record.trial).astype(np.float64)
            for count, record in zip(counts, self.records, strict=True)
            if count
        )
        return np.asarray(total / sum(counts))

    def score(self, counts: Sequence[int], objective: str) -> np.ndarray:
        """Return an objective's value of each cluster for the networks of chosen trials.

        Averaging several networks of one trial gains what their single out-of-fold prediction does
        not show; it is estimated from the trial that is most like it. For networks of folds, the
        gain is not part of the values, which are too pessimistic by it: each row was predicted by
        one of a trial's networks, and new rows are by all.

        Args:
            counts: How many networks each trial has, shape `(trials,)`.
            objective: The name of the objective.

        Returns:
            Shape `(clusters,)`, float64.
        """
        values = self.scoring.score_clusters[objective](self.average(counts))
        for index, count in enumerate(counts):
            if count > 1 and not self.folds:
                pairs = count_pairs(count, sum(counts))
                values = values + pairs * self._repeat_gain(index, objective)
        mean = float(values.mean())
        # a gain is an estimate, and may pass the best score that there is
        best = min(mean, 1.0) if OBJECTIVES[objective].maximise else max(mean, 0.0)
        return values if best == mean else values + (best - mean)

    def make_best_procedure(self, objective: str) -> Procedure:
        """Return the procedure that picks the best trial, scored by an objective."""
        score_clusters = self.scoring.score_clusters[objective]
        values = [score_clusters(self._probabilities(record.trial)) for record in self.records]
        return make_procedure(pick_best, self._losses, self._parameters, np.stack(values))

    def make_ensemble_procedure(self, objective: str) -> Procedure:
        """Return the procedure that chooses an ensemble, scored by an objective."""

        @cache
        def score(counts: tuple[int, ...]) -> np.ndarray:
            return self.score(counts, objective).astype(np.float32)

        def choose(weights: np.ndarray) -> np.ndarray:
            return np.stack([score(tuple(counts)) for counts in self.choose(weights).T.tolist()])

        return choose

    def _estimate_repeat_gain(self, index: int, objective: str) -> np.ndarray:
        """Return what a trial's second network adds to each cluster's value, times 4.

        **Shape**: `(clusters,)`; zeros if there is nothing to estimate it from.
        """
        others = [other for other in range(min(len(self.records), POOL)) if other != index]
        nearest, disagreement = find_nearest(
            self._true_class(index), [self._true_class(other) for other in others]
        )
        share = limit_disagreement(disagreement, compute_overfit(self.records[index]))
        if nearest is None or share == 0:
            return np.zeros(self.scoring.truth.cluster_count)
        own, other = (self._probabilities(self.records[i].trial) for i in (index, others[nearest]))
        score = self.scoring.score_clusters[objective]
        return np.asarray(4 * share * (score((own + other) / 2) - (score(own) + score(other)) / 2))

    def _read_true_class(self, index: int) -> np.ndarray:
        probabilities = self._probabilities(self.records[index].trial)
        return take_true_class(probabilities, self.scoring.truth.y)


def take_true_class(probabilities: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return the probability of each row's true class, repeat after repeat, in float64.

    **Shape**: `(rows, classes)` or `(repeats, rows, classes)`, and `(rows,)`, to
    `(rows,)` or `(repeats * rows,)`.
    """
    return np.asarray(probabilities[..., np.arange(len(y)), y].reshape(-1), np.float64)


def _sort_completed(records: Sequence[TrialRecord], maximise: bool) -> list[TrialRecord]:
    completed = [record for record in records if record.completed]
    if not completed:
        raise SearchFailed(NO_TRIAL)
    sign = -1.0 if maximise else 1.0
    return sorted(completed, key=lambda r: (sign * r.result.score, r.result.parameters, r.trial))
