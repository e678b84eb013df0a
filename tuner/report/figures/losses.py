"""Training and validation loss against a hyperparameter: where networks underfit and overfit."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tuner.analysis import Point, Span
from tuner.report.figures.theme import (
    BLUE,
    GREY,
    INK,
    LABEL_EXPRESSION,
    ORANGE,
    has_log_axis,
    make_number_axis,
    make_score_axis,
)
from tuner.report.figures.thinning import cells, thin_marks

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

__all__ = ["draw_losses"]

_LOSSES = {"training": "train_loss", "validation": "validation_loss"}
_TICKS = 12  # values of a hyperparameter that are all ticks of its axis
_VALUES = 100  # of a hyperparameter that a line goes through
_FITS = {"good": "circle", "underfits": "triangle-down", "overfits": "triangle-up"}


def draw_losses(
    points: Sequence[Point],
    spans: Sequence[Span],
    name: str,
    *,
    log: bool,
    what: Mapping[int, str],
) -> alt.LayerChart:
    """Return both losses of trials by a hyperparameter; the shape of a mark says how it fits.

    Where several trials have the same value, the lines join the best of each value.

    Args:
        points: Of one group.
        spans: Of the same group; they are shaded.
        name: The hyperparameter.
        log: Whether its axis is logarithmic.
        what: A trial's hyperparameters in words, by number.
    """
    import altair as alt

    frame = _frame(points, what)
    values, losses = frame.x.tolist(), frame.loss.tolist()
    x = alt.X("x:Q", title=name, **_axis(values, log=log))
    y = alt.Y("loss:Q", **make_score_axis("cross_entropy", losses))
    axes = [*(["x"] if log else []), *(["loss"] if has_log_axis("cross_entropy", losses) else [])]
    color = alt.Color("rows:N", scale=alt.Scale(domain=list(_LOSSES), range=[ORANGE, BLUE]))
    shape = alt.Shape("fit:N", scale=alt.Scale(domain=list(_FITS), range=list(_FITS.values())))
    tooltip = [
        alt.Tooltip("trial:Q", title="trial"),
        alt.Tooltip("what:N", title="hyperparameters"),
        alt.Tooltip("rows:N", title="rows"),
        alt.Tooltip("loss:Q", title="cross-entropy", format=".4f"),
        alt.Tooltip("fit:N", title="fit"),
        alt.Tooltip("ended:N", title="ended"),
    ]
    lines = (
        alt.Chart(_best_of_each(frame, log=log))
        .mark_line(strokeWidth=1.5, opacity=0.7)
        .encode(x=x, y=y, color=color)
    )
    marks = (
        alt.Chart(thin_marks(frame, "x", "loss", kinds=["rows", "fit"], log=axes))
        .mark_point(size=55, filled=True, opacity=0.85)
        .encode(x=x, y=y, color=color, shape=shape, tooltip=tooltip)
    )
    return alt.layer(*_shaded(spans, x, values, log=log), lines, marks)


def _frame(points: Sequence[Point], what: Mapping[int, str]) -> pd.DataFrame:
    import pandas as pd

    rows = [
        {
            "trial": point.trial,
            "x": point.x,
            "rows": rows,
            "loss": getattr(point, loss),
            "fit": point.fit,
            "what": what.get(point.trial, ""),
            "ended": "early, since it was beaten" if point.pruned else "at its end",
        }
        for point in points
        for rows, loss in _LOSSES.items()
    ]
    return pd.DataFrame(rows)


def _axis(values: Sequence[float], *, log: bool) -> dict[str, Any]:
    """Return the axis of the hyperparameter; its values are the ticks where they are few."""
    import altair as alt

    ticks = sorted(set(values))
    few = len(ticks) <= _TICKS and all(tick == float(f"{tick:.4g}") for tick in ticks)
    axis = make_number_axis(values, log=log)
    return axis | ({"axis": alt.Axis(values=ticks, labelExpr=LABEL_EXPRESSION)} if few else {})


def _best_of_each(frame: pd.DataFrame, *, log: bool) -> pd.DataFrame:
    """Return the rows of the trial with the least validation loss of each value.

    Many values are put into bins first.
    """
    validation = frame[(frame["rows"] == "validation") & (frame.ended == "at its end")]
    many = validation.x.nunique() > _VALUES
    bins = cells(validation.x, _VALUES, log=log) if many else validation.x
    best = validation.assign(bin=bins).sort_values("loss").drop_duplicates("bin").trial
    return frame[frame.trial.isin(best)].sort_values("x")


def _shaded(spans: Sequence[Span], x: Any, values: Sequence[float], *, log: bool) -> list[Any]:
    """Return areas and their words, which begin at the left half's left ends and end at right ones.

    A single trial has no area: its mark says how it fits.
    """
    import altair as alt
    import pandas as pd

    wide = [span for span in spans if span.low < span.high]
    if not wide:
        return []
    ends = min(values), max(values)
    middle = math.sqrt(ends[0] * ends[1]) if log else sum(ends) / 2
    frame = pd.DataFrame([{"x": each.low, "high": each.high} for each in wide])
    areas = alt.Chart(frame).mark_rect(opacity=0.18, color=GREY).encode(x=x, x2="high:Q")
    left = [span for span in wide if span.low + span.high < 2 * middle]
    begun = [{"x": span.low, "fit": span.fit} for span in left]
    ended = [{"x": span.high, "fit": span.fit} for span in wide if span not in left]
    written = [
        alt.Chart(pd.DataFrame(rows))
        .mark_text(align=align, dx=dx, baseline="top", y=3, color=INK, fontSize=11)
        .encode(x=x, text="fit:N")
        for rows, align, dx in ((begun, "left", 3), (ended, "right", -3))
        if rows
    ]
    return [areas, *written]
