"""The rows on which all columns are looked at first; what they show is checked on all rows."""

from math import ceil

import numpy as np

__all__ = ["draw_rows"]

_ROWS, _LEAST = 4_000, 20  # of all classes, and of each of many classes


def draw_rows(y: np.ndarray) -> np.ndarray:
    """Return about as many rows of each class, in a random order that is the same in each process.

    Args:
        y: The class of each row, shape `(rows,)`, int64.

    Returns:
        Row numbers, ascending, shape `(drawn,)`, int64.
    """
    shuffled = np.random.default_rng(0).permutation(len(y))
    by_class = shuffled[np.argsort(y[shuffled], kind="stable")]
    counts = np.bincount(y)
    places = np.arange(len(y)) - np.repeat(np.cumsum(counts) - counts, counts)
    most = max(_LEAST, ceil(_ROWS / int(np.count_nonzero(counts))))
    return np.sort(by_class[places < most])
