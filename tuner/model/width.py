"""Widths at a given number of parameters, so that depths compare at the same number of weights."""

import math

from tuner.errors import SpaceError
from tuner.space import Space

__all__ = ["check_budget", "count_parameters", "find_units"]


def count_parameters(features: int, classes: int, *, depth: int, units: int) -> int:
    """Return how many weights and biases a network of equally wide hidden layers has.

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
    """Return the width whose number of parameters is nearest to a budget.

    The count is a·u² + b·u + c in the width u, with a = depth − 1; its positive root is rounded
    to the better of its two whole neighbours.

    Args:
        parameters: The budget, weights and biases together.
        features: Inputs of the network, after encoding.
        classes: Outputs of the network.
        depth: Hidden layers, at least 1.

    Raises:
        SpaceError: The budget does not even hold a network of one unit a layer.

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
    """Refuse a parameter budget that fits no network, before the search instead of in it.

    Args:
        space: Its smallest budget is tried at its greatest depth.
        features: Inputs of the network, after encoding.
        classes: Outputs of the network.

    Raises:
        SpaceError: The budget is too small.
    """
    domains = {h.name: h.domain for h in space.hyperparameters}
    if "parameters" in domains:
        smallest, _ = domains["parameters"].bounds()
        _, deepest = domains["depth"].bounds()
        find_units(int(smallest), features=features, classes=classes, depth=int(deepest))
