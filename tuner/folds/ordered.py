"""Splits ordered rows, such as those of a time series: folds train on earlier rows only."""

import numpy as np

from tuner.errors import DataError
from tuner.folds.split import Split, make_expanding_split

__all__ = ["split_in_order"]


def split_in_order(order: np.ndarray, *, folds: int, test_size: float) -> Split:
    """Hold back the last rows, and split the others as scikit-learn's `TimeSeriesSplit` does.

    The other rows are cut into parts of about equal size, one more than there are folds. A fold
    validates on a part and trains on all parts before it, so the first part is never scored. Rows
    with the same place in the order, such as those of one day, are never cut apart: the cut moves
    towards the beginning.

    Args:
        order: The place of each row in the order, shape `(rows,)`, int64.
        folds: Number of folds.
        test_size: Share of the rows to hold back.

    Raises:
        DataError: There are too few different places, or a single row would be held back.
    """
    from sklearn.model_selection import TimeSeriesSplit

    rows = np.argsort(order, kind="stable")
    places = order[rows]
    held_back = int(np.ceil(test_size * len(rows)))
    end = _move_cut(places, len(rows) - held_back) if held_back else len(rows)
    begins: list[int] = []
    if end > folds:
        parts = TimeSeriesSplit(folds).split(rows[:end])
        begins = [_move_cut(places, int(validation[0])) for _, validation in parts]
    cuts = [0, *begins, end]
    if not begins or min(np.diff(cuts)) == 0:
        raise DataError(
            f"order: it has {len(np.unique(order))} different values, too few for {folds} folds "
            "that are not cut within a value; use fewer --folds, or a finer column"
        )
    before, *validations = (rows[cuts[n] : cuts[n + 1]] for n in range(folds + 1))
    if len(rows) - end == 1:
        larger = f"use --test-size {np.ceil(200 / len(rows)) / 100}, or 0 for no test part"
        raise DataError(
            f"--test-size: {test_size} of {len(rows)} rows is one, and a score on a single row "
            f"says nothing of others; {larger}"
        )
    return make_expanding_split(np.sort(rows[end:]), before, validations)


def _move_cut(places: np.ndarray, cut: int) -> int:
    """Return the first row that has the same place as the row after a cut."""
    return int(np.searchsorted(places, places[cut]))
