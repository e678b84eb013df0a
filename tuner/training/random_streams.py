"""Random streams: each depends only on the study's seed, the trial, the fold and its purpose.

So a trial gives the same result alone as beside any others, in any process and order.
"""

from enum import IntEnum

import numpy as np

__all__ = ["Purpose", "derive_seed", "draw_batch_order"]


class Purpose(IntEnum):
    """What a random stream is used for."""

    MODEL = 0  # initial weights and dropout masks
    ORDER = 1  # the order of the training rows, and so the rows of each batch


def derive_seed(seed: int, trial: int, fold: int) -> int:
    """Return the seed, below 2³², of the initial weights and dropout masks of one trial's fold."""
    sequence = np.random.SeedSequence([seed, trial, fold, Purpose.MODEL])
    return int(sequence.generate_state(1)[0])


def draw_batch_order(rows: int, *, seed: int, trial: int, fold: int, epoch: int) -> np.ndarray:
    """Return the order in which an epoch visits the training rows, shape `(rows,)`.

    Args:
        rows: Number of training rows.
        seed: The study's seed.
        trial: The trial's number.
        fold: The fold's stream, as `Problem.find_stream` returns it.
        epoch: Counted from 0.
    """
    sequence = np.random.SeedSequence([seed, trial, fold, Purpose.ORDER, epoch])
    return np.random.default_rng(sequence).permutation(rows)
