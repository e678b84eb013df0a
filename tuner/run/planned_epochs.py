"""Chooses the epochs of networks whose schedules are planned for the whole training."""

from collections.abc import Mapping
from dataclasses import replace
from math import ceil
from typing import Any

import numpy as np

from tuner.folds import Split
from tuner.space import Space, plans_schedules
from tuner.study import SearchSettings
from tuner.words import count_noun

__all__ = ["default_epochs", "describe_epochs", "fit_epochs"]

_FEWEST, _MOST = 16, 256  # epochs
# As many steps learn a table of up to some ten thousand rows, and five folds of them take half a
# minute of two cores with three layers of 256 units (docs/decisions.md).
_STEPS = 2_000


def default_epochs(space: Space, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return the epochs and the patience of a search if the user does not give both.

    A planned schedule is not to be cut short: its last steps, with small learning rates, are worth
    most. So the patience is the number of epochs, and `fit_epochs` lowers these to what the rows
    need.

    Args:
        space: The space.
        arguments: The user's settings by name.

    Returns:
        Settings that the user's replace; none for other spaces, which have their usual ones.
    """
    if not plans_schedules(space):
        return {}
    if "epochs" in arguments:
        return {"patience": arguments["epochs"]}
    return {"epochs": _MOST, "patience": _MOST, "epochs_by_rows": True}


def fit_epochs(settings: SearchSettings, space: Space | None, split: Split) -> SearchSettings:
    """Return settings with as many epochs as the rows need, if the settings leave it to them.

    They are as many as 2,000 steps take, and at least 16.

    Args:
        settings: The settings.
        space: The space, which has the batch size. None for that of a custom hypermodel.
        split: The folds.
    """
    if not settings.epochs_by_rows or space is None:
        return settings
    needed = max(ceil(_STEPS / _count_steps(space, split)), _FEWEST)
    epochs = min(needed, settings.epochs)
    return replace(settings, epochs=epochs, patience=min(settings.patience, epochs))


def describe_epochs(settings: SearchSettings, space: Space | None, split: Split) -> list[str]:
    """Return a line about the epochs of a search, if `fit_epochs` chose them."""
    if not settings.epochs_by_rows or space is None:
        return []
    steps = count_noun(_count_steps(space, split), "step")
    return [
        f"trains each network for up to {settings.epochs} epochs of {steps}, as its schedule "
        "plans; for another number give --epochs"
    ]


def _count_steps(space: Space, split: Split) -> int:
    """Return the steps of an epoch in a fold, about; with the largest batch of the space."""
    rows = float(np.mean([len(fold.train) for fold in split.folds]))
    _, batch = space.find_hyperparameter("batch_size").domain.bounds()
    return max(ceil(rows / float(batch)), 1)
