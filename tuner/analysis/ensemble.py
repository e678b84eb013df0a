"""The ensemble of a study: networks of its best trials whose probabilities are averaged."""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from tuner.analysis.bias_correction import OutOfBag, clip_interval, evaluate_out_of_bag
from tuner.analysis.ensemble_selection import Library
from tuner.analysis.significance import LEVEL, TTest
from tuner.analysis.training_noise import compute_noise_ratio
from tuner.scoring import compute_mean_and_error, compute_unseen_variance
from tuner.space import Value
from tuner.study import NETWORKS, SearchSettings, TrialNetworks, TrialRecord

__all__ = ["Ensemble", "Member", "make_ensemble"]

_LEAST_GAIN = 1e-4  # of any objective: what gains less is not worth several networks


@dataclass(frozen=True, slots=True, kw_only=True)
class Member(TrialNetworks):
    """A trial in an ensemble, and how its networks are trained.

    Attributes:
        hyperparameters: The hyperparameters that are active in it.
        derived: Values that follow from the hyperparameters and the data.
        parameters: Trainable weights and biases of one network.
        epoch: The epochs to train.
    """

    hyperparameters: dict[str, Value]
    derived: dict[str, Value]
    parameters: int
    epoch: int

    @classmethod
    def from_record(cls, record: TrialRecord, networks: int = 1, folds: int = 0) -> "Member":
        """Return a trial with a number of its networks."""
        return cls(
            trial=record.trial,
            networks=networks,
            hyperparameters=record.hyperparameters,
            derived=record.derived,
            parameters=record.result.parameters,
            epoch=record.result.epoch,
            folds=folds,
        )


@dataclass(frozen=True, slots=True)
class Ensemble:
    """Networks whose probabilities are averaged.

    Its networks are trained again on all rows, or are those of the folds, or both
    (`tuner.study.final_networks`). Its scores are evidence for both: they are of networks that
    have not seen the row. What the last rows add to networks on all rows is not in them, nor what
    averaging the networks of a trial gains; both make new rows a little better than the scores say.

    The scores are those of the members' averaged out-of-fold probabilities. A trial with several
    networks counts several times, but has one prediction of each row. What averaging its networks
    gains is estimated from the trial that is most like it, and is part of the scores.

    Attributes:
        members: The trials, those with the most networks first.
        parameters: Parameters of all networks together.
        score: Cross-validated mean of the objective over rows.
        standard_error: The standard error of that mean, over rows.
        corrected_score: The same mean, corrected for the choice.
        corrected_interval: The 95 % interval of the corrected score.
        scores: Cross-validated mean of every objective by name.
        standard_errors: The standard errors of these means, over rows.
        better: Whether choosing the ensemble is better than choosing the best trial, by more than
            the standard error of the difference, and than 0.0001, on rows that neither was chosen
            by. It is then exported, because that is more likely right than wrong; it is no
            evidence. True in any case if the search has a time limit
            (`tuner.study.exports_ensemble`).
        difference: The ensemble's corrected score less the best trial's. Defaults to 0.
        difference_interval: The 95 % interval of the difference. Defaults to 0 alone.
        told_apart: Whether the two can be told apart. Defaults to False.
        too_large: Whether its networks together are larger, or slower, than the search allows a
            network to be. It is not exported then.
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
    difference: float = 0.0
    difference_interval: tuple[float, float] = (0.0, 0.0)
    told_apart: bool = False
    too_large: bool = False

    @property
    def is_exported(self) -> bool:
        """Whether a search exports it instead of the best trial."""
        return self.better and not self.too_large

    def limit(self, settings: SearchSettings) -> "Ensemble":
        """Return the ensemble, too large if it is for the limits on networks of a search.

        The prediction times of its networks add up, so no ensemble is known to be quick enough.
        Networks on all rows beside those of folds are left out if they make it too large.
        """
        most, networks = settings.max_parameters, sum(member.count for member in self.members)
        too_slow = settings.max_row_microseconds is not None and networks > 1
        if most is None or self.parameters <= most:
            return replace(self, too_large=too_slow)
        members = tuple(replace(member, on_all_rows=0) for member in self.members)
        parameters = sum(member.count * member.parameters for member in members)
        too_large = too_slow or parameters > most
        return replace(self, members=members, parameters=parameters, too_large=too_large)

    def add_test(self, test: TTest) -> "Ensemble":
        """Return the ensemble with the test of its difference from the best trial."""
        return replace(
            self,
            difference=test.difference,
            difference_interval=test.interval,
            told_apart=test.p <= LEVEL,
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the ensemble in the form of JSON.

        `trial` is the one that most of its networks are of, so that every pick has a trial.
        """
        record = asdict(self)
        members = [asdict(member) for member in self.members]
        return {
            "trial": self.members[0].trial,
            **record,
            "members": members,
            "corrected_interval": [*self.corrected_interval],
            "difference_interval": [*self.difference_interval],
        }


# Over 40 lines: half of them describe the arguments.
def make_ensemble(
    library: Library,
    *,
    best: OutOfBag,
    seed: int,
    always: bool = False,
    adds_networks_on_all_rows: bool = False,
) -> tuple[Ensemble, OutOfBag]:
    """Return the ensemble of a study, and the out-of-bag values of choosing it.

    These are without chance in training, which would not change which of two picks is better.

    Args:
        library: The trials that the ensemble is chosen from.
        best: The out-of-bag values of choosing the best trial.
        seed: Seed of the bootstrap.
        always: Whether it is exported even if it is not clearly better.
        adds_networks_on_all_rows: Whether it has networks on all rows beside those of folds.
    """
    scoring, clusters = library.scoring, library.scoring.truth.cluster_count
    (counts,) = library.choose(np.ones((clusters, 1))).T.tolist()
    procedure = library.make_ensemble_procedure(scoring.objective)
    out_of_bag = evaluate_out_of_bag(procedure, clusters, seed=seed)
    gain = out_of_bag - best if scoring.maximise else best - out_of_bag
    members = _make_members(library, counts)
    if adds_networks_on_all_rows:
        members = _add_networks_on_all_rows(members)
    values = {name: library.score(counts, name) for name in scoring.score_clusters}
    means = {name: compute_mean_and_error(own) for name, own in values.items()}
    means = {name: mean for name, mean in means.items() if not np.isnan(mean[0])}  # as of trials
    networks = [(r, count) for r, count in zip(library.records, counts, strict=True) if count]
    y, probabilities = scoring.truth.y, library.average(counts)
    noise = compute_noise_ratio(networks, len(y), of_folds=library.folds > 0)
    own = scoring.score_clusters[scoring.objective](probabilities)
    whole = out_of_bag.with_training(noise, own).with_unseen(
        compute_unseen_variance(scoring.objective, probabilities, y)
    )
    ensemble = Ensemble(
        members=members,
        parameters=sum(member.count * member.parameters for member in members),
        score=means[scoring.objective][0],
        standard_error=means[scoring.objective][1],
        corrected_score=out_of_bag.score,
        corrected_interval=clip_interval(*whole.interval, maximise=scoring.maximise),
        scores={name: mean for name, (mean, _) in means.items()},
        standard_errors={name: error for name, (_, error) in means.items()},
        better=always or gain.score > max(gain.standard_error, _LEAST_GAIN),
    )
    return ensemble, out_of_bag


def _make_members(library: Library, counts: Sequence[int]) -> tuple[Member, ...]:
    if library.folds:  # five times a trial alone is the trial
        divisor = math.gcd(*counts)
        counts = [count // divisor for count in counts]
    members = [
        Member.from_record(record, count, library.folds)
        for record, count in zip(library.records, counts, strict=True)
        if count
    ]
    return tuple(sorted(members, key=lambda member: -member.networks))


def _add_networks_on_all_rows(members: Sequence[Member]) -> tuple[Member, ...]:
    added = _share_networks([member.networks for member in members])
    return tuple(replace(m, on_all_rows=n) for m, n in zip(members, added, strict=True))


def _share_networks(weights: Sequence[int]) -> list[int]:
    """Return how many networks on all rows each trial has, `NETWORKS` together.

    Each of the first trials has one, and the others go where a network stands for most.

    Args:
        weights: How often each trial counts, in descending order.

    >>> _share_networks([1]), _share_networks([9, 2, 1]), _share_networks([4, 2, 1, 1, 1, 1])
    ([5], [3, 1, 1], [1, 1, 1, 1, 1, 0])
    """
    shares = [1] * min(len(weights), NETWORKS)
    while sum(shares) < NETWORKS:
        shares[max(range(len(shares)), key=lambda n: weights[n] / shares[n])] += 1
    return shares + [0] * (len(weights) - len(shares))
