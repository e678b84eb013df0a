"""Columns that say the same as another one."""

from collections.abc import Sequence

import numpy as np

from tuner.data.column_names import quote_names
from tuner.data.dataset import Dataset
from tuner.data.hazards.column_values import ColumnFeatures, digest_values
from tuner.words import join_words

__all__ = ["warn_about_copied_columns"]

_LISTED = 5
_MOST_SPARE = 100  # columns that an option is shown with: it should name all


def warn_about_copied_columns(
    dataset: Dataset, columns: Sequence[ColumnFeatures], rows: np.ndarray, sample: np.ndarray
) -> tuple[str, ...]:
    """Return a warning if columns hold the same, in the same or in other words.

    Args:
        dataset: The data.
        columns: Their columns.
        rows: The rows to look at, without copies.
        sample: Those of them to look at first.
    """
    if dataset.schema.array_shape is not None:
        return ()  # of an array, no feature can be left out
    alike = [
        group
        for candidates in _group_alike(dataset.x, columns, sample)
        for group in _group_alike(dataset.x, candidates, rows)
    ]
    if not alike:
        return ()
    groups = [join_words([column.name for column in group]) for group in alike]
    spare = [column.name for group in alike for column in group[1:]]
    more = "" if len(groups) <= _LISTED else f" (and {len(groups) - _LISTED} more such groups)"
    return (
        f"columns {'; '.join(groups[:_LISTED])}{more} say the same: each value of one goes with "
        "one value of the other, so that a network needs only one of them; leave "
        f"{'the other' if len(spare) == 1 else 'the others'} out with --ignore "
        f"{quote_names(*spare[:_MOST_SPARE])}",
    )


def _group_alike(
    x: np.ndarray, columns: Sequence[ColumnFeatures], rows: np.ndarray
) -> list[list[ColumnFeatures]]:
    """Return the groups of columns that say the same in some rows."""
    groups: dict[bytes, list[ColumnFeatures]] = {}
    for column in columns:
        groups.setdefault(digest_values(column.read(x, rows)), []).append(column)
    return [group for group in groups.values() if len(group) > 1]
