"""Which class is predicted."""

import numpy as np

__all__ = ["decide"]


def decide(probabilities: np.ndarray, threshold: float | None = None) -> np.ndarray:
    """Return the class that is predicted for each row.

    Args:
        probabilities: Shape `(…, rows, classes)`.
        threshold: The least probability with which the second of two classes is predicted. None
            for the most probable class.

    Returns:
        Class numbers, shape `(…, rows)`.

    >>> decide(np.array([[0.7, 0.3]]), 0.25)
    array([1])
    """
    if threshold is None:
        return np.asarray(probabilities.argmax(axis=-1))
    return np.asarray(probabilities[..., 1] >= threshold).astype(np.int64)
