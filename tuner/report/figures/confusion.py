"""A confusion matrix."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from tuner.report.figures.theme import BLUE, INK

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

__all__ = ["MAX_CLASSES", "count_confusions", "draw_confusion_matrix"]

MAX_CLASSES = 30
"""How many classes a matrix shows; with more, those that are confused most often."""

_MAX_LABELLED_CLASSES = 12  # with more classes, the cells are too small for counts


def count_confusions(predicted: np.ndarray, y: np.ndarray, classes: int) -> np.ndarray:
    """Return how often rows of each class are predicted as each class.

    **Shape**: `(…, rows)` and `(rows,)` to `(classes, classes)`, true classes first.
    """
    cells = y * classes + predicted
    return np.bincount(cells.ravel(), minlength=classes**2).reshape(classes, classes)


def draw_confusion_matrix(counts: np.ndarray, classes: Sequence[str]) -> alt.LayerChart:
    """Return the share of each true class's rows that were predicted as each class.

    Args:
        counts: Number of predictions, shape `(classes, classes)`, true classes first.
        classes: The names of the classes.
    """
    import altair as alt

    shown = _find_most_confused(counts)
    names = [classes[n] for n in shown]
    plain = {"labelLimit": 110, "grid": False, "ticks": False, "domain": False}
    angle = 0 if max(map(len, names)) < 3 else -40
    x_axis, y_axis = alt.Axis(labelAngle=angle, **plain), alt.Axis(**plain)
    base = alt.Chart(_make_frame(counts, classes, shown)).encode(
        x=alt.X("predicted:N", title="predicted class", sort=names, axis=x_axis),
        y=alt.Y("true:N", title="true class", sort=names, axis=y_axis),
        tooltip=[
            alt.Tooltip("true:N", title="true class"),
            alt.Tooltip("predicted:N", title="predicted class"),
            alt.Tooltip("rows:Q", title="rows", format=","),
            alt.Tooltip("share:Q", title="share of the true class", format=".1%"),
        ],
    )
    # a square root makes single mistakes visible beside whole classes
    scale = alt.Scale(type="sqrt", domain=[0, 1], range=["#f6f8fa", BLUE], interpolate="rgb")
    squares = base.mark_rect(stroke="#ffffff").encode(
        color=alt.Color("share:Q", scale=scale, legend=None)
    )
    if len(shown) > _MAX_LABELLED_CLASSES:
        return alt.layer(squares)
    color = alt.expr.if_(alt.datum.share > 0.35, "#ffffff", INK)
    labels = (
        base.transform_filter("datum.rows > 0")
        .mark_text(fontSize=11, color=alt.ExprRef(str(color)))
        .encode(text=alt.Text("rows:Q", format=","))
    )
    return alt.layer(squares, labels)


def _find_most_confused(counts: np.ndarray) -> list[int]:
    """Return the classes with the most mistakes, in their own order."""
    mistakes = counts.sum(axis=0) + counts.sum(axis=1) - 2 * np.diag(counts)
    return sorted(np.argsort(-mistakes, kind="stable")[:MAX_CLASSES].tolist())


def _make_frame(counts: np.ndarray, classes: Sequence[str], shown: Sequence[int]) -> pd.DataFrame:
    import pandas as pd

    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    cells = [
        {
            "true": classes[i],
            "predicted": classes[j],
            "rows": int(counts[i, j]),
            "share": round(float(shares[i, j]), 4),
        }
        for i in shown
        for j in shown
    ]
    return pd.DataFrame(cells)
