"""Significance tests: the variance of a difference, Student's t, and Holm's adjustment."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

__all__ = [
    "NORMAL",
    "TTest",
    "Variance",
    "adjust_by_holm",
    "estimate_fold_variance",
    "estimate_search_variance",
    "run_t_test",
]

NORMAL = 1.959964
"""95 % of a normal distribution lie within this many standard errors of the mean."""

# A variance from few trials is increased by this factor. Without it, equally good settings were
# told apart in up to 7 % of comparisons instead of 5 % (benchmarks/comparisons.py).
_MARGIN = 1.25


@dataclass(frozen=True, slots=True)
class Variance:
    """An estimated variance.

    Attributes:
        value: The estimate.
        freedom: Its degrees of freedom.
    """

    value: float
    freedom: float

    def __add__(self, other: "Variance") -> "Variance":
        """Return the variance of a sum, by Welch (1947) and Satterthwaite (1946)."""
        total = self.value + other.value
        if total == 0:
            return self
        parts = self.value**2 / self.freedom + other.value**2 / other.freedom
        return Variance(total, total**2 / parts)


@dataclass(frozen=True, slots=True)
class TTest:
    """The result of Student's t-test.

    Attributes:
        difference: The difference that was tested.
        p: The two-sided p-value.
        margin: Half the width of the 95 % interval around the difference.
    """

    difference: float
    p: float
    margin: float


def estimate_fold_variance(differences: np.ndarray, test_to_train: float) -> Variance:
    """Return the variance of the mean of paired differences by fold.

    This is the corrected variance of Nadeau and Bengio (2003, Machine Learning 52, section 3):
    s² (1/k + n_test / n_train). The folds share training rows, so their differences agree more
    than independent ones would, and s² / k is too small. The term n_test / n_train assumes that
    the differences of two folds have the correlation n_test / (n_test + n_train). It is a rule of
    thumb, because no unbiased estimate from one cross-validation exists (Bengio and Grandvalet
    2004).

    Args:
        differences: One difference per fold, shape `(folds,)`; with r repeats of k folds all k r
            of them (Bouckaert and Frank 2004, PAKDD, section 3.2).
        test_to_train: Validation rows divided by training rows of a fold.
    """
    folds = len(differences)
    if folds < 2:
        return Variance(0.0, 1.0)  # a single difference has no spread
    value = differences.var(ddof=1) * (1 / folds + test_to_train)
    return Variance(float(value), folds - 1)


def estimate_search_variance(scores: Sequence[np.ndarray], share: int) -> Variance:
    """Return the variance of the difference of two settings' best trials that comes from luck.

    The other hyperparameters of a setting's trials are drawn at random, so one setting can be
    luckier than another. The trials' scores, less the median of their setting, are pooled. The
    variance is twice that of the lowest of `share` pooled scores, drawn with replacement, times a
    margin. The factor n / (n − 1) is needed because the median of n trials lies closer to them
    than the true median.

    A trial's distance to the best of its setting is cut off at Tukey's fence (1977, Q3 + 1.5 (Q3 −
    Q1), over all trials but the best), because a hopeless learning rate says nothing about the
    best trial.

    Args:
        scores: The scores of each setting's trials; lower is better.
        share: How many trials of a setting are compared.

    Returns:
        The variance; 0 if no setting has two trials, because nothing is then known about it.
    """
    behind = [np.sort(own) - own.min() for own in scores if len(own) > 1]
    if not behind:
        return Variance(0.0, 1.0)
    low, high = np.quantile(np.concatenate([own[1:] for own in behind]), (0.25, 0.75))
    within = [np.minimum(own, high + 1.5 * (high - low)) for own in behind]
    spread = [(own - np.median(own)) * np.sqrt(len(own) / (len(own) - 1)) for own in within]
    pooled = np.sort(np.concatenate(spread))
    count = len(pooled)
    at_least = (np.arange(count, -1, -1) / count) ** share  # chance that none below is drawn
    chances = -np.diff(at_least)
    mean = chances @ pooled
    variance = 2 * _MARGIN * chances @ (pooled - mean) ** 2
    return Variance(float(variance), count - len(behind))


def run_t_test(difference: float, variance: Variance) -> TTest:
    """Test by Student's t whether a difference is 0.

    Without any variance, p is 1 if the difference is 0, and 0 otherwise.
    """
    from scipy.special import stdtr, stdtrit

    error = np.sqrt(variance.value)
    if error == 0:
        return TTest(difference, float(difference == 0), 0.0)
    p = 2 * stdtr(variance.freedom, -abs(difference) / error)
    margin = stdtrit(variance.freedom, 0.975) * error
    return TTest(difference, float(p), float(margin))


def adjust_by_holm(p: Sequence[float]) -> list[float]:
    """Return p-values adjusted for a family of tests, by Holm (1979, Scand. J. Statistics 6).

    If every test with an adjusted p of at most α is rejected, the chance that any true hypothesis
    of the family is rejected is at most α.

    >>> adjust_by_holm([0.01, 0.04, 0.03])
    [0.03, 0.06, 0.06]
    """
    adjusted, lowest = [0.0] * len(p), 0.0
    for rank, index in enumerate(np.argsort(p, kind="stable")):
        lowest = max(lowest, min(1.0, (len(p) - rank) * p[index]))
        adjusted[index] = lowest
    return adjusted
