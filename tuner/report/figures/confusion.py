"""Which classes are taken for which."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from tuner.report.figures.theme import BLUE, INK

if TYPE_CHECKING:
    import altair as alt

__all__ = ["CLASSES", "count_confusions", "draw_confusion_matrix"]

CLASSES = 30
"""Classes that a matrix shows at most: those that are confused most often."""

_WRITTEN = 12  # classes up to which counts are written into the cells


def count_confusions(probabilities: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return how many predictions of rows of each class are each class.

    **Shape**: `(…, rows, classes)` and `(rows,)` to `(classes, classes)`, true classes first.
    """
    classes = probabilities.shape[-1]
    cells = y * classes + probabilities.argmax(axis=-1)
    return np.bincount(cells.ravel(), minlength=classes**2).reshape(classes, classes)


def draw_confusion_matrix(counts: np.ndarray, classes: Sequence[str]) -> alt.LayerChart:
    """Return the share of each class's rows that were given each class.

    Args:
        counts: Shape `(classes, classes)`, true classes first.
        classes: Their names.
    """
    import altair as alt
    import pandas as pd

    shown = _most_confused(counts)
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
    names = [classes[n] for n in shown]
    plain = {"labelLimit": 110, "grid": False, "ticks": False, "domain": False}
    angle = 0 if max(map(len, names)) < 3 else -40
    base = alt.Chart(pd.DataFrame(cells)).encode(
        x=alt.X(
            "predicted:N",
            title="predicted class",
            sort=names,
            axis=alt.Axis(labelAngle=angle, **plain),
        ),
        y=alt.Y("true:N", title="true class", sort=names, axis=alt.Axis(**plain)),
        tooltip=[
            alt.Tooltip("true:N", title="true class"),
            alt.Tooltip("predicted:N", title="predicted"),
            alt.Tooltip("rows:Q", title="rows", format=","),
            alt.Tooltip("share:Q", title="of this class", format=".1%"),
        ],
    )
    # by the square root, so that single mistakes are seen beside whole classes
    scale = alt.Scale(type="sqrt", domain=[0, 1], range=["#f6f8fa", BLUE], interpolate="rgb")
    squares = base.mark_rect(stroke="#ffffff").encode(
        color=alt.Color("share:Q", scale=scale, legend=None)
    )
    if len(shown) > _WRITTEN:
        return alt.layer(squares)
    dark = alt.expr.if_(alt.datum.share > 0.35, "#ffffff", INK)
    counts_written = (
        base.transform_filter("datum.rows > 0")
        .mark_text(fontSize=11, color=alt.ExprRef(str(dark)))
        .encode(text=alt.Text("rows:Q", format=","))
    )
    return alt.layer(squares, counts_written)


def _most_confused(counts: np.ndarray) -> list[int]:
    """Return the classes with most mistakes, in their own order."""
    wrong = counts.sum(axis=0) + counts.sum(axis=1) - 2 * np.diag(counts)
    return sorted(np.argsort(-wrong, kind="stable")[:CLASSES].tolist())
