"""All pairs of settings or studies, and which of them can be told apart."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Generic, TypeVar

from tuner.analysis.significance import LEVEL, TTest, adjust_by_holm

__all__ = ["Pair", "make_pairs"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Pair(Generic[T]):
    """The difference between two settings, or between two studies.

    Attributes:
        first: The one with the better score.
        second: The other one.
        difference: The first score less the second.
        interval: The 95 % interval of the difference, not adjusted for the other pairs.
        p: The p-value, not adjusted for the other pairs.
        adjusted_p: The p-value, adjusted for all pairs by Holm's method.
        told_apart: Whether the adjusted p is at most 0.05.
    """

    first: T
    second: T
    difference: float
    interval: tuple[float, float]
    p: float
    adjusted_p: float
    told_apart: bool

    @property
    def excludes_zero(self) -> bool:
        """Whether 0 is outside of the interval: by Student's t alone, the pair is told apart."""
        return self.interval[0] > 0 or self.interval[1] < 0


def make_pairs(ordered: Sequence[T], tests: Sequence[TTest]) -> list[Pair[T]]:
    """Return all pairs, with p-values adjusted for their number.

    Args:
        ordered: What is compared, the best first.
        tests: The test of each pair, in the order of `itertools.combinations`.
    """
    adjusted = adjust_by_holm([test.p for test in tests])
    return [
        Pair(
            first,
            second,
            test.difference,
            test.interval,
            p=test.p,
            adjusted_p=adjusted_p,
            told_apart=adjusted_p <= LEVEL,
        )
        for (first, second), test, adjusted_p in zip(
            combinations(ordered, 2), tests, adjusted, strict=True
        )
    ]
