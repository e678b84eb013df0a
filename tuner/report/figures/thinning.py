"""Charts of thousands of trials: those that others lie on are not drawn."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["cells", "note_thinning", "thin_marks"]

_DRAWN = 1500  # marks up to which a chart has all of them
# A chart is about 1,000 by 300 pixels, and a mark 8 by 8: no eye tells two of a cell apart.
_COLUMNS, _ROWS = 120, 36
_SMALLEST = 1e-12  # a number that has a place on a logarithmic axis


def thin_marks(
    frame: pd.DataFrame,
    x: str,
    y: str,
    *,
    kinds: Sequence[str] = (),
    log: Collection[str] = (),
    keep: pd.Series | None = None,
) -> pd.DataFrame:
    """Return the rows of a chart without those that others lie on.

    The chart is cut into cells of a mark's size, and each cell has the first row of each kind.

    Args:
        frame: A row a mark; all of them are returned where there are few.
        x: The column of the horizontal axis.
        y: That of the vertical one; what has no number there stands at the edge.
        kinds: Columns by which marks differ in colour or shape.
        log: Which of the axes are logarithmic.
        keep: Which rows are returned wherever they lie, shape `(rows,)`; None for no others.
    """
    import pandas as pd

    if len(frame) <= _DRAWN:
        return frame
    places = {
        "x": cells(frame[x], _COLUMNS, log=x in log),
        "y": cells(frame[y], _ROWS, log=y in log),
        **{f"kind {name}": frame[name] for name in kinds},
    }
    first = ~pd.DataFrame(places).duplicated()
    return frame[first if keep is None else first | keep]


def note_thinning(marks: int) -> str:
    """Return what the caption of a chart of so many marks says of it; empty where it has all."""
    return " Where marks lie on each other, one of them is drawn." if marks > _DRAWN else ""


def cells(values: pd.Series, count: int, *, log: bool) -> pd.Series:
    """Return in which of so many cells of an axis each number lies; -1 for what is no number."""
    import numpy as np

    numbers = np.log(values.clip(lower=_SMALLEST)) if log else values
    low, high = numbers.min(), numbers.max()
    return ((numbers - low) / (high - low) * count).fillna(-1.0).astype(int)
