"""Points that cover a space evenly, however many of them are drawn."""

import random
from collections.abc import Sequence

__all__ = ["draw_evenly"]


def draw_evenly(names: Sequence[str], number: int, seed: int) -> dict[str, float]:
    """Return a point of the sequence R by Roberts (2018), which is shifted at random.

    Each point is the one before it plus a fixed step, modulo 1, in each dimension. The steps are
    powers of 1 / φ, where φ^(d + 1) = φ + 1 for d dimensions; with one dimension that is the golden
    ratio. So the first n points are spread more evenly than random ones, for any n.

    Args:
        names: Names of the dimensions.
        number: Which point of the sequence, from 0.
        seed: Decides the shift.

    Returns:
        Coordinates from 0 to below 1, by name.

    >>> [round(draw_evenly(["rate"], number, 0)["rate"], 2) for number in range(4)]
    [0.69, 0.31, 0.93, 0.55]
    """
    ratio = _find_ratio(len(names))
    point = {}
    for power, name in enumerate(names, start=1):
        shift = random.Random(f"{seed} {name}").random()
        point[name] = (shift + number * ratio**-power) % 1.0
    return point


def _find_ratio(dimensions: int) -> float:
    """Return the solution φ of φ^(dimensions + 1) = φ + 1."""
    ratio = 2.0
    for _ in range(60):  # the iteration contracts by more than a factor of two
        ratio = (1 + ratio) ** (1 / (dimensions + 1))
    return ratio
