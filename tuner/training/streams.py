"""Random streams: each depends on (study seed, trial, fold) and its purpose, on nothing else.

So a trial gives the same result alone as beside any others, in any process and order.
"""

from enum import IntEnum

import numpy as np

__all__ = ["Purpose", "batch_order", "stream_seed"]


class Purpose(IntEnum):
    """What a stream is for."""

    MODEL = 0  # initial weights and the state of dropout
    ORDER = 1  # which rows meet in a batch


def stream_seed(seed: int, trial: int, fold: int) -> int:
    """Return a seed below 2³² for the initial weights and dropout of one (trial, fold)."""
    sequence = np.random.SeedSequence([seed, trial, fold, Purpose.MODEL])
    return int(sequence.generate_state(1)[0])


def batch_order(rows: int, *, seed: int, trial: int, fold: int, epoch: int) -> np.ndarray:
    """Return the order, shape `(rows,)`, in which an epoch visits the training rows."""
    sequence = np.random.SeedSequence([seed, trial, fold, Purpose.ORDER, epoch])
    return np.random.default_rng(sequence).permutation(rows)
