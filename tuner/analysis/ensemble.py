"""The ensemble that a study names: networks of its best trials whose probabilities are averaged."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache, lru_cache
from typing import Any

import numpy as np

from tuner.analysis.bias_correction import (
    OutOfBag,
    Procedure,
    clip_interval,
    evaluate_out_of_bag,
    make_procedure,
)
from tuner.analysis.picking_rules import find_lowest, pick_best
from tuner.errors import NO_TRIAL, SearchFailed
from tuner.scoring import Truth, mean_and_error
from tuner.space import Value
from tuner.study import TrialRecord

__all__ = [
    "NETWORKS",
    "Ensemble",
    "Library",
    "Member",
    "Scoring",
    "choose_members",
    "make_ensemble",
]

NETWORKS = 5
"""Networks of an ensemble; each more costs a training and a prediction, and gains less."""

_POOL = 20  # trials that it is chosen from: the best ones
_KEPT = 64  # trials whose probabilities are kept in memory: 130 MB of 50,000 rows and 10 classes
_SMALLEST = 1e-7  # probability, as in the objective

ClusterScore = Callable[[np.ndarray], np.ndarray]
"""Takes probabilities, shape `(rows, classes)`, to an objective's value of each cluster."""


@dataclass(frozen=True, slots=True)
class Scoring:
    """What predictions of a study's rows are worth.

    Attributes:
        truth: What they are held against.
        cluster_values: Every objective, by name.
        objective: The study's.
        maximise: Whether more of it is better.
    """

    truth: Truth
    cluster_values: Mapping[str, ClusterScore]
    objective: str
    maximise: bool


@dataclass(frozen=True, slots=True)
class Member:
    """A trial of an ensemble.

    Attributes:
        trial: Its number.
        networks: How many networks of it, each from initial weights of its own.
        hyperparameters: Those that act in it.
        derived: What follows from them and the data.
        parameters: Trainable weights and biases of one network.
        epoch: Epochs to train.
    """

    trial: int
    networks: int
    hyperparameters: dict[str, Value]
    derived: dict[str, Value]
    parameters: int
    epoch: int

    @classmethod
    def from_record(cls, record: TrialRecord, networks: int = 1) -> "Member":
        """Return so many networks of a trial."""
        return cls(
            trial=record.trial,
            networks=networks,
            hyperparameters=record.hyperparameters,
            derived=record.derived,
            parameters=record.result.parameters,
            epoch=record.result.epoch,
        )

    @property
    def label(self) -> str:
        """Its number, and how often it counts where that is more than once: `3`, `3 ×2`."""
        return f"{self.trial} ×{self.networks}" if self.networks > 1 else str(self.trial)


@dataclass(frozen=True, slots=True)
class Ensemble:
    """Networks whose probabilities are averaged.

    Its scores are those of the members' out-of-fold probabilities, averaged: a trial of which
    there are several networks counts as often, but has one prediction of each row, so that what
    averaging its networks gains is not in the scores.

    Attributes:
        members: Its trials, those with more networks first.
        parameters: Of all networks.
        score: Cross-validated mean of the objective over rows.
        standard_error: Of that mean, over rows.
        corrected_score: The same, corrected for the choice.
        corrected_interval: Its 95 % interval.
        scores: Cross-validated mean of every objective, by name.
        standard_errors: Of these means, over rows.
        better: Whether choosing it is better than choosing the best trial, on rows that neither was
            chosen by, by more than the standard error of the difference.
    """

    members: tuple[Member, ...]
    parameters: int
    score: float
    standard_error: float
    corrected_score: float
    corrected_interval: tuple[float, float]
    scores: dict[str, float]
    standard_errors: dict[str, float]
    better: bool

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        record = asdict(self)
        members = [asdict(member) for member in self.members]
        return {**record, "members": members, "corrected_interval": [*self.corrected_interval]}


def choose_members(
    true_class: np.ndarray, weights: np.ndarray, *, pool: np.ndarray, parameters: np.ndarray
) -> np.ndarray:
    """Choose how often each trial is in the ensemble, for many weightings of the rows at once.

    One after another, whichever trial lowers the cross-entropy of the mean most is added, of equals
    the one with fewer parameters; a trial may be added again (Caruana, Niculescu-Mizil, Crew and
    Ksikes 2004, "Ensemble selection from libraries of models", sections 2 and 2.1).

    Args:
        true_class: Out-of-fold probability of each row's class, shape `(trials, rows)`.
        weights: How often each row counts, shape `(rows, samples)`.
        pool: Which trials may be chosen, shape `(trials, samples)`.
        parameters: Of each trial, shape `(trials,)`.

    Returns:
        Shape `(trials, samples)`; each sample's add up to `NETWORKS`.
    """
    counts = np.zeros(pool.shape, np.int64)
    for number in range(1, NETWORKS + 1):
        # samples that have chosen the same trials so far look at the same means
        chosen, place = np.unique(counts, axis=1, return_inverse=True)
        for those in range(chosen.shape[1]):
            samples = np.flatnonzero(place == those)
            logs = _log_means(chosen[:, those] @ true_class, true_class, number)
            losses = np.where(pool[:, samples], -(logs @ weights[:, samples]), np.inf)
            added = find_lowest(losses, parameters)
            counts[added, samples] += 1
    return counts


def _log_means(total: np.ndarray, true_class: np.ndarray, number: int) -> np.ndarray:
    """Return the log of the mean with each trial added, `(trials, rows)`, in a single array."""
    logs = total + true_class
    logs /= number
    np.maximum(logs, _SMALLEST, out=logs)
    return np.log(logs, out=logs)


class Library:
    """The completed trials of a study, which an ensemble is chosen from.

    Args:
        records: The study's trials.
        cluster_values: The objective of each cluster, shape `(clusters,)`, by completed trial.
        probabilities: A trial's out-of-fold probabilities, shape `(rows, classes)`.
        scoring: The truth of the rows, and the objectives.

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
    ) -> None:
        self.records = _best_first(records, scoring.maximise)
        self.scoring = scoring
        sign = -1.0 if scoring.maximise else 1.0
        self._losses = sign * np.stack([cluster_values[record.trial] for record in self.records])
        self._parameters = np.array([record.result.parameters for record in self.records])
        self._probabilities = lru_cache(_KEPT)(probabilities)
        self._true_class = cache(self._read_true_class)

    def choose(self, weights: np.ndarray) -> np.ndarray:
        """Choose from the trials that are best by some weightings of the clusters.

        Args:
            weights: How often each cluster counts, shape `(clusters, samples)`.

        Returns:
            How often each trial is chosen, shape `(trials, samples)`.
        """
        totals = self._losses @ weights
        pool = np.zeros(totals.shape, bool)
        np.put_along_axis(pool, np.argsort(totals, axis=0, kind="stable")[:_POOL], True, axis=0)
        used = np.flatnonzero(pool.any(axis=1))
        counts = np.zeros(totals.shape, np.int64)
        counts[used] = choose_members(
            np.stack([self._true_class(place) for place in used]),
            self._of_predictions(weights),
            pool=pool[used],
            parameters=self._parameters[used],
        )
        return counts

    def _of_predictions(self, weights: np.ndarray) -> np.ndarray:
        """Return how often each prediction of a trial counts, `(predictions, samples)`."""
        by_row = weights[self.scoring.truth.clusters]
        repeats = len(self._true_class(0)) // len(by_row)
        return np.tile(by_row, (repeats, 1))

    def average(self, counts: Sequence[int]) -> np.ndarray:
        """Return the mean probabilities of chosen trials, shaped as those of a trial."""
        total = sum(
            count * self._probabilities(record.trial).astype(np.float64)
            for count, record in zip(counts, self.records, strict=True)
            if count
        )
        return np.asarray(total / sum(counts))

    def best(self, objective: str) -> Procedure:
        """Return what picks the best trial by drawn rows, judged by an objective."""
        cluster_values = self.scoring.cluster_values[objective]
        judged = [cluster_values(self._probabilities(record.trial)) for record in self.records]
        return make_procedure(pick_best, self._losses, self._parameters, np.stack(judged))

    def ensemble(self, objective: str) -> Procedure:
        """Return what chooses an ensemble by drawn rows, judged by an objective."""

        @cache
        def values(counts: tuple[int, ...]) -> np.ndarray:
            return self.scoring.cluster_values[objective](self.average(counts)).astype(np.float32)

        def chosen(weights: np.ndarray) -> np.ndarray:
            return np.stack([values(tuple(each)) for each in self.choose(weights).T.tolist()])

        return chosen

    def _read_true_class(self, place: int) -> np.ndarray:
        y = self.scoring.truth.y
        of_trial = self._probabilities(self.records[place].trial)
        of_class = of_trial[..., np.arange(len(y)), y]
        return np.asarray(of_class.reshape(-1).astype(np.float64))  # repeat after repeat


def make_ensemble(library: Library, *, best: OutOfBag, seed: int) -> tuple[Ensemble, OutOfBag]:
    """Return the ensemble of a study, and what choosing it comes to on rows left out.

    Args:
        library: The trials that it is chosen from.
        best: What choosing the best trial comes to on rows left out.
        seed: Of the bootstrap.
    """
    scoring, clusters = library.scoring, library.scoring.truth.cluster_count
    (counts,) = library.choose(np.ones((clusters, 1))).T.tolist()
    whole = library.average(counts)
    means = {name: mean_and_error(values(whole)) for name, values in scoring.cluster_values.items()}
    corrected = evaluate_out_of_bag(library.ensemble(scoring.objective), clusters, seed=seed)
    gain = corrected - best if scoring.maximise else best - corrected
    members = _members(library.records, counts)
    ensemble = Ensemble(
        members=members,
        parameters=sum(member.networks * member.parameters for member in members),
        score=means[scoring.objective][0],
        standard_error=means[scoring.objective][1],
        corrected_score=corrected.score,
        corrected_interval=clip_interval(*corrected.interval, maximise=scoring.maximise),
        scores={name: mean for name, (mean, _) in means.items()},
        standard_errors={name: error for name, (_, error) in means.items()},
        better=gain.score > gain.standard_error,
    )
    return ensemble, corrected


def _best_first(records: Sequence[TrialRecord], maximise: bool) -> list[TrialRecord]:
    completed = [record for record in records if record.completed]
    if not completed:
        raise SearchFailed(NO_TRIAL)
    sign = -1.0 if maximise else 1.0
    return sorted(completed, key=lambda r: (sign * r.result.score, r.result.parameters, r.trial))


def _members(records: Sequence[TrialRecord], counts: Sequence[int]) -> tuple[Member, ...]:
    members = [
        Member.from_record(record, count)
        for record, count in zip(records, counts, strict=True)
        if count
    ]
    return tuple(sorted(members, key=lambda member: -member.networks))
