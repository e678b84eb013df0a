"""Which of several studies found the better network."""

from collections.abc import Mapping
from itertools import combinations

from tuner.analysis.bias_correction import OutOfBag
from tuner.analysis.pairs import Pair, make_pairs
from tuner.analysis.significance import TTest, Variance, run_t_test

__all__ = ["compare_studies"]


def compare_studies(exported: Mapping[str, OutOfBag], *, maximise: bool) -> list[Pair[str]]:
    """Compare the networks that studies export, corrected for the choice.

    A study with more trials has more to choose from, and so a more optimistic cross-validated
    score. Therefore the out-of-bag values are compared. Student's t tests each pair of studies on
    the differences of these values, paired by sample and cluster, with Holm's adjustment over all
    pairs. The result is about these trials on similar rows, not about whether another search would
    find such trials again.

    Args:
        exported: The out-of-bag values of what each study exports, by the study's name. All
            studies have the same rows and seed.
        maximise: Whether a higher score is better.

    Returns:
        All pairs, the best studies first.
    """
    sign = -1.0 if maximise else 1.0
    ordered = sorted(exported, key=lambda name: sign * exported[name].score)
    pairs = combinations(ordered, 2)
    return make_pairs(ordered, [_run_test(exported[a] - exported[b]) for a, b in pairs])


def _run_test(difference: OutOfBag) -> TTest:
    variance = Variance(difference.standard_error**2, len(difference.by_cluster) - 1)
    return run_t_test(difference.score, variance)
