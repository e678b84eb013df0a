"""The luck of a search: how much a setting's best trial depends on what was drawn for it."""

from collections.abc import Mapping

import numpy as np

from tuner.analysis.significance import Variance

__all__ = ["estimate_luck", "run_exchange_test", "weigh_ranks"]

_SAMPLES = 1000

# The variance of a best trial from few draws is too small by about this factor. With it, two
# settings of unequal spread that are equally good were told apart in 5 of 100 simulated comparisons
# of eight trials, and in 8 without it.
_MARGIN = 1.5


def estimate_luck(losses: np.ndarray) -> list[Variance]:
    """Return how much luck makes each setting's best trial differ from that of the best setting.

    It is the variance of a bootstrap over rounds, times a margin. The trials of a round are
    resampled together, so that luck which settings share cancels out. Each setting's own trials say
    how much they vary: no setting's luck is taken for another's.

    Args:
        losses: The losses of the compared trials, shape `(rounds, settings)`; lower is better. The
            best setting is the first.

    Returns:
        The variance of each setting's difference, by column; 0 with a single round, because nothing
        is then known about it.
    """
    count, settings = losses.shape
    if count < 2:
        return [Variance(0.0, 1.0)] * settings
    rows = np.random.default_rng(0).integers(0, count, (_SAMPLES, count))
    lowest = [column[rows].min(axis=1) for column in losses.T]
    return [
        Variance(float(_MARGIN * (lowest[0] - own).var(ddof=1)), 2.0 * (count - 1))
        for own in lowest
    ]


def run_exchange_test(losses: np.ndarray) -> dict[int, float]:
    """Test each setting against the best one by exchanging trials between settings.

    If settings do not differ, it is chance which of them a loss of a round belongs to. So the
    losses of each round are permuted between settings. The statistic is the expected loss of the
    best of half as many trials (Dodge et al. 2019, EMNLP, section 3). With a chance p, the extreme
    settings of a permutation are as far from each other as a setting is from the best one. The test
    makes no assumption on how losses vary; it also holds where a trial either trains or does not,
    and all trials of a setting happen to fail.

    The settings are tested from the worst on, each among those that are not worse, and no p is
    smaller than one before it. So a setting that is far behind does not hide the others.

    Args:
        losses: The losses of the compared trials, shape `(rounds, settings)`; lower is better. The
            best setting is the first.

    Returns:
        The p-value of each other setting, by column.
    """
    weights = weigh_ranks(len(losses))
    expected = weights @ np.sort(losses, axis=0)
    behind: Mapping[int, float] = dict(enumerate(expected - expected[0]))
    order = sorted((s for s in behind if s), key=lambda s: -behind[s])
    rng = np.random.default_rng(0)
    remaining = sorted(behind)
    values, highest = dict.fromkeys(order, 1.0), 0.0
    for setting in order:
        ranges = _permute(losses[:, remaining], weights, rng)
        as_far = np.count_nonzero(ranges >= behind[setting] * (1 - 1e-9))
        highest = max(highest, (1 + as_far) / (1 + _SAMPLES))
        values[setting] = highest
        remaining.remove(setting)
    return values


def _permute(losses: np.ndarray, weights: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return how far the extreme settings are from each other in each permutation."""
    permuted = rng.permuted(np.broadcast_to(losses, (_SAMPLES, *losses.shape)), axis=2)
    expected = np.einsum("d,nds->ns", weights, np.sort(permuted, axis=1))
    return np.asarray(np.ptp(expected, axis=1))


def weigh_ranks(count: int) -> np.ndarray:
    """Return the chance of each rank to be the best of half as many trials, the best first.

    >>> weigh_ranks(4).round(3).tolist()
    [0.5, 0.333, 0.167, 0.0]
    """
    from scipy.special import comb

    drawn = (count + 1) // 2
    ranks = np.arange(count)
    return np.asarray(comb(count - 1 - ranks, drawn - 1) / comb(count, drawn))
