"""Cuts the trials of a cohort by what can train in one call."""

from collections.abc import Callable, Sequence

from tuner.training.lanes.interfaces import LaneTrial

__all__ = ["cut_into_units", "group_by_shape"]

_UNITS = 4  # of work for each worker, so that the last ones are small and no worker waits long


def group_by_shape(trials: Sequence[LaneTrial]) -> list[list[LaneTrial]]:
    """Return the lane groups of trials: those of a group can train in one call."""
    groups: dict[tuple[object, ...], list[LaneTrial]] = {}
    for trial in trials:
        key = (trial.shape, trial.folds, *trial.common_values.items())
        groups.setdefault(key, []).append(trial)
    return list(groups.values())


def cut_into_units(
    trials: Sequence[LaneTrial], work: Callable[[LaneTrial], float], workers: int
) -> list[list[LaneTrial]]:
    """Cut lane groups into units, so that workers can train them, and all end about together.

    Args:
        trials: The trials of a cohort.
        work: Returns how much work a trial is, in any unit.
        workers: How many workers there are.
    """
    most = sum(map(work, trials)) / (_UNITS * workers)
    units: list[list[LaneTrial]] = []
    for group in group_by_shape(trials):
        left = 0.0
        for trial in group:
            if work(trial) > left:
                units.append([])
                left = most
            units[-1].append(trial)
            left -= work(trial)
    return units
