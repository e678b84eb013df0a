"""Which settings of a hyperparameter can be told apart: depths, regularizers, batch sizes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from tuner.analysis.pairs import Pair, make_pairs
from tuner.analysis.significance import (
    NORMAL,
    TTest,
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
    """A setting, and the trial that stands for it.

    Attributes:
        value: The value that the setting's trials share.
        trials: How many trials the study has of it.
        trial: The number of the best completed trial of its share; None if none was completed.
        score: That trial's score; None without a trial.
        interval: The 95 % interval of the score, over rows; None without a trial. It is not
            corrected for the choice of the best trial.
    """

    value: Value
    trials: int
    trial: int | None = None
    score: float | None = None
    interval: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """The comparison of all settings of a hyperparameter.

    Attributes:
        share: How many trials of each setting are compared: the first ones by number.
        settings: The settings, the best first; those without a completed trial last.
        pairs: All pairs of settings with a completed trial, the best ones first.
        not_told_apart: The best setting and those that cannot be told apart from it. Empty if no
            trial was completed.
    """

    share: int
    settings: tuple[Setting, ...]
    pairs: tuple[Pair[Value], ...]
    not_told_apart: tuple[Value, ...]


def group_by_hyperparameter(name: str) -> Callable[[TrialRecord], Value | None]:
    """Return a function that returns a trial's value of a hyperparameter, given or derived."""

    def get_setting(record: TrialRecord) -> Value | None:
        return record.hyperparameters.get(name, record.derived.get(name))

    return get_setting


# Over 40 lines: most of them state the method and what it assumes.
def compare_settings(
    records: Sequence[TrialRecord],
    cluster_values: Mapping[int, np.ndarray],
    *,
    get_setting: Callable[[TrialRecord], Value | None],
    split: Split,
    maximise: bool,
) -> Comparison:
    """Compare settings by the best trial of each, out of equally many trials of each.

    Only the first m trials of each setting are compared, by number, where m is the smallest number
    of trials among settings that have a completed one. So a setting gains nothing from having more
    trials. The best completed one of the m stands for the setting. Student's t tests each pair of
    settings on their paired differences by fold. The variance is the sum of two parts:

    - The variance over folds by Nadeau and Bengio (2003), with the mean of the folds' ratios if
      folds grow. The variance over clusters is used instead if it is larger, because the
      differences of a few small folds, and often of two, can agree by chance.
    - The variance that comes from which trials the search drew for either setting
      (`estimate_search_variance`).

    Holm's adjustment over all pairs follows. The assumptions are:

    - The differences by fold are about normal, and correlated as Nadeau and Bengio suppose.
    - The trials of a setting are drawn at random, in the same way for all settings, as the random
      oracle does. An oracle that learns does not. With it, and with a grid, the second part is too
      large rather than too small.
    - If no setting has two trials, the second part is unknown. The result is then about these
      networks, not about the settings.
    - Pruned trials count with the score that they had reached. Leaving them out would hide the
      luck.
    - The data are fixed: the result does not say how other data sets of the kind would turn out.

    If all settings are equally good, this reports a difference in 1 to 3 % of comparisons, and in
    6 % in the least favourable case. Without the second part it does in up to three of four
    comparisons (benchmarks/README.md). The price: with two or three trials of a setting, some of
    them hopeless, only surprisingly large differences can be told apart.

    Args:
        records: The study's trials.
        cluster_values: The objective of each cluster by completed trial, shape `(clusters,)`.
        get_setting: Returns the setting of a trial; None leaves the trial out. It also puts the
            values of a range into bins.
        split: The study's folds.
        maximise: Whether a higher objective is better.
    """
    sign = -1.0 if maximise else 1.0
    groups = _group_trials(records, get_setting)
    share = min((len(own) for own in groups.values() if any(r.completed for r in own)), default=0)
    chosen = {value: _find_best(own[:share], sign) for value, own in groups.items()}
    compared = sorted(
        ((value, record) for value, record in chosen.items() if record is not None),
        key=lambda setting: sign * setting[1].result.score,
    )
    search = estimate_search_variance([_get_losses(own, sign) for own in groups.values()], share)
    tests = [
        _run_test(first, second, cluster_values, split=split, search=search)
        for (_, first), (_, second) in combinations(compared, 2)
    ]
    pairs = make_pairs([value for value, _ in compared], tests)
    settings = [_make_setting(value, record, len(groups[value])) for value, record in compared]
    without = [Setting(v, len(own)) for v, own in groups.items() if chosen[v] is None]
    best = [value for value, _ in compared[:1]]
    alike = [pair.second for pair in pairs if pair.first in best and not pair.told_apart]
    return Comparison(share, (*settings, *without), tuple(pairs), (*best, *alike))


def _group_trials(
    records: Sequence[TrialRecord], get_setting: Callable[[TrialRecord], Value | None]
) -> dict[Value, list[TrialRecord]]:
    """Return the trials of each setting, by number."""
    groups: dict[Value, list[TrialRecord]] = {}
    for record in sorted(records, key=lambda record: record.trial):
        value = get_setting(record)
        if value is not None:
            groups.setdefault(value, []).append(record)
    return groups


def _find_best(records: Sequence[TrialRecord], sign: float) -> TrialRecord | None:
    completed = [record for record in records if record.completed]
    return min(
        completed,
        key=lambda record: (sign * record.result.score, record.result.parameters),
        default=None,
    )


def _get_losses(records: Sequence[TrialRecord], sign: float) -> np.ndarray:
    scores = [record.result.score for record in records if record.result.status != "failed"]
    return sign * np.array(scores)


def _make_setting(value: Value, record: TrialRecord, trials: int) -> Setting:
    score, error = record.result.score, record.result.standard_error
    interval = score - NORMAL * error, score + NORMAL * error
    return Setting(value, trials, record.trial, score, interval)


def _run_test(
    first: TrialRecord,
    second: TrialRecord,
    cluster_values: Mapping[int, np.ndarray],
    *,
    split: Split,
    search: Variance,
) -> TTest:
    """Test the difference of two trials."""
    differences = np.subtract(first.result.fold_scores, second.result.fold_scores)
    differences = differences[np.isfinite(differences)]  # a fold can leave its score undefined
    ratios = [len(fold.validation) / len(fold.train) for fold in split.folds]
    variance = estimate_fold_variance(differences, float(np.mean(ratios)))
    values = (cluster_values[record.trial] for record in (first, second))
    by_cluster = np.subtract(*values, dtype=np.float64)
    over_clusters = by_cluster.var(ddof=1) / len(by_cluster)
    variance = Variance(max(variance.value, float(over_clusters)), variance.freedom)
    return run_t_test(float(differences.mean()), variance + search)
