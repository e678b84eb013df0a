"""Significance tests: the variance of a difference, Student's t, and Holm's adjustment."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tuner.folds import Split

__all__ = [
    "LEVEL",
    "NORMAL",
    "TTest",
    "Variance",
    "adjust_by_holm",
    "compute_margin",
    "estimate_fold_variance",
    "estimate_row_variances",
    "run_t_test",
]

LEVEL = 0.05
"""The chance to tell apart what is alike, over all comparisons of a kind."""

NORMAL = 1.959964
"""95 % of a normal distribution lie within this many standard errors of the mean."""


_EXPECTED = 4  # how many differences the expectation counts for that folds vary by rows alone


@dataclass(frozen=True, slots=True)
class Variance:
    """An estimated variance.

    Attributes:
        value: The estimate.
        freedom: Its degrees of freedom.
    """

    value: float
    freedom: float

    def add(self, known: float) -> "Variance":
        """Return the variance with one added that is not estimated from the same values."""
        return Variance(self.value + known, self.freedom)

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
        standard_error: The standard error of the difference.
    """

    difference: float
    p: float
    margin: float
    standard_error: float

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval of the difference."""
        return self.difference - self.margin, self.difference + self.margin


def estimate_row_variances(
    by_cluster: Sequence[np.ndarray], by_fold: Sequence[np.ndarray], split: Split
) -> list[Variance]:
    """Return the variance over rows and folds of each of several paired differences.

    It is the corrected variance of Nadeau and Bengio (2003, Machine Learning 52, section 3),
    s² (1/k + n_test / n_train). The folds share training rows, so their differences agree more than
    independent ones would, and s² / k is too small. The term n_test / n_train assumes that the
    differences of two folds have the correlation n_test / (n_test + n_train). It is a rule of
    thumb, because no unbiased estimate from one cross-validation exists (Bengio and Grandvalet
    2004).

    Here s² is estimated from clusters, because there are many more of them than folds: as the
    variance of a fold's clusters, times a factor for what folds vary beyond their rows, because
    they were trained on different rows. The factor is the same for all differences, and at least 1.
    It is their mean and four times 1, since the ratio of one difference rests on few folds.

    Args:
        by_cluster: The values of each difference by cluster, shape `(clusters,)`.
        by_fold: The values of each difference by fold, shape `(folds,)`; not finite where a fold
            does not define the score.
        split: The folds.
    """
    variances = [float(values.var(ddof=1)) / len(values) for values in by_cluster]
    folds = len(split.folds) // split.repeats
    test_to_train = _compare_parts(split)
    ratios = [
        float(values[np.isfinite(values)].var(ddof=1)) / folds / variance
        for values, variance in zip(by_fold, variances, strict=True)
        if variance > 0 and np.isfinite(values).sum() > 1
    ]
    factor = max(1.0, (_EXPECTED + sum(ratios)) / (_EXPECTED + len(ratios)))
    corrected = float(factor * (1 + folds * test_to_train))
    freedom = len(by_cluster[0]) - 1
    return [Variance(corrected * variance, freedom) for variance in variances]


def estimate_fold_variance(by_fold: np.ndarray, split: Split) -> Variance:
    """Return the same variance from folds alone, which are few, but show all that varies.

    Args:
        by_fold: The values of the difference by fold, shape `(folds,)`.
        split: The folds.

    Returns:
        An infinite variance if there are fewer than two values.
    """
    if len(by_fold) < 2:
        return Variance(math.inf, 1)
    value = by_fold.var(ddof=1) * (1 / len(by_fold) + _compare_parts(split))
    return Variance(float(value), len(by_fold) - 1)


def _compare_parts(split: Split) -> float:
    """Return n_test / n_train, the mean over folds."""
    return float(np.mean([len(fold.validation) / len(fold.train) for fold in split.folds]))


def run_t_test(difference: float, variance: Variance) -> TTest:
    """Test by Student's t whether a difference is 0.

    Without any variance, p is 1 if the difference is 0, and 0 otherwise.
    """
    from scipy.special import stdtr

    error = np.sqrt(variance.value)
    if error == 0:
        return TTest(difference, float(difference == 0), 0.0, 0.0)
    p = 2 * stdtr(variance.freedom, -abs(difference) / error)
    margin = compute_margin(float(error), variance.freedom)
    return TTest(difference, float(p), margin, float(error))


def compute_margin(error: float, freedom: float) -> float:
    """Return half the width of a 95 % interval by Student's t.

    >>> round(compute_margin(1.0, 10_000), 2), round(compute_margin(1.0, 5), 2)
    (1.96, 2.57)
    """
    from scipy.special import stdtrit

    return float(stdtrit(freedom, 0.975)) * error


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
