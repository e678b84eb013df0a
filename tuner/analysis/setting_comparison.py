"""Which settings of a hyperparameter can be told apart: depths, regularizers, batch sizes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from tuner.analysis.pairs import Pair, make_pairs
from tuner.analysis.significance import (
    NORMAL,
    Variance,
    estimate_fold_variance,
    estimate_search_variance,
    run_t_test,
)
from tuner.folds import Split
from tuner.space import Value
from tuner.study import TrialRecord

__all__ = ["Comparison", "Setting", "compare_settings", "group_by_hyperparameter"]


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting, and the network that stands for it.

    Attributes:
        value: What the trials have in common.
        trials: How many trials the study has of it.
        trial: The best completed one of its share; None where none was completed.
        score: That trial's score; None without a trial.
        interval: Lower and upper end of the score's 95 % interval, over rows. It does not know
            that the best was taken.
    """

    value: Value
    trials: int
    trial: int | None = None
    score: float | None = None
    interval: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a study says of the settings of a hyperparameter.

    Attributes:
        share: The first so many trials of each setting are looked at.
        settings: The best first; those without a completed trial last.
        pairs: All pairs of settings with a completed trial, the best ones first.
        not_told_apart: The settings that cannot be told apart from the best, the best itself
            among them; empty where no trial was completed.
    """

    share: int
    settings: tuple[Setting, ...]
    pairs: tuple[Pair[Value], ...]
    not_told_apart: tuple[Value, ...]


def group_by_hyperparameter(name: str) -> Callable[[TrialRecord], Value | None]:
    """Return what takes a trial to its value of a hyperparameter, or of what follows from one."""

    def setting(record: TrialRecord) -> Value | None:
        return record.hyperparameters.get(name, record.derived.get(name))

    return setting


def compare_settings(
    records: Sequence[TrialRecord],
    cluster_values: Mapping[int, np.ndarray],
    *,
    setting: Callable[[TrialRecord], Value | None],
    split: Split,
    maximise: bool,
) -> Comparison:
    """Compare settings by the best network of each, under an equal share of the trials.

    Each setting has its first m trials looked at, by number, with m the least number of trials
    that a setting with a completed one has: one that was tried more often has no advantage. The
    best completed of them stands for the setting. Two are compared by Student's t on their paired
    differences by fold. The variance is the sum of

    - that of Nadeau and Bengio (2003) over folds, with the mean of their ratios where folds grow,
      or that over rows, or groups of them, where it is larger: a few small folds may agree by
      chance, and two of them often do;
    - that of which trials the search drew for either setting (`search_variance`).

    Then Holm's adjustment over all pairs. What this assumes:

    - Differences by fold are about normal, and correlated as Nadeau and Bengio suppose.
    - The trials of a setting are drawn at random and alike in all settings, as the random oracle
      does. The trials of an oracle that learns are not; then, and with a grid, the second term is
      too large rather than too small.
    - Where no setting has two trials, nothing is known of the second term. Then these networks are
      compared, and the answer is about them.
    - Pruned trials count as what they had come to: to leave them out would hide the luck.
    - The data are these: how other data sets of the kind would come out is not asked.

    Where all settings are alike, this reports a difference in 1 to 3 % of comparisons, and in 6 %
    of the least favourable kind; without the second term, in up to three of four
    (benchmarks/README.md). The price: two or three trials of a setting, some of them hopeless, say
    little, and larger differences than one would think cannot be told apart.

    Args:
        records: The study's trials.
        cluster_values: The objective of each row, or group of rows, by completed trial; `(rows,)`.
        setting: Takes a trial to its setting; None leaves it out. A range is cut into settings
            here.
        split: The study's folds.
        maximise: Whether more is better.
    """
    sign = -1.0 if maximise else 1.0
    groups = _groups(records, setting)
    share = min((len(own) for own in groups.values() if any(r.completed for r in own)), default=0)
    chosen = {value: _best(own[:share], sign) for value, own in groups.items()}
    compared = sorted(
        ((value, record) for value, record in chosen.items() if record is not None),
        key=lambda pair: sign * pair[1].result.score,
    )
    search = estimate_search_variance([_losses(own, sign) for own in groups.values()], share)
    evidence = [
        _evidence(first, second, cluster_values, split=split, search=search)
        for (_, first), (_, second) in combinations(compared, 2)
    ]
    pairs = make_pairs([value for value, _ in compared], evidence)
    described = [_described(value, record, len(groups[value])) for value, record in compared]
    without = [Setting(v, len(own)) for v, own in groups.items() if chosen[v] is None]
    best = [value for value, _ in compared[:1]]
    alike = [pair.second for pair in pairs if pair.first in best and not pair.told_apart]
    return Comparison(share, (*described, *without), tuple(pairs), (*best, *alike))


def _groups(
    records: Sequence[TrialRecord], setting: Callable[[TrialRecord], Value | None]
) -> dict[Value, list[TrialRecord]]:
    """Return the trials of each setting by number."""
    groups: dict[Value, list[TrialRecord]] = {}
    for record in sorted(records, key=lambda record: record.trial):
        value = setting(record)
        if value is not None:
            groups.setdefault(value, []).append(record)
    return groups


def _best(records: Sequence[TrialRecord], sign: float) -> TrialRecord | None:
    completed = [record for record in records if record.completed]
    return min(
        completed,
        key=lambda each: (sign * each.result.score, each.result.parameters),
        default=None,
    )


def _losses(records: Sequence[TrialRecord], sign: float) -> np.ndarray:
    scored = [record.result.score for record in records if record.result.status != "failed"]
    return sign * np.array(scored)


def _described(value: Value, record: TrialRecord, trials: int) -> Setting:
    score, error = record.result.score, record.result.standard_error
    interval = score - NORMAL * error, score + NORMAL * error
    return Setting(value, trials, record.trial, score, interval)


def _evidence(
    first: TrialRecord,
    second: TrialRecord,
    cluster_values: Mapping[int, np.ndarray],
    *,
    split: Split,
    search: Variance,
) -> tuple[float, tuple[float, float]]:
    """Return the difference of two networks, its p and by how much its interval goes either way."""
    differences = np.subtract(first.result.fold_scores, second.result.fold_scores)
    differences = differences[np.isfinite(differences)]  # a fold may not define its score
    ratios = [len(fold.validation) / len(fold.train) for fold in split.folds]
    variance = estimate_fold_variance(differences, float(np.mean(ratios)))
    values = (cluster_values[record.trial] for record in (first, second))
    by_cluster = np.subtract(*values, dtype=np.float64)
    over_clusters = by_cluster.var(ddof=1) / len(by_cluster)
    variance = Variance(max(variance.value, float(over_clusters)), variance.freedom)
    difference = float(differences.mean())
    return difference, run_t_test(difference, variance + search)
