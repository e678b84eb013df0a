"""Rules that pick a trial, for one weighting of the clusters or for many at once.

A rule takes losses, shape `(trials, clusters)`, weights, shape `(clusters, samples)`, and
parameters, shape `(trials,)`, to the index of one trial per sample, shape `(samples,)`. A weight
says how often a cluster counts: ones for the data, counts for a bootstrap sample.
"""

from collections.abc import Callable

import numpy as np

from tuner.scoring import pair_unseen

__all__ = ["Rule", "find_lowest", "pick_best", "pick_smallest"]

Rule = Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]

# Relative to a loss. A smaller difference comes from the order of summation.
_ROUNDING = 1e-10


def find_lowest(totals: np.ndarray, parameters: np.ndarray) -> np.ndarray:
    """Return the trial with the lowest total loss; of equal trials the smallest.

    Args:
        totals: Losses summed over clusters, shape `(trials, samples)`.
        parameters: Parameters of each trial, shape `(trials,)`.

    Returns:
        The index of a trial for each sample, shape `(samples,)`.
    """
    lowest = totals.min(axis=0)
    by_size = np.argsort(parameters, kind="stable")
    equal = totals[by_size] <= lowest + _ROUNDING * np.abs(lowest)
    return np.asarray(by_size[equal.argmax(axis=0)])  # argmax gives the first True


def pick_best(losses: np.ndarray, weights: np.ndarray, parameters: np.ndarray) -> np.ndarray:
    """Return the trial with the lowest weighted mean loss; of equal trials the smallest.

    Args:
        losses: Shape `(trials, clusters)`.
        weights: Shape `(clusters, samples)`.
        parameters: Shape `(trials,)`.

    Returns:
        The index of a trial for each sample, shape `(samples,)`.
    """
    return find_lowest(losses @ weights, parameters)


def pick_smallest(
    losses: np.ndarray,
    weights: np.ndarray,
    parameters: np.ndarray,
    unseen: np.ndarray | float = 0.0,
) -> np.ndarray:
    """Return the trial with the fewest parameters within one standard error of the best.

    The standard error is that of the difference to the best trial, paired over clusters: two
    networks that are wrong on the same rows can be told apart by a smaller difference. The
    one-standard-error rule comes from Breiman et al. (1984, section 3.4.3), where the error is
    taken over folds and not paired. Of trials of that size the best is picked: another may only be
    within the error because its own is larger.

    Args:
        losses: Shape `(trials, clusters)`.
        weights: Shape `(clusters, samples)`.
        parameters: Shape `(trials,)`.
        unseen: What mistakes that no row shows may add to the variance of each trial's score, shape
            `(trials,)`. Where all rows are right, the losses tell networks apart that new rows do
            not. Defaults to nothing.

    Returns:
        The index of a trial for each sample, shape `(samples,)`.
    """
    best, samples = pick_best(losses, weights, parameters), np.arange(weights.shape[1])
    counts = weights.sum(axis=0)
    means = losses @ weights / counts
    squares = losses**2 @ weights / counts
    products = losses @ (weights * losses[best].T) / counts
    behind = means - means[best, samples]
    spread = squares - 2 * products + squares[best, samples]  # mean square of the difference
    hidden = np.broadcast_to(unseen, len(losses))
    hidden = pair_unseen(hidden[:, None], hidden[best])
    errors = np.sqrt(np.maximum(spread - behind**2, 0.0) / (counts - 1) + hidden)
    close = behind <= errors + _ROUNDING * np.sqrt(squares[best, samples])
    fewest = np.where(close, parameters[:, None], np.inf).min(axis=0)
    return np.asarray(np.where(parameters[:, None] == fewest, means, np.inf).argmin(axis=0))
