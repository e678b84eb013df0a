"""Tests of differences between two cross-validated networks, and of many at once."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

__all__ = [
    "NORMAL",
    "Variance",
    "adjust_by_holm",
    "estimate_fold_variance",
    "estimate_search_variance",
    "run_t_test",
]

NORMAL = 1.959964
"""Standard errors to either side that hold 95 % of a normal distribution."""

# By so much a variance that few trials say is taken larger. Without, settings that are all alike
# were told apart in up to 7 % of comparisons instead of 5 % (benchmarks/comparisons.py).
_MARGIN = 1.25


@dataclass(frozen=True, slots=True)
class Variance:
    """A variance that was estimated.

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


def estimate_fold_variance(differences: np.ndarray, test_to_train: float) -> Variance:
    """Return the variance of the mean of paired differences by fold.

    That of Nadeau and Bengio (2003, Machine Learning 52, section 3): s² (1/k + n_test / n_train).
    The folds' training rows overlap, so that their differences agree more than independent ones
    would, and s² / k is too small. The term n_test / n_train assumes that two folds' differences
    have the correlation n_test / (n_test + n_train). It is a rule of thumb: no unbiased estimate
    from one cross-validation exists (Bengio and Grandvalet 2004).

    Args:
        differences: Shape `(folds,)`; of repeated cross-validation all k r of them (Bouckaert and
            Frank 2004, PAKDD, section 3.2).
        test_to_train: Validation rows of a fold by its training rows.
    """
    folds = len(differences)
    if folds < 2:
        return Variance(0.0, 1.0)  # it says nothing
    value = differences.var(ddof=1) * (1 / folds + test_to_train)
    return Variance(float(value), folds - 1)


def estimate_search_variance(scores: Sequence[np.ndarray], share: int) -> Variance:
    """Return how far two settings' best trials lie apart by which trials were drawn, as variance.

    The other hyperparameters of a setting's trials are drawn at random, and one setting may be
    luckier than another. The trials' scores, each less the median of its setting, are pooled; the
    variance is twice that of the least of `share` of them, drawn with replacement, and a margin. A
    median of n trials lies closer to them than the truth: hence the factor n / (n − 1).

    How far a trial lies behind the best of its setting counts up to Tukey's fence only (1977, Q3 +
    1.5 (Q3 − Q1), of all but the best): how hopeless a learning rate was says nothing of the best.

    Args:
        scores: The scores of each setting's trials, lower is better.
        share: Of how many the best is taken.

    Returns:
        The variance; 0 where no setting has two trials, and nothing is known of it.
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


def run_t_test(difference: float, variance: Variance) -> tuple[float, float]:
    """Return the two-sided p of Student's t, and by how much its 95 % interval goes either way.

    Without any variance, p is 1 for no difference and 0 for every other.
    """
    from scipy.special import stdtr, stdtrit

    error = np.sqrt(variance.value)
    if error == 0:
        return float(difference == 0), 0.0
    p = 2 * stdtr(variance.freedom, -abs(difference) / error)
    return float(p), float(stdtrit(variance.freedom, 0.975) * error)


def adjust_by_holm(p: Sequence[float]) -> list[float]:
    """Return p adjusted for a family of tests, by Holm (1979, Scand. J. Statistics 6).

    Rejecting where the adjusted p is at most α rejects any true hypothesis of the family with a
    chance of at most α.

    >>> holm([0.01, 0.04, 0.03])
    [0.03, 0.06, 0.06]
    """
    adjusted, least = [0.0] * len(p), 0.0
    for rank, place in enumerate(np.argsort(p, kind="stable")):
        least = max(least, min(1.0, (len(p) - rank) * p[place]))
        adjusted[place] = least
    return adjusted
