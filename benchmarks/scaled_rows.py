"""Rows as a network takes them."""

from typing import Any

import numpy as np

__all__ = ["scaled_rows"]


def scaled_rows(
    problem: Any, train: np.ndarray, others: np.ndarray
) -> tuple[tuple[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]:
    """Return (x, y) of training rows and of others, scaled by the training rows alone.

    Args:
        problem: A `tuner.training.Problem`.
        train: Row numbers.
        others: Row numbers.
    """
    scaler = problem.fit_scaler(train)
    return (
        (scaler.apply(problem.x[train]), problem.y[train]),
        (scaler.apply(problem.x[others]), problem.y[others]),
    )
