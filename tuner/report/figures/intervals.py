"""Named scores with their intervals: settings of a hyperparameter, baselines or studies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tuner.analysis import clip_interval
from tuner.report.figures.theme import BLUE, GREY, make_score_axis
from tuner.scoring import OBJECTIVES
from tuner.words import say_name

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

__all__ = ["Estimate", "draw_intervals"]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A named score with its interval.

    Attributes:
        name: The name at the axis.
        score: The score.
        low: Lower end of the interval.
        high: Upper end of the interval.
        leads: Whether the score is the best, or cannot be told apart from the best. Defaults to
            True.
        note: Which trial the score is of, for the tooltip. Defaults to "".
    """

    name: str
    score: float
    low: float
    high: float
    leads: bool = True
    note: str = ""


def draw_intervals(
    estimates: Sequence[Estimate], title: str, objective: str, *, legend: tuple[str, str]
) -> alt.LayerChart:
    """Return a point and an interval for each estimate, in the given order from top to bottom.

    Args:
        estimates: The scores.
        title: The title of the names' axis; empty for none.
        objective: The objective that the scores are of. Intervals are clipped to possible scores.
        legend: The names of the leading estimates and of the others.
    """
    import altair as alt

    frame = _make_frame(estimates, objective, legend)
    axis = make_score_axis(objective, [*frame.low, *frame.high])
    names = alt.Y(
        "name:N",
        title=title or None,
        sort=None,
        axis=alt.Axis(labelLimit=150, ticks=False, domain=False, grid=True),
    )
    color = alt.Color(
        "group:N",
        scale=alt.Scale(domain=list(legend), range=[BLUE, GREY]),
        legend=None if frame.group.nunique() == 1 else alt.Legend(),
    )
    tooltip = [
        alt.Tooltip("name:N", title=title or "name"),
        alt.Tooltip("score:Q", title=say_name(objective), format=".4f"),
        alt.Tooltip("low:Q", title="95 % interval from", format=".4f"),
        alt.Tooltip("high:Q", title="to", format=".4f"),
        alt.Tooltip("note:N", title="note"),
    ]
    base = alt.Chart(frame).encode(y=names, color=color, tooltip=tooltip)
    rules = base.mark_rule(strokeWidth=2.5).encode(x=alt.X("low:Q", **axis), x2="high:Q")
    points = base.mark_circle(size=110, opacity=1).encode(x=alt.X("score:Q", **axis))
    return alt.layer(rules, points)


def _make_frame(
    estimates: Sequence[Estimate], objective: str, legend: tuple[str, str]
) -> pd.DataFrame:
    import pandas as pd

    maximise = OBJECTIVES[objective].maximise
    rows = []
    for estimate in estimates:
        low, high = clip_interval(estimate.low, estimate.high, maximise=maximise)
        row = {
            "name": estimate.name,
            "score": estimate.score,
            "low": low,
            "high": high,
            "note": estimate.note,
            "group": legend[0] if estimate.leads else legend[1],
        }
        rows.append(row)
    return pd.DataFrame(rows)
