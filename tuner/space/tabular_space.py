"""Tells spaces of networks for tables from those of stacked perceptrons."""

from tuner.space.keys import TABULAR_KEYS
from tuner.space.space import Space

__all__ = ["explain_tabular_space", "is_tabular_space", "plans_schedules"]

# Those that perceptrons have too, and of which a search may cut off the end.
_ANY_LENGTH = ("constant", "cosine")


def is_tabular_space(space: Space) -> bool:
    """Return whether a space's networks are networks for tables (`tuner.model.tables`).

    They are if it has a part or a schedule that stacked perceptrons do not have.
    """
    return explain_tabular_space(space) is not None


def explain_tabular_space(space: Space) -> str | None:
    """Return the key that makes a space one of networks for tables; None if there is none."""
    names = [hyperparameter.name for hyperparameter in space.hyperparameters]
    key = next((name for name in names if name in TABULAR_KEYS), None)
    return key or ("this schedule" if plans_schedules(space) else None)


def plans_schedules(space: Space) -> bool:
    """Return whether learning rates of a space are planned so that the end is worth most."""
    domains = [h.domain for h in space.hyperparameters if h.name == "schedule"]
    return any(value not in _ANY_LENGTH for domain in domains for value in domain.values() or ())
