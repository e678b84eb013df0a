"""The one standard of evidence: whether the difference of two scores is more than chance.

Two things are told apart if the 95 % interval of their paired difference, adjusted for the number
of comparisons by Holm's method, leaves out 0. The interval has the variance over rows and folds,
that of having chosen one of many, and that of mistakes which no row shows. For the settings of a
hyperparameter, the luck of which trials were drawn is added (`tuner.analysis.setting_comparison`).
What is exported is one model, the same whatever else might have been drawn.
"""

from collections.abc import Sequence

import numpy as np

from tuner.analysis.bias_correction import OutOfBag
from tuner.analysis.significance import (
    TTest,
    Variance,
    estimate_row_variances,
    run_t_test,
)
from tuner.folds import Split
from tuner.scoring import Truth

__all__ = ["run_paired_tests"]


def run_paired_tests(differences: Sequence[OutOfBag], truth: Truth, split: Split) -> list[TTest]:
    """Test whether each of several differences of scores is 0.

    The variance over rows and folds is the corrected one of Nadeau and Bengio (2003), but estimated
    from clusters: there are many more of them than folds. It is increased by what folds vary beyond
    their rows, on average over the differences. This is chance in training, for which the estimate
    of each model is taken if it is larger. The variance of having chosen is that between the
    choices of bootstrap samples. That of mistakes which no row shows is added.

    Args:
        differences: Differences of two models' values by sample and cluster.
        truth: The true classes of the rows.
        split: The folds that all models were validated on.
    """
    if not differences:
        return []
    places = split.find_places()
    by_fold = [
        np.array([d.by_cluster[np.unique(truth.clusters[fold])].mean() for fold in places])
        for d in differences
    ]
    rows = estimate_row_variances([d.by_cluster for d in differences], by_fold, split)
    tests = []
    for difference, variance in zip(differences, rows, strict=True):
        over_rows = difference.by_cluster.var(ddof=1) / len(difference.by_cluster)
        whole = difference.standard_error**2
        choice = whole - difference.training - difference.unseen - over_rows
        trained = max(variance.value, over_rows + difference.training)
        total = Variance(trained + max(choice, 0.0) + difference.unseen, variance.freedom)
        tests.append(run_t_test(difference.score, total))
    return tests
