"""Warns about classes that a part of a split cannot score, since it has no row of them."""

from collections.abc import Sequence

import numpy as np

from tuner.folds.split import Split
from tuner.words import count_noun, list_first

__all__ = ["warn_about_absent_classes"]

_LISTED = 5  # classes


def warn_about_absent_classes(
    split: Split, y: np.ndarray, *, classes: Sequence[str]
) -> tuple[str, ...]:
    """Return warnings about classes without a row in the test part, or to validate in some fold.

    Groups, an order and rare classes lead to this: each fold has rows of all classes to train on.

    Args:
        split: The split.
        y: The class of each row, shape `(rows,)`, int64.
        classes: The labels.
    """
    warnings = []
    lacking = np.bincount(y[split.test], minlength=len(classes)) == 0
    if len(split.test) and lacking.any():
        seed = "" if split.ordered else " or another --seed"
        warnings.append(
            f"the test part has no row of {_name(classes, lacking)}, and its scores are those of "
            f"the other classes; give a larger --test-size{seed}"
        )
    counts = [np.bincount(y[fold.validation], minlength=len(classes)) for fold in split.folds]
    absent = np.stack(counts) == 0
    if absent.any():
        folds = int(absent.any(axis=1).sum())
        fewer = len(split.folds) // split.repeats > 2
        warnings.append(
            f"{folds} of {count_noun(len(split.folds), 'fold')} validate no row of "
            f"{_name(classes, absent.any(axis=0))}, whose ROC AUC and recall are those of the "
            f"other folds; {'give fewer --folds' if fewer else 'gather more rows of it'}"
        )
    return tuple(warnings)


def _name(classes: Sequence[str], chosen: np.ndarray) -> str:
    names = [name for name, is_chosen in zip(classes, chosen, strict=True) if is_chosen]
    return f"class{'' if len(names) == 1 else 'es'} {list_first(names, _LISTED)}"
