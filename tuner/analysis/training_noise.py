"""How far the score of a network depends on chance in its training.

A network that is trained again, from other initial weights and in another order of rows, comes to
another score on the same new rows. The exported network is a single such training, and the error
over rows does not hold that.
"""

from collections.abc import Sequence

import numpy as np

from tuner.study import TrialRecord

__all__ = ["compute_noise_ratio"]

_EPOCHS = 3  # before and after the chosen one, whose losses are compared


def compute_noise_ratio(members: Sequence[tuple[TrialRecord, int]]) -> float:
    """Return the variance of a score by training, in times of its variance over rows.

    The variance of one network of trial t is ν². With c of n networks, and a prediction by f folds,
    the trial adds (c / n² + (c / n)² / f) ν²: once for the exported networks, and once for those of
    the folds, by which they are scored. A single network adds (1 + 1 / f) ν².

    The ratio is that of the cross-entropy, whose curves every trial has, also if another objective
    is searched.

    Args:
        members: The trials, and how many networks of each are averaged.

    Returns:
        0 if there are no curves of several folds and epochs to estimate it from.
    """
    networks = sum(count for _, count in members)
    shares = (
        count / networks**2 + (count / networks) ** 2 / max(len(record.result.fold_scores), 1)
        for record, count in members
    )
    ratios = (_estimate_ratio(record) for record, _ in members)
    return float(sum(share * ratio for share, ratio in zip(shares, ratios, strict=True)))


def _estimate_ratio(record: TrialRecord) -> float:
    """Return the variance of one network's cross-entropy by training, ν² / standard error².

    It is estimated from the curves of the validation loss: a fold's loss, less the mean of all
    folds, moves from one epoch to the next, although the rows are the same. Half the mean square
    of these steps about the chosen epoch ranks trials as networks that are trained again do, with
    a rank correlation of 0.65 to 0.9 (benchmarks/coverage.py).
    """
    result = record.result
    curves = np.array(result.curves.get("val_loss", ()), dtype=np.float64)
    error = result.standard_errors.get("cross_entropy", 0.0)
    if curves.ndim != 2 or len(curves) < 2 or error == 0:
        return 0.0
    folds, chosen = len(curves), result.epoch - 1
    near = curves[:, max(0, chosen - _EPOCHS) : chosen + _EPOCHS + 1]
    steps = np.diff(near - near.mean(axis=0), axis=1)
    if not steps.size:
        return 0.0
    return float(np.mean(steps**2) / 2 * folds / (folds - 1) / error**2)
