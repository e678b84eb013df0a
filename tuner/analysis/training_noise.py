"""How far the score of a network depends on its training.

A network that is trained again, from other initial weights, in another order, or on other rows of
the kind, comes to another score on the same new rows. The exported network is a single such
training, and the error over rows does not hold that.
"""

from collections.abc import Sequence

import numpy as np

from tuner.analysis.repeated_networks import compute_overfit
from tuner.study import TrialRecord

__all__ = ["compute_noise_ratio"]

_EPOCHS = 3  # before and after the chosen one, whose losses are compared
_MOST_TIMES = 16  # what the middle step's square is, the square of another counts at most


def compute_noise_ratio(
    members: Sequence[tuple[TrialRecord, int]], rows: int, *, of_folds: bool = False
) -> float:
    """Return the variance of a score by training, in times of its variance over rows.

    It has two parts:

    - Another training on the same rows ends elsewhere. The variance of one network of trial t is
      ν². With c of n networks, and a prediction by f folds, the trial adds (c / n² + (c / n)² / f)
      ν²: once for the exported networks, and once for those of the folds, by which they are
      scored. A single network adds (1 + 1 / f) ν². If the exported networks are those of the
      folds, both parts are (c / n)² ν² / f.
    - Other rows train other networks. By the theory of maximum likelihood the excess loss of p
      parameters, trained on r rows, is χ²(p) / 2r. Its variance is p / 2r², and the validation loss
      exceeds the training loss by p / r. So the variance is what the trial overfits, over 2r, again
      once for the exported networks and once for those of the folds. On 200 rows this part is the
      larger one.

    The ratio is that of the cross-entropy, whose curves every trial has, of any objective. Both
    variances are means over the networks: the ratio of one without a mistake may be in thousands.

    Args:
        members: The trials, and how many networks of each are averaged.
        rows: The number of rows that they are scored on.
        of_folds: Whether the networks of folds are exported, and not networks on all rows.

    Returns:
        0 if there are no curves of several folds and epochs to estimate it from.
    """
    networks, by_training, over_rows = sum(count for _, count in members), 0.0, 0.0
    for record, count in members:
        error = record.result.standard_errors.get("cross_entropy", 0.0)
        if error == 0:
            continue
        scored = (count / networks) ** 2 / max(len(record.result.fold_scores), 1)
        exported = scored if of_folds else count / networks**2
        by_training += (exported + scored) * _estimate_chance(record)
        by_training += count / networks * max(compute_overfit(record), 0.0) / rows
        over_rows += count / networks * error**2
    return by_training / over_rows if over_rows else 0.0


def _estimate_chance(record: TrialRecord) -> float:
    """Return the variance of one network's cross-entropy by chance in its training, ν².

    It is estimated from the curves of the validation loss: a fold's loss, less the mean of all
    folds, moves from one epoch to the next, although the rows are the same. Half the mean square
    of these steps about the chosen epoch ranks trials as networks that are trained again do, with
    a rank correlation of 0.65 to 0.9 (benchmarks/coverage.py). The step of no epoch counts for
    more than 16 times that of the middle one: a loss that falls from 6 to 0.5 in the first epoch,
    or bursts in one, says little of how the chosen one turns out.
    """
    result = record.result
    curves = np.array(result.curves.get("val_loss", ()), dtype=np.float64)
    if curves.ndim != 2 or len(curves) < 2:
        return 0.0
    folds, chosen = len(curves), result.epoch - 1
    near = curves[:, max(0, chosen - _EPOCHS) : chosen + _EPOCHS + 1]
    steps = np.diff(near - near.mean(axis=0), axis=1)
    if not steps.size:
        return 0.0
    squares = np.mean(steps**2, axis=0)  # by epoch
    limited = np.minimum(squares, _MOST_TIMES * np.median(squares))
    return float(np.mean(limited) / 2 * folds / (folds - 1))
