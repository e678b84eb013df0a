"""Columns of whole numbers that name a row and measure nothing."""

import re

import numpy as np

__all__ = ["are_identifiers"]

_NAMES = {"id", "ids", "identifier", "uuid", "guid", "pk"}
_COUNTS = {"index", "idx", "key", "nr", "no", "num", "number", "row", "rownum", "record", "unnamed"}
_ENOUGH = 20  # rows in which chance alone does not make values differ from each other


def are_identifiers(name: str, values: np.ndarray) -> bool:
    """Return whether whole numbers are identifiers: by the column's name, and nearly all different.

    Where the name is less certain, such as "number", they must follow one another without a gap.

    Args:
        name: The column's.
        values: (rows,) float64, NaN where one is missing.

    >>> are_identifiers("PassengerId", np.arange(0, 900, 9.0))
    True
    >>> are_identifiers("paid", np.arange(0, 900, 9.0)), are_identifiers("id", np.arange(99) / 2)
    (False, False)
    """
    words = [word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+", name)]
    named = not _NAMES.isdisjoint(words)
    counted = not _COUNTS.isdisjoint(words) or any(word.endswith("id") for word in words)
    if not (named or counted):
        return False
    present = values[~np.isnan(values)]
    if len(present) < _ENOUGH or not (present == np.trunc(present)).all():
        return False
    distinct = np.unique(present)
    if len(distinct) < 0.95 * len(present):
        return False
    return named or bool(distinct[-1] - distinct[0] + 1 == len(distinct))
