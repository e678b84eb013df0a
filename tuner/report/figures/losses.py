"""Training and validation loss against a hyperparameter: where networks underfit or overfit."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tuner.analysis import Point, Span
from tuner.report.figures.theme import (
    BLUE,
    GREY,
    INK,
    ORANGE,
    TICK_LABEL,
    has_log_axis,
    make_number_axis,
    make_score_axis,
)
from tuner.report.figures.thinning import assign_cells, thin_marks

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

__all__ = ["draw_losses"]

_LOSSES = {"training": "train_loss", "validation": "validation_loss"}
_MAX_TICKS = 12  # with more values of the hyperparameter, not every value has a tick
_MAX_LINE_POINTS = 100  # with more values, the line goes through bins of them
_SHAPES = {"good": "circle", "underfits": "triangle-down", "overfits": "triangle-up"}


def draw_losses(
    points: Sequence[Point],
    spans: Sequence[Span],
    name: str,
    *,
    log: bool,
    descriptions: Mapping[int, str],
) -> alt.LayerChart:
    """Return both losses of each trial against a hyperparameter.

    The shape of a mark says whether the trial underfits or overfits. If several trials have the
    same value, the lines go through the best completed one.

    Args:
        points: The trials of one group.
        spans: The ranges to shade, of the same group.
        name: The hyperparameter.
        log: Whether the hyperparameter's axis is logarithmic.
        descriptions: The hyperparameters of a trial as text, by its number.
    """
    import altair as alt

    frame = _make_frame(points, descriptions)
    values, losses = frame.x.tolist(), frame.loss.tolist()
    x = alt.X("x:Q", title=name, **_make_axis(values, log=log))
    y = alt.Y("loss:Q", **make_score_axis("cross_entropy", losses))
    is_log = {"x": log, "loss": has_log_axis("cross_entropy", losses)}
    log_columns = [column for column, has_log in is_log.items() if has_log]
    color = alt.Color("rows:N", scale=alt.Scale(domain=list(_LOSSES), range=[ORANGE, BLUE]))
    shapes = alt.Scale(domain=list(_SHAPES), range=list(_SHAPES.values()))
    shape, tooltip = alt.Shape("fit:N", scale=shapes), _make_tooltip()
    best = _select_best(frame, log=log)
    lines = alt.Chart(best).mark_line(strokeWidth=1.5, opacity=0.7).encode(x=x, y=y, color=color)
    marks = (
        alt.Chart(thin_marks(frame, "x", "loss", kinds=["rows", "fit"], log=log_columns))
        .mark_point(size=55, filled=True, opacity=0.85)
        .encode(x=x, y=y, color=color, shape=shape, tooltip=tooltip)
    )
    shaded = _draw_shaded(spans, x, values, log=log)
    return alt.layer(*shaded, *([lines] if len(best) else []), marks)


def _make_tooltip() -> list[alt.Tooltip]:
    import altair as alt

    return [
        alt.Tooltip("trial:Q", title="trial"),
        alt.Tooltip("description:N", title="hyperparameters"),
        alt.Tooltip("rows:N", title="rows"),
        alt.Tooltip("loss:Q", title="cross-entropy", format=".4f"),
        alt.Tooltip("fit:N", title="fit"),
        alt.Tooltip("ended:N", title="ended"),
    ]


def _make_frame(points: Sequence[Point], descriptions: Mapping[int, str]) -> pd.DataFrame:
    import pandas as pd

    rows = [
        {
            "trial": point.trial,
            "x": point.x,
            "rows": rows,
            "loss": getattr(point, loss),
            "fit": point.fit,
            "description": descriptions.get(point.trial, ""),
            "ended": "early, because it was pruned" if point.pruned else "at its end",
        }
        for point in points
        for rows, loss in _LOSSES.items()
    ]
    return pd.DataFrame(rows)


def _make_axis(values: Sequence[float], *, log: bool) -> dict[str, Any]:
    """Return the axis of the hyperparameter; if there are few values, each has a tick."""
    import altair as alt

    ticks = sorted(set(values))
    are_few = len(ticks) <= _MAX_TICKS and all(tick == float(f"{tick:.4g}") for tick in ticks)
    axis = make_number_axis(values, log=log)
    return axis | ({"axis": alt.Axis(values=ticks, labelExpr=TICK_LABEL)} if are_few else {})


def _select_best(frame: pd.DataFrame, *, log: bool) -> pd.DataFrame:
    """Return the rows of the trial with the lowest validation loss at each value or bin."""
    validation = frame[(frame["rows"] == "validation") & (frame.ended == "at its end")]
    are_many = validation.x.nunique() > _MAX_LINE_POINTS
    bins = assign_cells(validation.x, _MAX_LINE_POINTS, log=log) if are_many else validation.x
    best = validation.assign(bin=bins).sort_values("loss").drop_duplicates("bin").trial
    return frame[frame.trial.isin(best)].sort_values("x")


def _draw_shaded(spans: Sequence[Span], x: Any, values: Sequence[float], *, log: bool) -> list[Any]:
    """Return shaded areas with their words.

    In the left half of the chart, a word begins at its area's left end; in the right half, it ends
    at the right end. A single trial has no area, because the shape of its mark says how it fits.
    """
    import altair as alt
    import pandas as pd

    areas = [span for span in spans if span.low < span.high]
    if not areas:
        return []
    low, high = min(values), max(values)
    middle = math.sqrt(low * high) if log else (low + high) / 2
    frame = pd.DataFrame([{"x": span.low, "high": span.high} for span in areas])
    shaded = alt.Chart(frame).mark_rect(opacity=0.18, color=GREY).encode(x=x, x2="high:Q")
    in_left_half = [span for span in areas if span.low + span.high < 2 * middle]
    left = [{"x": span.low, "fit": span.fit} for span in in_left_half]
    right = [{"x": span.high, "fit": span.fit} for span in areas if span not in in_left_half]
    words = [
        alt.Chart(pd.DataFrame(rows))
        .mark_text(align=align, dx=dx, baseline="top", y=3, color=INK, fontSize=11)
        .encode(x=x, text="fit:N")
        for rows, align, dx in ((left, "left", 3), (right, "right", -3))
        if rows
    ]
    return [shaded, *words]
