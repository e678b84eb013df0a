"""Classes that have too few rows for the folds: left out, or made one class."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

import numpy as np

from tuner.data.columns.row_relations import Relations
from tuner.data.columns.target import Target

__all__ = ["RareClasses", "RareClassesAction", "settle_rare_classes"]

RareClassesAction: TypeAlias = Literal["refuse", "leave-out", "pool"]
"""What to do about rare classes: let the split refuse them, leave them out, or make one of them."""

_POOLED = "other"


@dataclass(frozen=True, slots=True)
class RareClasses:
    """What to do about rare classes.

    Attributes:
        action: What to do.
        find: Returns the numbers of the rare classes, from the class, the group and the rank of
            each row; groups and ranks are None if there are none.
        known: The names of the rare classes that a study has already. They are not looked for
            again, because the draws of a split depend on the order of the classes, in which a
            study has the rare ones last.
    """

    action: RareClassesAction
    find: Callable[[np.ndarray, np.ndarray | None, np.ndarray | None], np.ndarray]
    known: Sequence[str] = ()


def settle_rare_classes(
    target: Target, relations: Relations, rare_classes: RareClasses | None
) -> Target:
    """Return the target without rare classes, or with one class for all of them.

    Args:
        target: The classes.
        relations: The groups and the order of the rows with a label.
        rare_classes: What to do; None to keep all classes.
    """
    if rare_classes is None or rare_classes.action == "refuse":
        return target
    if rare_classes.known:
        rare = np.flatnonzero(np.isin(target.classes, rare_classes.known))
        return (_pool if rare_classes.action == "pool" else _leave_out)(target, rare)
    rare = rare_classes.find(target.y, relations.groups, relations.order)
    if not len(rare):
        return target
    if rare_classes.action == "pool":
        pooled = _pool(target, rare)
        if not len(rare_classes.find(pooled.y, relations.groups, relations.order)):
            return pooled
    return _leave_out(target, rare)


def _leave_out(target: Target, rare: np.ndarray) -> Target:
    kept = ~np.isin(target.y, rare)
    present = target.present.copy()
    present[present] = kept
    classes = [name for number, name in enumerate(target.classes) if number not in rare]
    return replace(
        target,
        y=np.unique(target.y[kept], return_inverse=True)[1],
        classes=tuple(classes),
        present=present,
        left_out=_count(target, rare),
    )


def _pool(target: Target, rare: np.ndarray) -> Target:
    kept = [name for number, name in enumerate(target.classes) if number not in rare]
    number = 2
    name = _POOLED
    while name in kept:
        name, number = f"{_POOLED} {number}", number + 1
    new = np.full(len(target.classes), len(kept))
    new[[number for number in range(len(new)) if number not in rare]] = np.arange(len(kept))
    return replace(target, y=new[target.y], classes=(*kept, name), pooled=_count(target, rare))


def _count(target: Target, rare: np.ndarray) -> dict[str, int]:
    """Return the rows of each rare class."""
    counts = np.bincount(target.y, minlength=len(target.classes))
    return {target.classes[number]: int(counts[number]) for number in rare}
