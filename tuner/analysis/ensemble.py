"""The ensemble that a study names: networks of its best trials whose probabilities are averaged."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from tuner.analysis.correction import bootstrap_sample, interval_of
from tuner.errors import SearchFailed
from tuner.space import Value
from tuner.study import TrialRecord

__all__ = ["NETWORKS", "Ensemble", "Member", "Scoring", "choose_members", "make_ensemble"]

NETWORKS = 5
"""Networks of an ensemble; each more costs a training and a prediction, and gains less."""

_POOL = 20  # trials that it is chosen from: the best ones
_REPETITIONS = 200  # bootstrap samples
_SMALLEST = 1e-7  # probability, as in the objective

RowValues = Callable[[np.ndarray], np.ndarray]
"""Takes probabilities, shape `(rows, classes)`, to an objective's value of each row."""


@dataclass(frozen=True, slots=True)
class Scoring:
    """What predictions of a study's rows are worth.

    Attributes:
        y: Classes of the rows, shape `(rows,)`.
        row_values: Every objective, by name.
        objective: The study's.
        maximise: Whether more of it is better.
    """

    y: np.ndarray
    row_values: Mapping[str, RowValues]
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
        corrected_score: The same, corrected for having been chosen.
        corrected_interval: Its 95 % interval.
        scores: Cross-validated mean of every objective, by name.
        standard_errors: Of these means, over rows.
        better: Whether it is better than the best trial by more than the standard error of the
            difference, paired over rows.
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


def choose_members(true_class: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Choose how often each trial is in the ensemble.

    One after another, whichever trial lowers the cross-entropy of the mean most is added; a trial
    may be added again (Caruana, Niculescu-Mizil, Crew and Ksikes 2004, "Ensemble selection from
    libraries of models", sections 2 and 2.1).

    Args:
        true_class: Out-of-fold probability of each row's class, shape `(trials, rows)`.
        weights: How often each row counts, shape `(rows,)`.

    Returns:
        Shape `(trials,)`; they add up to `NETWORKS`.
    """
    counts = np.zeros(len(true_class), np.int64)
    total = np.zeros(true_class.shape[1], true_class.dtype)
    for number in range(1, NETWORKS + 1):
        means = np.maximum((total + true_class) / number, _SMALLEST)
        added = int(np.argmax(np.log(means) @ weights))
        counts[added] += 1
        total += true_class[added]
    return counts


def make_ensemble(
    records: Sequence[TrialRecord],
    probabilities: Callable[[int], np.ndarray],
    scoring: Scoring,
    *,
    seed: int,
) -> Ensemble:
    """Return the ensemble of a study.

    Args:
        records: The study's trials; the best of those that were completed are chosen from.
        probabilities: A trial's out-of-fold probabilities, shape `(rows, classes)`.
        scoring: The rows' classes, and the objectives.
        seed: Of the bootstrap.

    Raises:
        SearchFailed: No trial was completed.
    """
    pool = _best(records, scoring.maximise)
    stacked = np.stack([probabilities(record.trial) for record in pool])
    value = scoring.row_values[scoring.objective]
    true_class = stacked[:, np.arange(len(scoring.y)), scoring.y]

    def averaged(drawn: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        counts = choose_members(true_class, drawn.astype(true_class.dtype))
        chosen = np.flatnonzero(counts)
        return counts, np.average(stacked[chosen], axis=0, weights=counts[chosen])

    def out_of_bag(drawn: np.ndarray) -> float:
        return float(value(averaged(drawn)[1])[drawn == 0].mean())

    counts, whole = averaged(np.ones(len(scoring.y)))
    means = {name: _mean_and_error(values(whole)) for name, values in scoring.row_values.items()}
    gain, error = _mean_and_error(value(whole) - value(stacked[0]))
    corrected = _out_of_bag_scores(out_of_bag, len(scoring.y), len(pool), seed)
    return Ensemble(
        members=_members(pool, counts),
        parameters=int(sum(c * r.result.parameters for c, r in zip(counts, pool, strict=True))),
        score=means[scoring.objective][0],
        standard_error=means[scoring.objective][1],
        corrected_score=float(corrected.mean()),
        corrected_interval=interval_of(corrected),
        scores={name: mean for name, (mean, _) in means.items()},
        standard_errors={name: error for name, (_, error) in means.items()},
        better=(gain if scoring.maximise else -gain) > error,
    )


def _best(records: Sequence[TrialRecord], maximise: bool) -> list[TrialRecord]:
    completed = [record for record in records if record.completed]
    if not completed:
        raise SearchFailed("no trial was completed, so there is no network to pick")
    sign = -1.0 if maximise else 1.0
    completed.sort(key=lambda r: (sign * r.result.score, r.result.parameters, r.trial))
    return completed[:_POOL]


def _members(pool: Sequence[TrialRecord], counts: np.ndarray) -> tuple[Member, ...]:
    members = [
        Member(
            trial=record.trial,
            networks=int(count),
            hyperparameters=record.hyperparameters,
            derived=record.derived,
            parameters=record.result.parameters,
            epoch=record.result.epoch,
        )
        for record, count in zip(pool, counts, strict=True)
        if count
    ]
    return tuple(sorted(members, key=lambda member: -member.networks))


def _mean_and_error(values: np.ndarray) -> tuple[float, float]:
    return float(values.mean()), float(values.std(ddof=1) / np.sqrt(len(values)))


def _out_of_bag_scores(
    score: Callable[[np.ndarray], float], rows: int, trials: int, seed: int
) -> np.ndarray:
    """Return the scores of what is chosen by drawn rows, on the others: `(repetitions,)`.

    As `tuner.analysis.correction`, which says where it comes from. The pool of the best trials is
    not chosen again: which trials are in it hardly depends on a row.
    """
    rng = np.random.default_rng([seed, trials, rows, NETWORKS])
    return np.array([score(bootstrap_sample(rows, rng)) for _ in range(_REPETITIONS)])
