"""Finds the configuration of a space that is nearest to one of another space."""

import random
from collections.abc import Mapping

from tuner.space.domains import Domain, Fixed
from tuner.space.space import Space
from tuner.space.values import Value

__all__ = ["find_nearest_configuration"]


class _Outside(Exception):
    """A value is not in the domain of its hyperparameter."""


def find_nearest_configuration(
    space: Space, values: Mapping[str, Value], rng: random.Random, *, clips: bool = False
) -> dict[str, Value] | None:
    """Return the configuration of a space that is nearest to one of another space.

    A hyperparameter that the space fixes has its fixed value. A number within the bounds of its
    hyperparameter becomes the nearest value that the space has. A hyperparameter that the other
    space does not have is drawn.

    Args:
        space: The space.
        values: The active hyperparameters of a trial of another space.
        rng: Draws what `values` lack.
        clips: Whether a number outside of its bounds becomes the nearer bound.

    Returns:
        None if a value lies outside the space, or nothing that is searched is in `values`.
    """
    taken = []

    def choose(name: str, domain: Domain) -> Value:
        if isinstance(domain, Fixed):
            return domain.value
        if name not in values:
            return domain.sample(rng)
        taken.append(name)
        return _find_nearest(domain, values[name], clips=clips)

    try:
        nearest = space.choose(choose)
    except _Outside:
        return None
    return nearest if taken else None


def _find_nearest(domain: Domain, value: Value, *, clips: bool) -> Value:
    """Return the value of a domain that is nearest to another one within its bounds."""
    options = domain.values()
    low, high = domain.bounds()
    numeric = not isinstance(low, str | bool)
    if isinstance(value, str | bool) or not numeric:
        if options is None or type(value) is not type(low) or value not in options:
            raise _Outside
        return value
    if clips:
        value = min(max(value, float(low)), float(high))
    if not float(low) <= value <= float(high):
        raise _Outside
    if options is None:
        return float(value)
    if isinstance(options, range):
        return options[round((value - options.start) / options.step)]
    return min(options, key=lambda option: abs(float(option) - value))
