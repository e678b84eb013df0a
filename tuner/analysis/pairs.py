"""All pairs of some things that were scored, and which of them can be told apart."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Generic, TypeVar

from tuner.analysis.significance import adjust_by_holm

__all__ = ["Pair", "make_pairs"]

_LEVEL = 0.05

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Pair(Generic[T]):
    """The difference between two settings, or between two studies.

    Attributes:
        first: The one with the better score.
        second: The other one.
        difference: The first one's score less the second one's.
        interval: Lower and upper end of its 95 % interval, for this pair by itself.
        p: Of the pair by itself.
        adjusted_p: By Holm, over all pairs.
        told_apart: Whether the adjusted p is at most 0.05.
    """

    first: T
    second: T
    difference: float
    interval: tuple[float, float]
    p: float
    adjusted_p: float
    told_apart: bool


def make_pairs(
    ordered: Sequence[T], evidence: Sequence[tuple[float, tuple[float, float]]]
) -> list[Pair[T]]:
    """Return all pairs, with their p adjusted for the number of pairs.

    Args:
        ordered: What is compared, the best first.
        evidence: Of each pair, in the order of `itertools.combinations`, the difference, and what
            `t_test` says of it.
    """
    adjusted = adjust_by_holm([p for _, (p, _) in evidence])
    return [
        Pair(
            first,
            second,
            difference,
            (difference - margin, difference + margin),
            p=p,
            adjusted_p=adjusted_p,
            told_apart=adjusted_p <= _LEVEL,
        )
        for (first, second), (difference, (p, margin)), adjusted_p in zip(
            combinations(ordered, 2), evidence, adjusted, strict=True
        )
    ]
