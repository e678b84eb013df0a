"""Ranges of numbers: whole ones and any, stepped or not, linear or logarithmic.

The scale of a range is linear, or with `log` the logarithm: there a step multiplies. This is as
in KerasTuner, but for two things that a range here does better: three steps of 0.1 are 0.3 and
not 0.30000000000000004, and seven of them from 0 reach 0.7, where KerasTuner stops at 0.6.
"""

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass

from tuner.space.values import Value, format_exactly

__all__ = ["FloatRange", "IntRange"]

_SLACK = 1e-9  # 0.7 / 0.1 is 6.999…, and the seventh step is meant
_MOST_FLOATS = 2.0**53  # a tiny step would else make infinitely many, and no whole number


@dataclass(frozen=True, slots=True)
class IntRange:
    """The whole numbers from `min` to `max`, or those of them that some steps from `min` reach.

    Args:
        min: the smallest value; at least 1 if `log`.
        max: the largest value, above `min`.
        step: the distance between neighbours, with `log` their ratio; absent, every whole number
            is a value, as with a step of 1, but some of them may stand for all on a grid.
        log: whether a draw is uniform on the logarithm.

    >>> IntRange(8, 64, step=2, log=True).values()
    (8, 16, 32, 64)
    """

    min: int
    max: int
    step: int | None = None
    log: bool = False

    def values(self) -> Sequence[Value]:
        """Return all values from the smallest to the largest; where they are many, unlisted."""
        if not self.log or self.step is None:
            return range(self.min, self.max + 1, self.step or 1)
        reached = [self.min]
        while reached[-1] * self.step <= self.max:
            reached.append(reached[-1] * self.step)
        return tuple(reached)

    def size(self) -> int:
        """Return the number of values."""
        if self.log and self.step is not None:
            return len(self.values())
        return (self.max - self.min) // (self.step or 1) + 1

    def bounds(self) -> tuple[Value, Value]:
        """Return the smallest and the largest value, which a step may keep below `max`."""
        values = self.values()
        return values[0], values[-1]

    def grid(self, points: int = 10) -> Sequence[Value]:
        """Return all values of a stepped range, else at most `points`, evenly spread.

        Args:
            points: how many values at most, both ends among them; at least 2.

        >>> IntRange(8, 512).grid(4), IntRange(0, 6).grid(4), IntRange(0, 6, step=2).grid(2)
        ((8, 176, 344, 512), (0, 2, 4, 6), range(0, 7, 2))
        """
        if self.step is not None or self.size() <= points:
            return self.values()
        chosen = [self.min]
        for even in _spread(self.min, self.max, points, log=self.log)[1:]:
            # Near a small min the even spacing is below 1: take the next whole number instead.
            chosen.append(max(round(even), chosen[-1] + 1))
        return tuple(chosen)

    def sample(self, rng: random.Random) -> Value:
        """Return one value, uniform on the scale of the range."""
        if not self.log:
            return self.min + (self.step or 1) * rng.randrange(self.size())
        if self.step is not None:
            return rng.choice(self.values())
        # Up to max + 1, as in KerasTuner: max is then as likely as its neighbours.
        drawn = int(_between(self.min, self.max + 1, rng.random(), log=True))
        return min(max(drawn, self.min), self.max)

    def describe(self) -> str:
        """Return `min … max`, with the scale and the step if they are given."""
        return _described(self)


@dataclass(frozen=True, slots=True)
class FloatRange:
    """The numbers from `min` to `max`, or those of them that some steps from `min` reach.

    Args:
        min: the smallest value; above 0 if `log`.
        max: the largest value, above `min`.
        step: the distance between neighbours, with `log` their ratio; absent, any number in
            between is a value.
        log: whether a draw is uniform on the logarithm.

    >>> FloatRange(0.0, 0.3, step=0.1).values()
    (0.0, 0.1, 0.2, 0.3)
    """

    min: float
    max: float
    step: float | None = None
    log: bool = False

    def values(self) -> Sequence[Value] | None:
        """Return all values from the smallest to the largest, None where they are infinite."""
        if self.step is None:
            return None
        if self.log:
            reached = [self.min * self.step**power for power in range(self._steps() + 1)]
        else:
            reached = [self.min + self.step * count for count in range(self._steps() + 1)]
        # 14 digits: what a person means by a step, without the last bit's noise.
        return tuple(self._inside(float(f"{value:.14g}")) for value in reached)

    def size(self) -> int | None:
        """Return the number of values, None where they are infinite."""
        return None if self.step is None else self._steps() + 1

    def bounds(self) -> tuple[Value, Value]:
        """Return the smallest and the largest value, which a step may keep below `max`."""
        values = self.values() or (self.min, self.max)
        return values[0], values[-1]

    def grid(self, points: int = 10) -> Sequence[Value]:
        """Return all values of a stepped range, else `points` values, evenly spread.

        Args:
            points: how many values, both ends among them; at least 2.
        """
        return self.values() or _spread(self.min, self.max, points, log=self.log)

    def sample(self, rng: random.Random) -> Value:
        """Return one value, uniform on the scale of the range."""
        values = self.values()
        if values is not None:
            return rng.choice(values)
        return self._inside(_between(self.min, self.max, rng.random(), log=self.log))

    def describe(self) -> str:
        """Return `min … max`, with the scale and the step if they are given.

        >>> FloatRange(1e-6, 0.1, log=True).describe()
        '1e-06 … 0.1, log'
        """
        return _described(self)

    def _steps(self) -> int:
        if self.step is None:
            raise ValueError("a range without step has no number of steps")
        if self.log:
            steps = (math.log(self.max) - math.log(self.min)) / math.log(self.step)
        else:
            steps = (self.max - self.min) / self.step
        return int(min(steps, _MOST_FLOATS) + _SLACK)

    def _inside(self, value: float) -> float:
        return min(max(value, self.min), self.max)


def _between(low: float, high: float, share: float, *, log: bool) -> float:
    """Return the number that lies at `share`, 0 to 1, of the way from `low` to `high`."""
    if log:
        return math.exp(math.log(low) + share * (math.log(high) - math.log(low)))
    return low + share * (high - low)


def _spread(low: float, high: float, points: int, *, log: bool) -> tuple[float, ...]:
    """Return `points` numbers from `low` to `high`, both exact, evenly spaced on the scale."""
    if points < 2:
        raise ValueError(f"expected at least 2 points for a grid of a range, received {points}")
    inner = (_between(low, high, index / (points - 1), log=log) for index in range(1, points - 1))
    return (low, *inner, high)


def _described(domain: IntRange | FloatRange) -> str:
    scale = ", log" if domain.log else ""
    step = "" if domain.step is None else f", step {format_exactly(domain.step)}"
    return f"{format_exactly(domain.min)} … {format_exactly(domain.max)}{scale}{step}"
