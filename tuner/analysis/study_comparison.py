"""Which of several studies found the better network, by what choosing it comes to."""

from collections.abc import Mapping
from itertools import combinations

from tuner.analysis.bias_correction import OutOfBag
from tuner.analysis.pairs import Pair, make_pairs
from tuner.analysis.significance import Variance, run_t_test

__all__ = ["compare_studies"]


def compare_studies(exported: Mapping[str, OutOfBag], *, maximise: bool) -> list[Pair[str]]:
    """Return how what studies export differs, corrected for the choice.

    A study with more trials has more to choose from, and so the more optimistic cross-validated
    score. These scores are of rows that nothing was chosen by. Two are compared by Student's t on
    their differences, paired by row and by sample, with Holm's adjustment over all pairs. It says
    what these trials come to on rows of the kind, not whether a search done again would find such
    trials.

    Args:
        exported: What each study exports, by its name; of the same rows and seed.
        maximise: Whether more is better.

    Returns:
        All pairs, the best studies first.
    """
    sign = -1.0 if maximise else 1.0
    ordered = sorted(exported, key=lambda name: sign * exported[name].score)
    pairs = combinations(ordered, 2)
    return make_pairs(ordered, [_evidence(exported[a] - exported[b]) for a, b in pairs])


def _evidence(difference: OutOfBag) -> tuple[float, tuple[float, float]]:
    """Return a difference, its p, and by how much its interval goes either way."""
    variance = Variance(difference.standard_error**2, len(difference.by_row) - 1)
    return difference.score, run_t_test(difference.score, variance)
