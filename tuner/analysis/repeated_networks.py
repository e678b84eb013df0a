"""What averaging several networks of one trial gains, which their single prediction does not show.

An ensemble can have several networks of a trial, but each row has one out-of-fold prediction of the
trial. How much two networks of the trial would differ is taken from the trial that differs least
from it. The streams of random numbers differ between trials, too.
"""

from collections.abc import Sequence

import numpy as np

from tuner.scoring import EPSILON
from tuner.study import TrialRecord

__all__ = ["compute_overfit", "count_pairs", "find_nearest", "limit_disagreement"]


# Networks of a trial disagree by at most this many times what they overfit. Two networks that were
# trained on different rows disagree by as much as they overfit, to first order, and chance adds to
# it: 0.3 to 1.8 times were measured (benchmarks/coverage.py).
_MOST_DISAGREEMENT = 2.0


def find_nearest(
    own: np.ndarray, others: Sequence[np.ndarray]
) -> tuple[int, float] | tuple[None, float]:
    """Return the predictions that differ least from a trial's, and by how much.

    The disagreement is four times what averaging two networks takes off their mean cross-entropy.
    To second order in the logits, k networks with weights w that disagree by D gain Σ wi wj D over
    all pairs i < j (Krogh and Vedelsby 1995, NeurIPS 7).

    Args:
        own: The trial's probability of each row's true class, shape `(rows,)`.
        others: The same of other trials.

    Returns:
        The place of the nearest, and the disagreement; None and 0 if there are no others.
    """
    disagreements = [4 * _compute_gain(own, other) for other in others]
    if not disagreements:
        return None, 0.0
    nearest = int(np.argmin(disagreements))
    return nearest, disagreements[nearest]


def limit_disagreement(disagreement: float, overfit: float) -> float:
    """Return the share of a disagreement with another trial that networks of one trial may have.

    A trial may have no equal. If its networks do not overfit, they hardly differ.

    >>> limit_disagreement(0.1, 0.2), limit_disagreement(0.4, 0.05), limit_disagreement(0.1, -1.0)
    (1.0, 0.25, 0.0)
    """
    most = _MOST_DISAGREEMENT * max(overfit, 0.0)
    return 1.0 if disagreement <= most else most / disagreement


def compute_overfit(record: TrialRecord) -> float:
    """Return by how much a trial's validation loss exceeds its training loss; 0 if unknown."""
    curves, epoch = record.result.curves, record.result.epoch - 1
    if not curves:
        return 0.0
    validation, training = (
        np.mean([fold[epoch] for fold in curves[name]]) for name in ("val_loss", "loss")
    )
    return float(validation - training)


def count_pairs(count: int, networks: int) -> float:
    """Return the weight of the pairs of networks of one trial, Σ wi wj, in an ensemble.

    >>> count_pairs(5, 5), count_pairs(2, 5)
    (0.4, 0.04)
    """
    return count * (count - 1) / 2 / networks**2


def _compute_gain(first: np.ndarray, second: np.ndarray) -> float:
    """Return what averaging takes off the mean cross-entropy of two predictions."""
    logs = [np.log(np.maximum(p, EPSILON)).mean() for p in ((first + second) / 2, first, second)]
    return float(logs[0] - (logs[1] + logs[2]) / 2)
