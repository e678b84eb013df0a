"""Finds units for a budget of parameters, to compare depths at the same number of weights."""

import math

from tuner.errors import SpaceError
from tuner.space import Space

__all__ = ["check_budget", "count_parameters", "find_units"]


def count_parameters(features: int, classes: int, *, depth: int, units: int) -> int:
    """Return the number of weights and biases of a network with equally wide hidden layers.

    >>> count_parameters(4, 3, depth=0, units=0)
    15
    >>> count_parameters(4, 3, depth=2, units=10)
    193
    """
    if depth == 0:
        return (features + 1) * classes
    hidden = (features + 1) * units + (depth - 1) * (units + 1) * units
    return hidden + (units + 1) * classes


def find_units(parameters: int, *, features: int, classes: int, depth: int) -> int:
    """Return the units of a layer for which the number of parameters is nearest to a budget.

    For u units the number is a·u² + b·u + c, with a = depth − 1. The positive root is rounded to
    the better of its two neighbours.

    Args:
        parameters: The budget of weights and biases.
        features: Number of features of an encoded row.
        classes: Number of classes.
        depth: Number of hidden layers, at least 1.

    Raises:
        SpaceError: The budget is too small even for one unit a layer.

    >>> find_units(193, features=4, classes=3, depth=2)
    10
    """
    least = count_parameters(features, classes, depth=depth, units=1)
    if parameters < least:
        raise SpaceError(
            f"[network] parameters: {parameters} are too few for depth {depth} with {features} "
            f"features and {classes} classes; it takes at least {least}"
        )
    a, b, c = depth - 1, features + depth + classes, classes - parameters
    root = -c / b if a == 0 else (-b + math.sqrt(b * b - 4 * a * c)) / (2 * a)
    low = max(1, math.floor(root))
    return min(
        (low, low + 1),
        key=lambda units: abs(
            count_parameters(features, classes, depth=depth, units=units) - parameters
        ),
    )


def check_budget(space: Space, *, features: int, classes: int) -> None:
    """Refuse a parameter budget that is too small, before the search begins.

    Args:
        space: The search space; its smallest budget is checked at its greatest depth.
        features: Number of features of an encoded row.
        classes: Number of classes.

    Raises:
        SpaceError: The budget is too small.
    """
    domains = {h.name: h.domain for h in space.hyperparameters}
    if "parameters" in domains:
        smallest, _ = domains["parameters"].bounds()
        _, deepest = domains["depth"].bounds()
        find_units(int(smallest), features=features, classes=classes, depth=int(deepest))
