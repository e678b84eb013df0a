"""The tests of settings against the best one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import comb

import numpy as np

from tuner.analysis.luck import estimate_luck, run_exchange_test, weigh_ranks
from tuner.analysis.significance import (
    TTest,
    Variance,
    estimate_fold_variance,
    estimate_row_variances,
    run_t_test,
)
from tuner.folds import Split
from tuner.scoring import pair_unseen
from tuner.study import TrialRecord

__all__ = ["SettingTest", "run_setting_tests"]

_DOMINATES = 3.0  # times the variance of two single networks: the interval is twice as wide


@dataclass(frozen=True, slots=True)
class SettingTest:
    """The tests of a setting against the best one.

    Attributes:
        t: Student's test over rows, folds and luck.
        single_networks: The test of the best trial of each as it is: over rows, folds and what its
            own training comes to by chance, without luck.
        luck_dominates: Whether luck makes the interval of `single_networks` more than twice as
            wide, that of trials which fail left aside: a setting may fail often, and yet have been
            tried enough.
        can_draw: Whether either setting has an untried configuration.
        p: The p-value of the test by exchange. If all configurations of both were tried, luck is
            none, and that of Student's tests over rows and over folds counts if it is smaller, the
            higher of them times the number of all pairs of settings.
    """

    t: TTest
    single_networks: TTest
    luck_dominates: bool
    can_draw: bool
    p: float


# Over 40 lines: most of them are of its docstring and the fields of a record.
def run_setting_tests(
    compared: Sequence[Sequence[TrialRecord]],
    cluster_values: Mapping[int, np.ndarray],
    split: Split,
    losses: np.ndarray,
    untried: Sequence[float],
    unseen: Sequence[float],
) -> list[SettingTest]:
    """Test the best trial of the first setting, which is the best, against that of each other one.

    The variance over rows and folds is that of the mean of a setting's trials, each weighed by its
    chance to be the best of half as many. The best trial alone would also have what is by chance
    in its own networks, which is in the luck already. Of configurations that were all tried there
    is no luck, and that chance counts.

    Args:
        compared: The completed trials of each setting, the best first; the best setting first.
        cluster_values: The objective of each cluster by trial, shape `(clusters,)`.
        split: The study's folds.
        losses: The losses of the compared trials, shape `(rounds, settings)`; lower is better. NaN
            of a trial that failed.
        untried: The share of each setting's configurations that have no trial.
        unseen: The variance of mistakes that no row shows, of each setting.
    """
    if len(compared) < 2:
        return []
    counted, of_own = _replace_failed(losses)
    luck = estimate_luck(counted)
    luck_of_trained = estimate_luck(of_own) if np.isnan(losses).any() else luck
    weights = weigh_ranks(len(losses))
    of_means = _estimate_variances(compared, cluster_values, split, weights)
    best_trials = [own[:1] for own in compared]
    of_single = _estimate_variances(best_trials, cluster_values, split, weights)
    exchanged = run_exchange_test(counted)
    tests = []
    pairs = comb(len(compared), 2)
    best, *others = (own[0].result.score for own in compared)
    for column, other in enumerate(others, start=1):
        hidden = pair_unseen(unseen[0], unseen[column])
        mean, single = of_means[column - 1].add(hidden), of_single[column - 1].add(hidden)
        share = max(untried[0], untried[column])
        drawn = Variance(luck[column].value * share, luck[column].freedom)
        rows = Variance(share * mean.value + (1 - share) * single.value, mean.freedom)
        t, p = run_t_test(best - other, rows + drawn), exchanged[column]
        if not share:  # without luck, the choice of the best is one among all pairs
            by_folds = _test_by_folds(best_trials[0][0], best_trials[column][0], split)
            p = min(p, pairs * max(t.p, by_folds.p))
        tests.append(
            SettingTest(
                t,
                single_networks=run_t_test(best - other, single),
                luck_dominates=luck_of_trained[column].value * share > _DOMINATES * single.value,
                can_draw=share > 0,
                p=p,
            )
        )
    return tests


def _estimate_variances(
    compared: Sequence[Sequence[TrialRecord]],
    cluster_values: Mapping[int, np.ndarray],
    split: Split,
    weights: np.ndarray,
) -> list[Variance]:
    """Return the variance over rows and folds of the difference between the first and each other.

    Args:
        compared: Trials of each setting, the best first; of their mean by rank.
        cluster_values: The objective of each cluster by trial, shape `(clusters,)`.
        split: The study's folds.
        weights: The weights of ranks.
    """
    by_cluster = [_average(weights, [cluster_values[r.trial] for r in own]) for own in compared]
    by_fold = [_average(weights, [r.result.fold_scores for r in own]) for own in compared]
    return estimate_row_variances(
        [by_cluster[0] - other for other in by_cluster[1:]],
        [by_fold[0] - other for other in by_fold[1:]],
        split,
    )


def _test_by_folds(first: TrialRecord, second: TrialRecord, split: Split) -> TTest:
    """Test the difference of two trials by its folds alone, which show chance in their training."""
    differences = np.subtract(first.result.fold_scores, second.result.fold_scores)
    defined = differences[np.isfinite(differences)]
    difference = float(defined.mean()) if len(defined) else 0.0
    return run_t_test(difference, estimate_fold_variance(defined, split))


def _average(weights: np.ndarray, ranked: Sequence[Sequence[float] | np.ndarray]) -> np.ndarray:
    """Return the mean of what each of some trials came to, by the weights of their ranks.

    It adds up the values of one trial after another, since those of all rows are many, and leaves
    out those that do not count, about half.
    """
    weights = weights[: len(ranked)]
    total = np.zeros(len(ranked[0]))
    for weight, values in zip(weights, ranked, strict=True):
        if weight > 0:
            total += weight * np.asarray(values, np.float64)
    return np.asarray(total / weights.sum())


def _replace_failed(losses: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return losses in which failed trials count as the worst, in two ways.

    Args:
        losses: Shape `(rounds, settings)`, NaN of failed trials; each setting has others.

    Returns:
        First as the worst of all; then as the worst trial of their own setting, unless it has a
        single one that trained, of which nothing is known.
    """
    failed, worst = np.isnan(losses), np.nanmax(losses)
    few = np.count_nonzero(~failed, axis=0) < 2
    of_own = np.where(few, worst, np.nanmax(losses, axis=0))
    return np.where(failed, worst, losses), np.where(failed, of_own, losses)
