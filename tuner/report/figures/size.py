"""Score against size, and the networks that no other beats in both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from tuner.report.figures.theme import BLUE, GREY, INK, ORANGE, number_axis, score_axis
from tuner.report.figures.trials import Trials

if TYPE_CHECKING:
    import altair as alt

__all__ = ["score_against_size"]


def score_against_size(
    trials: Trials, front: Sequence[int], named: Mapping[int, str]
) -> alt.LayerChart:
    """Return the score of each completed trial by its number of weights, and the Pareto front.

    Args:
        trials: The study's.
        front: The trials on the front.
        named: What is written beside a trial: `best`, `smallest`.
    """
    import altair as alt

    frame = trials.frame[trials.frame.status == "completed"]
    frame = frame.assign(
        place=frame.trial.isin(list(front)).map({True: "on the front", False: "beaten in both"}),
        name=frame.trial.map(dict(named)),
    )
    axis = score_axis(trials.objective, frame.score.tolist())
    sizes = number_axis(frame.parameters.tolist(), log=True)
    x = alt.X("parameters:Q", title="parameters (weights and biases)", **sizes)
    y = alt.Y("score:Q", **axis)
    color = alt.Color(
        "place:N", scale=alt.Scale(domain=["on the front", "beaten in both"], range=[BLUE, GREY])
    )
    base = alt.Chart(frame)
    errors = base.mark_rule(opacity=0.35).encode(
        x=x, y=alt.Y("error_low:Q", **axis), y2="error_high:Q", color=color
    )
    errors.data = frame.assign(
        error_low=(frame.score - frame.error).clip(lower=frame.score.min() / 2),
        error_high=frame.score + frame.error,
    )
    line = (
        alt.Chart(frame[frame.trial.isin(list(front))])
        .mark_line(color=BLUE, interpolate="step-after", strokeDash=[4, 3])
        .encode(x=x, y=y, order="parameters:Q")
    )
    points = base.mark_circle(size=70, opacity=0.9).encode(
        x=x, y=y, color=color, tooltip=trials.tooltips()
    )
    words = (
        alt.Chart(frame.dropna(subset=["name"]))
        .mark_text(align="right", dx=-11, color=INK, fontSize=12, fontWeight="bold", stroke=None)
        .encode(x=x, y=y, text="name:N")
    )
    ring = (
        alt.Chart(frame.dropna(subset=["name"]))
        .mark_point(size=170, color=ORANGE, strokeWidth=2)
        .encode(x=x, y=y, tooltip=trials.tooltips())
    )
    return alt.layer(errors, line, points, ring, words)
