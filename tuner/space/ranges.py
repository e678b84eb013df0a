"""Ranges of whole numbers and of floats, with or without a step, linear or logarithmic.

A range is linear, or logarithmic with `log`, where a step multiplies. Ranges work as in
KerasTuner, except that steps do not lose precision: three steps of 0.1 give 0.3 and not
0.30000000000000004, and seven steps from 0 reach 0.7, where KerasTuner stops at 0.6.
"""

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass

from tuner.space.values import Value, format_exactly

__all__ = ["FloatRange", "IntRange"]

_SLACK = 1e-9  # 0.7 / 0.1 is 6.999…, but the seventh step counts
_MOST_FLOATS = 2.0**53  # a tiny step would otherwise give infinitely many


@dataclass(frozen=True, slots=True)
class IntRange:
    """The whole numbers from `min` to `max`, or those that steps from `min` reach.

    Attributes:
        min: The smallest value; at least 1 if `log`.
        max: The largest value, above `min`.
        step: The distance between neighbours, or their ratio if `log`. Without a step every whole
            number is a value, as with a step of 1, but a grid has only some of them.
        log: Whether a draw is uniform on the logarithm.

    >>> IntRange(8, 64, step=2, log=True).values()
    (8, 16, 32, 64)
    """

    min: int
    max: int
    step: int | None = None
    log: bool = False

    def values(self) -> Sequence[Value]:
        """Return all values in ascending order; many are a `range`, which lists none of them."""
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
        """Return the smallest and the largest value; the steps may end below `max`."""
        values = self.values()
        return values[0], values[-1]

    def grid(self, points: int = 10) -> Sequence[Value]:
        """Return all values of a range with a step, else at most `points` evenly spaced ones.

        Args:
            points: Maximal number of values, including both ends; at least 2.

        >>> IntRange(8, 512).grid(4), IntRange(0, 6).grid(4), IntRange(0, 6, step=2).grid(2)
        ((8, 176, 344, 512), (0, 2, 4, 6), range(0, 7, 2))
        """
        if self.step is not None or self.size() <= points:
            return self.values()
        chosen = [self.min]
        for even in _space_evenly(self.min, self.max, points, log=self.log)[1:]:
            # Near a small min the spacing is below 1: take the next whole number instead.
            chosen.append(max(round(even), chosen[-1] + 1))
        return tuple(chosen)

    def sample(self, rng: random.Random) -> Value:
        """Draw one value, uniformly on the scale of the range."""
        if not self.log:
            return self.min + (self.step or 1) * rng.randrange(self.size())
        if self.step is not None:
            return rng.choice(self.values())
        # Up to max + 1, as in KerasTuner, so that max is as likely as its neighbours.
        return self.locate(rng.random())

    def locate(self, share: float) -> Value:
        """Return the value at `share`, from 0 to below 1, of the way through the range.

        >>> IntRange(8, 64, step=2, log=True).locate(0.5)
        32
        """
        if self.log and self.step is None:
            found = int(_interpolate(self.min, self.max + 1, share, log=True))
            return min(max(found, self.min), self.max)
        return self.values()[int(share * self.size())]

    def find_share(self, value: Value) -> float:
        """Return how far through the range a value is; `locate` returns the value from it.

        >>> IntRange(0, 6).find_share(3), IntRange(8, 64, step=2, log=True).find_share(8)
        (0.5, 0.125)
        """
        if self.log and self.step is None:
            return _find_position(self.min, self.max + 1, float(value) + 0.5, log=True)
        return (self.values().index(value) + 0.5) / self.size()

    def describe(self) -> str:
        """Return `min … max`, and the scale and the step if there are any."""
        return _describe(self)


@dataclass(frozen=True, slots=True)
class FloatRange:
    """The numbers from `min` to `max`, or those that steps from `min` reach.

    Attributes:
        min: The smallest value; above 0 if `log`.
        max: The largest value, above `min`.
        step: The distance between neighbours, or their ratio if `log`. Without a step every
            number in between is a value.
        log: Whether a draw is uniform on the logarithm.

    >>> FloatRange(0.0, 0.3, step=0.1).values()
    (0.0, 0.1, 0.2, 0.3)
    """

    min: float
    max: float
    step: float | None = None
    log: bool = False

    def values(self) -> Sequence[Value] | None:
        """Return all values in ascending order, None if there are infinitely many."""
        if self.step is None:
            return None
        if self.log:
            reached = [self.min * self.step**power for power in range(self._count_steps() + 1)]
        else:
            reached = [self.min + self.step * count for count in range(self._count_steps() + 1)]
        # 14 digits keep what a person means by a step, without noise in the last bit.
        return tuple(self._clip(float(f"{value:.14g}")) for value in reached)

    def size(self) -> int | None:
        """Return the number of values, None if there are infinitely many."""
        return None if self.step is None else self._count_steps() + 1

    def bounds(self) -> tuple[Value, Value]:
        """Return the smallest and the largest value; the steps may end below `max`."""
        values = self.values() or (self.min, self.max)
        return values[0], values[-1]

    def grid(self, points: int = 10) -> Sequence[Value]:
        """Return all values of a range with a step, else `points` evenly spaced ones.

        Args:
            points: Number of values, including both ends; at least 2.
        """
        return self.values() or _space_evenly(self.min, self.max, points, log=self.log)

    def sample(self, rng: random.Random) -> Value:
        """Draw one value, uniformly on the scale of the range."""
        values = self.values()
        return self.locate(rng.random()) if values is None else rng.choice(values)

    def locate(self, share: float) -> Value:
        """Return the value at `share`, from 0 to below 1, of the way through the range."""
        values = self.values()
        if values is not None:
            return values[int(share * len(values))]
        return self._clip(_interpolate(self.min, self.max, share, log=self.log))

    def find_share(self, value: Value) -> float:
        """Return how far through the range a value is; `locate` returns the value from it."""
        values = self.values()
        if values is not None:
            return (values.index(value) + 0.5) / len(values)
        return _find_position(self.min, self.max, float(value), log=self.log)

    def describe(self) -> str:
        """Return `min … max`, and the scale and the step if there are any.

        >>> FloatRange(1e-6, 0.1, log=True).describe()
        '1e-06 … 0.1, log'
        """
        return _describe(self)

    def _count_steps(self) -> int:
        if self.step is None:
            raise ValueError("a range without step has no number of steps")
        if self.log:
            steps = (math.log(self.max) - math.log(self.min)) / math.log(self.step)
        else:
            steps = (self.max - self.min) / self.step
        return int(min(steps, _MOST_FLOATS) + _SLACK)

    def _clip(self, value: float) -> float:
        return min(max(value, self.min), self.max)


def _interpolate(low: float, high: float, share: float, *, log: bool) -> float:
    """Return the number at `share`, from 0 to 1, of the way from `low` to `high`."""
    if log:
        return math.exp(math.log(low) + share * (math.log(high) - math.log(low)))
    return low + share * (high - low)


def _find_position(low: float, high: float, value: float, *, log: bool) -> float:
    """Return the share, from 0 to 1, of the way from `low` to `high` that `value` is at."""
    if log:
        return (math.log(value) - math.log(low)) / (math.log(high) - math.log(low))
    return (value - low) / (high - low)


def _space_evenly(low: float, high: float, points: int, *, log: bool) -> tuple[float, ...]:
    """Return `points` evenly spaced numbers; the first is `low` and the last is `high`, exactly."""
    if points < 2:
        raise ValueError(f"expected at least 2 points for a grid of a range, received {points}")
    inner = (
        _interpolate(low, high, index / (points - 1), log=log) for index in range(1, points - 1)
    )
    return (low, *inner, high)


def _describe(domain: IntRange | FloatRange) -> str:
    scale = ", log" if domain.log else ""
    step = "" if domain.step is None else f", step {format_exactly(domain.step)}"
    return f"{format_exactly(domain.min)} … {format_exactly(domain.max)}{scale}{step}"
