"""NumPy's masked arrays, in which a masked value is a missing one."""

from typing import Any

import numpy as np

__all__ = ["fill_masked"]


def fill_masked(values: Any, *, exact: bool = False) -> Any:
    """Return a masked array with its masked values missing; all else unchanged.

    Args:
        values: An array, or anything else.
        exact: Whether whole numbers stay what they are, as labels have to: as objects, with None
            for what is missing. Otherwise numbers become fractions, with NaN.
    """
    if not isinstance(values, np.ma.MaskedArray) or not np.ma.is_masked(values):
        return values
    if exact or values.dtype.kind not in "biuf":
        filled = np.ma.getdata(values).astype(object)
        filled[np.ma.getmaskarray(values)] = None
        return filled
    return np.where(np.ma.getmaskarray(values), np.nan, np.ma.getdata(values))
