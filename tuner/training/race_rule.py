"""The rule of a race: the epochs after which trials are compared, and when a trial is beaten.

These functions are pure. `tuner/training/race.py` calls them, and keeps what they need.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from tuner.scoring import compute_mean_and_error

__all__ = ["Standing", "choose_rungs", "is_beaten", "is_clearly_worse"]

_LEVEL = 0.05  # chance of ending a trial that is as good as the best before it


@dataclass(frozen=True, slots=True)
class Standing:
    """A trial's losses at a rung.

    Attributes:
        losses: The loss of each cluster, shape `(clusters,)`; lower is better. float32, as on the
            disk, so that a resumed search compares the same numbers.
        previous_mean: The mean loss at the rung before; NaN at the first rung.
    """

    losses: np.ndarray
    previous_mean: float

    @property
    def mean(self) -> float:
        """The mean loss."""
        return float(self.losses.mean(dtype=np.float64))

    @property
    def gain(self) -> float:
        """The decrease of the mean loss since the rung before; NaN at the first rung."""
        return self.previous_mean - self.mean


def choose_rungs(epochs: int) -> tuple[int, ...]:
    """Return the numbers of epochs after which trials are compared, ascending.

    The first rung only measures how fast a trial learns. A trial ends at the second rung at the
    earliest, because on a small table the losses after two epochs mostly reflect the learning rate.

    Args:
        epochs: The most epochs of a trial.

    >>> choose_rungs(50)
    (2, 3, 6, 12, 25)
    """
    halved = {epochs >> halvings for halvings in range(1, epochs.bit_length())} - {0, 1}
    return tuple(sorted(rung for rung in halved | {2, 3} if rung < epochs))


def is_beaten(
    standing: Standing, leader: Standing, *, trial: int, rung: int, rungs: Sequence[int]
) -> bool:
    """Return whether a trial is beaten at a rung.

    Args:
        standing: The trial's losses at the rung.
        leader: The losses of the best earlier trial at the same rung.
        trial: The trial's number. It counts the earlier trials, any of which may lead.
        rung: The rung, in epochs.
        rungs: All rungs of the race, ascending.
    """
    if rung == rungs[0]:  # it is not known yet how fast the trial learns
        return False
    return is_clearly_worse(
        standing.losses,
        leader.losses,
        caught_up=standing.gain - leader.gain,
        comparisons=(len(rungs) - 1) * trial,
    )


def is_clearly_worse(
    losses: np.ndarray, best: np.ndarray, *, caught_up: float, comparisons: int
) -> bool:
    """Return whether a trial is clearly worse than the best one, and would be at the next rung.

    The rule expects a trial to catch up by as much again until the next rung as it has since the
    last one, because a slow starter may end well. The rest of its lag must be larger than chance
    explains: a one-sided test of the mean of the paired differences, Bonferroni-corrected.

    Args:
        losses: The trial's losses, shape `(clusters,)`; lower is better.
        best: The losses of the best trial, shape `(clusters,)`.
        caught_up: Decrease of the difference of their means since the last rung.
        comparisons: How many comparisons may end the trial by chance.
    """
    mean, error = compute_mean_and_error(np.subtract(losses, best, dtype=np.float64))
    behind = mean - max(caught_up, 0.0)
    return behind > NormalDist().inv_cdf(1 - _LEVEL / comparisons) * error
