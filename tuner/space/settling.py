"""Settles hyperparameters of a space that cannot act on some data."""

from collections.abc import Mapping
from dataclasses import replace

from tuner.space.domains import Fixed
from tuner.space.first_trial import FirstTrial
from tuner.space.hyperparameter import Hyperparameter
from tuner.space.space import Space
from tuner.space.values import Value

__all__ = ["settle"]


def settle(space: Space, values: Mapping[str, Value]) -> Space:
    """Return a space in which hyperparameters have one value, without those that act with others.

    Args:
        space: The space.
        values: The value of each settled hyperparameter. It need not be in the space.
    """
    kept = tuple(
        replace(h, domain=Fixed(values[h.name])) if h.name in values else h
        for h in space.hyperparameters
        if all(c.parent not in values or values[c.parent] in c.values for c in h.conditions)
    )
    first: list[FirstTrial] = []
    for trial in space.first:
        settled = _keep_active({**trial.values, **values}, kept)
        if all(settled != other.values for other in first):
            first.append(FirstTrial(trial.name, settled))
    return replace(space, hyperparameters=kept, first=tuple(first))


def _keep_active(
    values: Mapping[str, Value], hyperparameters: tuple[Hyperparameter, ...]
) -> dict[str, Value]:
    active: dict[str, Value] = {}
    for hyperparameter in hyperparameters:
        name = hyperparameter.name
        if name not in active and name in values and hyperparameter.is_active(active):
            active[name] = values[name]
    return active
