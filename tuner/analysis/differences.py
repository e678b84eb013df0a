"""Which of several studies found the better network, by what choosing it comes to."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

from tuner.analysis.correction import OutOfBag
from tuner.analysis.significance import Variance, holm, t_test

__all__ = ["Difference", "differences"]

_LEVEL = 0.05


@dataclass(frozen=True, slots=True)
class Difference:
    """How what two studies export differs.

    Attributes:
        better: The study with the better score.
        other: The other one.
        mean: Mean over rows of the better one's objective less the other's.
        interval: Lower and upper end of its 95 % interval, for this pair by itself.
        adjusted_p: By Holm, over all pairs of studies.
        told_apart: Whether the adjusted p is at most 0.05.
    """

    better: str
    other: str
    mean: float
    interval: tuple[float, float]
    adjusted_p: float
    told_apart: bool


def differences(exported: Mapping[str, OutOfBag], *, maximise: bool) -> list[Difference]:
    """Return how what studies export differs, corrected for the choice.

    A study with more trials has more to choose from, and so the more optimistic cross-validated
    score. These scores are of rows that nothing was chosen by. Two are compared by Student's t on
    their differences, paired by row and by sample, with Holm's adjustment over all pairs. It says
    what these trials come to on rows of the kind, not whether a search done again would find such
    trials.

    Args:
        exported: What each study exports, by its name; of the same rows and seed.
        maximise: Whether more is better.

    Returns:
        All pairs, the best studies first.
    """
    sign = -1.0 if maximise else 1.0
    ordered = sorted(exported, key=lambda name: sign * exported[name].score)
    pairs = list(combinations(ordered, 2))
    paired = [exported[better] - exported[other] for better, other in pairs]
    tests = [_test(each) for each in paired]
    adjusted = holm([p for p, _ in tests])
    return [
        Difference(
            better,
            other,
            each.score,
            (each.score - margin, each.score + margin),
            adjusted_p=p,
            told_apart=p <= _LEVEL,
        )
        for (better, other), each, (_, margin), p in zip(
            pairs, paired, tests, adjusted, strict=True
        )
    ]


def _test(difference: OutOfBag) -> tuple[float, float]:
    """Return the p of a difference, and by how much its interval goes either way."""
    variance = Variance(difference.standard_error**2, len(difference.by_row) - 1)
    return t_test(difference.score, variance)
