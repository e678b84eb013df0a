"""The rule of a race: the epochs after which trials are compared, and when a trial is beaten.

A trial is beaten if it is clearly worse than the best one after as many epochs, and what its curve
may still gain does not change that. The curve tells nothing of a trial that rests on a plateau or
falls faster than before: it may be a late starter, and is not beaten.

These functions are pure. `tuner/training/race.py` calls them, and keeps what they need. Their
constants were chosen by racing recorded searches (`benchmarks/racing.py`).
"""

import math
from collections.abc import Sequence
from statistics import NormalDist

import numpy as np

from tuner.scoring import compute_mean_and_error

__all__ = ["bound_gain", "choose_rungs", "is_clearly_worse"]

_LEVEL = 0.05  # chance of ending a trial that is as good as the best before it
_FIRST_RUNG = 6  # epochs; before, the losses mostly reflect the learning rate
_RATIO = 1.2  # of a rung to the one before
_PAST = 5  # epochs without a better one, after which a trial may be past its best
_ERRORS = 2.0  # standard errors by which a curve must flatten to be said to flatten
_PLATEAU = 0.02  # share of its loss; what gains less while its epochs double rests on a plateau
_SHARE = 0.25  # of that gain, which each further doubling may bring


def choose_rungs(epochs: int) -> tuple[int, ...]:
    """Return the numbers of epochs after which trials are compared, ascending.

    Args:
        epochs: The most epochs of a trial.

    >>> choose_rungs(50)
    (6, 7, 9, 10, 12, 15, 18, 21, 26, 31, 37, 45)
    """
    rungs, rung = [], float(_FIRST_RUNG)
    while round(rung) < epochs:
        rungs.append(round(rung))
        rung = max(rung * _RATIO, rung + 1)
    return tuple(rungs)


def is_clearly_worse(
    losses: np.ndarray, best: np.ndarray, curve: Sequence[float], *, epochs: int, comparisons: int
) -> bool:
    """Return whether a trial is clearly worse than the best one, and will stay so.

    Clearly worse means by more than chance explains: a one-sided test of the mean of the paired
    differences, Bonferroni-corrected.

    Args:
        losses: The trial's losses, shape `(clusters,)`; lower is better.
        best: The losses of the best earlier trial after as many epochs, shape `(clusters,)`.
        curve: The trial's loss after each of its epochs so far, positive.
        epochs: The most epochs of a trial.
        comparisons: How many comparisons may end the trial by chance.
    """
    behind, error = compute_mean_and_error(np.subtract(losses, best, dtype=np.float64))
    margin = NormalDist().inv_cdf(1 - _LEVEL / comparisons) * error
    return behind > margin and behind - bound_gain(curve, epochs) > margin


def bound_gain(curve: Sequence[float], epochs: int) -> float:
    """Return by how much a trial's best loss may still fall; infinity if its curve does not tell.

    The mean losses of the last three thirds of the curve tell whether the trial is past its best,
    and gains nothing more, or flattens: then each doubling of its epochs gains a share of what the
    last one did. Of any other trial nothing is known: a network may rest on a plateau for long,
    and then learn at once.

    Args:
        curve: The loss after each epoch so far, positive; at least six epochs.
        epochs: The most epochs of the trial.

    >>> bound_gain([1 / epoch for epoch in range(1, 26)], 50)  # 0.0433 since epoch 12
    0.01083...
    """
    losses = np.asarray(curve)
    third = len(losses) // 3
    first, second, last = losses[-3 * third :].reshape(3, third).mean(axis=1)
    if len(losses) - 1 - losses.argmin() >= _PAST and last >= second:
        return 0.0
    flattening = (first - second) - (second - last)
    error = _estimate_noise(losses[-3 * third :]) * math.sqrt(6 / third)
    gained = losses[: len(losses) // 2].min() - losses.min()
    if flattening <= _ERRORS * error or gained < _PLATEAU * losses.min():
        return math.inf
    return float(_SHARE * gained * math.log2(epochs / len(losses)))


def _estimate_noise(losses: np.ndarray) -> float:
    """Return the standard deviation of a curve's noise, from the median of its second differences.

    The median, because SGD throws a network back now and then. 0.6745 is that of the absolute
    value of a standard normal variable; the second difference of noise has six times its variance.
    """
    return float(np.median(np.abs(np.diff(losses, 2))) / 0.6745 / math.sqrt(6))
