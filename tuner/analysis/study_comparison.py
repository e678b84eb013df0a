"""Which of several studies found the better network."""

from collections.abc import Mapping
from itertools import combinations

from tuner.analysis.bias_correction import OutOfBag
from tuner.analysis.paired_test import run_paired_tests
from tuner.analysis.pairs import Pair, make_pairs
from tuner.folds import Split
from tuner.scoring import Truth

__all__ = ["compare_studies"]


def compare_studies(
    exported: Mapping[str, OutOfBag], truth: Truth, split: Split, *, maximise: bool
) -> list[Pair[str]]:
    """Compare the networks that studies export, corrected for the choice.

    A study with more trials has more to choose from, and so a more optimistic cross-validated
    score. Therefore the out-of-bag values are compared, paired by sample and cluster, by the one
    standard (`run_paired_tests`), with Holm's adjustment over all pairs. The result is about these
    trials on similar rows, not about whether another search would find such trials again.

    Args:
        exported: The out-of-bag values of what each study exports, by the study's name. All
            studies have the same rows and seed.
        truth: The true classes of the rows.
        split: The folds of all studies.
        maximise: Whether a higher score is better.

    Returns:
        All pairs, the best studies first.
    """
    sign = -1.0 if maximise else 1.0
    ordered = sorted(exported, key=lambda name: sign * exported[name].score)
    pairs = combinations(ordered, 2)
    differences = [exported[a] - exported[b] for a, b in pairs]
    return make_pairs(ordered, run_paired_tests(differences, truth, split))
