"""Named scores with their intervals: settings of a hyperparameter, baselines, studies."""

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

__all__ = ["Estimate", "draw_intervals"]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A named score.

    Attributes:
        name: What it is of.
        score: The score.
        low: Lower end of its interval.
        high: Upper end.
        leads: Whether it is the best, or cannot be told apart from the best.
        note: What hovering shows beside: which trial, of how many.
    """

    name: str
    score: float
    low: float
    high: float
    leads: bool = True
    note: str = ""


def draw_intervals(
    of: Sequence[Estimate], title: str, objective: str, *, told: tuple[str, str]
) -> alt.LayerChart:
    """Return a point and an interval for each estimate, from top to bottom.

    Args:
        of: The estimates.
        title: What they are of; empty where their names say it.
        objective: What the scores are of; intervals are cut at what it can be.
        told: What the legend calls those that lead, and the others.
    """
    import altair as alt
    import pandas as pd

    maximise = OBJECTIVES[objective].direction == "max"
    ends = [clip_interval(each.low, each.high, maximise=maximise) for each in of]
    rows = [
        {
            "name": each.name,
            "score": each.score,
            "low": low,
            "high": high,
            "note": each.note,
            "told": told[0] if each.leads else told[1],
        }
        for each, (low, high) in zip(of, ends, strict=True)
    ]
    frame = pd.DataFrame(rows)
    axis = make_score_axis(objective, [*frame.low, *frame.high])
    names = alt.Y(
        "name:N",
        title=title or None,
        sort=None,
        axis=alt.Axis(labelLimit=150, ticks=False, domain=False, grid=True),
    )
    one_kind = frame.told.nunique() == 1
    color = alt.Color(
        "told:N",
        scale=alt.Scale(domain=list(told), range=[BLUE, GREY]),
        legend=None if one_kind else alt.Legend(),
    )
    tooltip = [
        alt.Tooltip("name:N", title=title or "of"),
        alt.Tooltip("score:Q", title=say_name(objective), format=".4f"),
        alt.Tooltip("low:Q", title="95 % from", format=".4f"),
        alt.Tooltip("high:Q", title="to", format=".4f"),
        alt.Tooltip("note:N", title="is"),
    ]
    base = alt.Chart(frame).encode(y=names, color=color, tooltip=tooltip)
    rules = base.mark_rule(strokeWidth=2.5).encode(x=alt.X("low:Q", **axis), x2="high:Q")
    points = base.mark_circle(size=110, opacity=1).encode(x=alt.X("score:Q", **axis))
    return alt.layer(rules, points)
