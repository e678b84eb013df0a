"""Thinning of charts with thousands of trials: marks that others cover are dropped."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["assign_cells", "note_thinning", "thin_marks"]

_MAX_MARKS = 1500  # a chart of no more marks is not thinned
# A chart has about 1,000 by 300 pixels and a mark 8 by 8, so two marks in a cell look like one.
_COLUMNS, _ROWS = 120, 36
_MIN_LOG_VALUE = 1e-12  # smaller numbers have no place on a logarithmic axis


def thin_marks(
    frame: pd.DataFrame,
    x: str,
    y: str,
    *,
    kinds: Sequence[str] = (),
    log: Collection[str] = (),
    keep: pd.Series | None = None,
) -> pd.DataFrame:
    """Return the rows of a chart without those that others cover.

    The chart is divided into cells of a mark's size. Each cell keeps its first row of each kind.

    Args:
        frame: One row per mark. If there are few, all of them are returned.
        x: The column of the horizontal axis.
        y: The column of the vertical axis; a row without a number stands at the edge.
        kinds: Columns by which marks differ in colour or shape.
        log: The columns whose axes are logarithmic.
        keep: Whether a row is kept in any case, shape `(rows,)`. Defaults to None for no row.
    """
    import pandas as pd

    if len(frame) <= _MAX_MARKS:
        return frame
    cells = {
        "x": assign_cells(frame[x], _COLUMNS, log=x in log),
        "y": assign_cells(frame[y], _ROWS, log=y in log),
        **{f"kind {name}": frame[name] for name in kinds},
    }
    is_first = ~pd.DataFrame(cells).duplicated()
    return frame[is_first if keep is None else is_first | keep]


def note_thinning(marks: int) -> str:
    """Return the caption's sentence about thinning for a chart of this many marks.

    It is empty if the chart shows all marks.
    """
    return " Where marks overlap, only one of them is drawn." if marks > _MAX_MARKS else ""


def assign_cells(values: pd.Series, count: int, *, log: bool) -> pd.Series:
    """Return the cell of an axis that each number lies in; -1 if it is not a number.

    Args:
        values: The numbers.
        count: How many cells the axis has.
        log: Whether the axis is logarithmic.
    """
    import numpy as np

    numbers = np.log(values.clip(lower=_MIN_LOG_VALUE)) if log else values
    low, high = numbers.min(), numbers.max()
    return ((numbers - low) / (high - low) * count).fillna(-1.0).astype(int)
