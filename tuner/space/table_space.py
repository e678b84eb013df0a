"""Tells spaces of networks for tables from those of stacked perceptrons."""

from tuner.space.keys import TABLE_KEYS
from tuner.space.space import Space

__all__ = ["is_table_space"]


def is_table_space(space: Space) -> bool:
    """Return whether a space's networks are networks for tables (`tuner.model.tables`).

    They are if it has a part or a schedule that stacked perceptrons do not have.
    """
    for hyperparameter in space.hyperparameters:
        if hyperparameter.name in TABLE_KEYS:
            return True
        if hyperparameter.name == "schedule":
            schedules = hyperparameter.domain.values() or ()
            return any(schedule not in ("constant", "cosine") for schedule in schedules)
    return False
