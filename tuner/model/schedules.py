"""Schedules: the factor of a number, such as the learning rate, over the planned training."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

__all__ = ["SCHEDULE_FACTORS", "look_up", "tabulate_schedule"]

_CYCLES = 4  # of coslog4
_PIECES = 1024  # of a table, between which a factor is linear


def _fall_by_cosine(share: float) -> float:
    """Return a cosine decay (Loshchilov and Hutter 2017, equation 5, without restarts)."""
    return 0.5 * (1 + math.cos(math.pi * share))


def _stay_then_fall(share: float) -> float:
    """Return 1 for the first half, then a cosine decay."""
    return _fall_by_cosine(max(1.0, 2 * share) - 1)


def _cycle_by_logarithm(share: float) -> float:
    """Return cosine cycles, each twice as long as the one before (Holzmüller et al. 2024)."""
    turns = math.log2(1 + (2**_CYCLES - 1) * share)
    return 0.5 * (1 - math.cos(2 * math.pi * turns))


SCHEDULE_FACTORS: dict[str, Callable[[float], float]] = {
    "constant": lambda share: 1.0,
    "cosine": _fall_by_cosine,
    "flat_cosine": _stay_then_fall,
    "coslog4": _cycle_by_logarithm,
}
"""By the schedule's name; the share is from 0 to 1."""


def tabulate_schedule(name: str, warm_up: float = 0.0) -> np.ndarray:
    """Return a schedule's factors at equal distances, float32.

    A table is a value like any other number of a trial: trials of different schedules share a
    program.

    Args:
        name: The schedule.
        warm_up: The share of the training in which the factor rises from 0, on top of that.
    """
    shares = np.linspace(0.0, 1.0, _PIECES + 1)
    rise = np.minimum(1.0, shares / warm_up) if warm_up else np.ones_like(shares)
    factors = np.array([SCHEDULE_FACTORS[name](share) for share in shares])
    return (factors * rise).astype(np.float32)


def look_up(table: Any, share: Any) -> Any:
    """Return the factor of a schedule after a share of the planned training.

    Args:
        table: As `tabulate_schedule` returns it.
        share: From 0 to 1, float32; beyond 1 the factor stays the last.
    """
    import tensorflow as tf

    place = tf.clip_by_value(share, 0.0, 1.0) * _PIECES
    before = tf.minimum(tf.cast(place, tf.int32), _PIECES - 1)
    low, high = tf.unstack(tf.gather(table, [before, before + 1]))
    return low + (high - low) * (place - tf.cast(before, tf.float32))
