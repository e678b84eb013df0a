"""Rules that pick a trial, for one weighting of the rows or for many at once.

A rule takes losses `(trials, rows)`, weights `(rows, samples)` and parameters `(trials,)` to the
index of a trial for each sample, `(samples,)`. A weight says how often a row counts: all ones are
the rows as they are, counts those of a bootstrap sample.
"""

from collections.abc import Callable

import numpy as np

__all__ = ["Rule", "find_lowest", "pick_best", "pick_smallest"]

Rule = Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]

_ROUNDING = 1e-10  # of a loss's size; what differs by less, differs by the order of summation


def find_lowest(totals: np.ndarray, parameters: np.ndarray) -> np.ndarray:
    """Return the trial with the least total; the smaller of equals.

    Args:
        totals: Of losses over rows, shape `(trials, samples)`.
        parameters: Shape `(trials,)`.
    """
    lowest = totals.min(axis=0)
    by_size = np.argsort(parameters, kind="stable")
    equal = totals[by_size] <= lowest + _ROUNDING * np.abs(lowest)
    return np.asarray(by_size[equal.argmax(axis=0)])  # the first one


def pick_best(losses: np.ndarray, weights: np.ndarray, parameters: np.ndarray) -> np.ndarray:
    """Return the trial with the least weighted mean loss; the smaller of equals.

    Args:
        losses: Shape `(trials, rows)`.
        weights: Shape `(rows, samples)`.
        parameters: Shape `(trials,)`.
    """
    return find_lowest(losses @ weights, parameters)


def pick_smallest(losses: np.ndarray, weights: np.ndarray, parameters: np.ndarray) -> np.ndarray:
    """Return the trial with the fewest parameters within one standard error of the best.

    The standard error is that of the difference to the best, paired over rows: two networks that
    are wrong on the same rows are told apart better than two that are not. (The one-standard-error
    rule is that of Breiman et al. 1984, section 3.4.3, there over folds and not paired.)

    Args:
        losses: Shape `(trials, rows)`.
        weights: Shape `(rows, samples)`.
        parameters: Shape `(trials,)`.
    """
    best, samples = pick_best(losses, weights, parameters), np.arange(weights.shape[1])
    rows = weights.sum(axis=0)
    means = losses @ weights / rows
    squares = losses**2 @ weights / rows
    products = losses @ (weights * losses[best].T) / rows
    behind = means - means[best, samples]
    spread = squares - 2 * products + squares[best, samples]  # mean square of the difference
    errors = np.sqrt(np.maximum(spread - behind**2, 0.0) / (rows - 1))
    close = behind <= errors + _ROUNDING * np.sqrt(squares[best, samples])
    sizes = np.where(close, parameters[:, None], np.inf)
    return np.asarray(np.where(sizes == sizes.min(axis=0), means, np.inf).argmin(axis=0))
