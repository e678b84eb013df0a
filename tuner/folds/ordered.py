"""Rows in an order, such as that of time: each fold is predicted from what came before it."""

import numpy as np

from tuner.errors import DataError
from tuner.folds.split import Split, make_expanding_split

__all__ = ["split_in_order"]


def split_in_order(order: np.ndarray, *, folds: int, test_size: float) -> Split:
    """Hold back the last rows, and cut the others as scikit-learn's `TimeSeriesSplit` does.

    It cuts them into one part more than there are folds, of about equal size. A fold validates on
    a part and trains on all before it, so that the first part is never scored. Rows that stand at
    the same place of the order, as those of one day, are on one side of every cut, which may move
    towards the beginning for it.

    Args:
        order: The place of each row; equal ones are alike, (rows,) int64.
        folds: How many.
        test_size: The share of rows held back.

    Raises:
        DataError: There are too few different places.
    """
    from sklearn.model_selection import TimeSeriesSplit

    rows = np.argsort(order, kind="stable")
    places = order[rows]
    held_back = int(np.ceil(test_size * len(rows)))
    end = _first_alike(places, len(rows) - held_back) if held_back else len(rows)
    begins: list[int] = []
    if end > folds:
        parts = TimeSeriesSplit(folds).split(rows[:end])
        begins = [_first_alike(places, int(validation[0])) for _, validation in parts]
    cuts = [0, *begins, end]
    if not begins or min(np.diff(cuts)) == 0:
        raise DataError(
            f"order: it has {len(np.unique(order))} different values, too few for {folds} folds "
            "that are not cut within a value; use fewer --folds, or a finer column"
        )
    before, *validations = (rows[cuts[n] : cuts[n + 1]] for n in range(folds + 1))
    return make_expanding_split(np.sort(rows[end:]), before, validations)


def _first_alike(places: np.ndarray, cut: int) -> int:
    """Return the first row that stands at the same place as the one after a cut."""
    return int(np.searchsorted(places, places[cut]))
