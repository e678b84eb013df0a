"""Score against what a network costs, and the networks that no other beats in both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from tuner.report.figures.theme import (
    BLUE,
    GREY,
    INK,
    ORANGE,
    has_log_axis,
    make_number_axis,
    make_score_axis,
)
from tuner.report.figures.thinning import thin_marks
from tuner.report.figures.trials import Trials
from tuner.study import BATCH, PredictionTime

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

__all__ = ["draw_score_by_size", "draw_score_by_time"]

_UNUSED = ["what", "reason", "low", "high"]  # columns that these charts do not show
_MILLISECONDS = 1000


def draw_score_by_size(
    trials: Trials, front: Sequence[int], named: Mapping[int, str]
) -> alt.LayerChart:
    """Return the score of each completed trial by its number of weights, and the Pareto front.

    Args:
        trials: The study's.
        front: The trials on the front.
        named: What is written beside a trial: `best`, `smallest`.
    """
    frame = trials.frame.assign(cost=trials.frame.parameters)
    title = "parameters (weights and biases)"
    return _chart(trials, frame, (front, named), title=title, tooltips=trials.tooltips())


def draw_score_by_time(
    trials: Trials,
    times: Mapping[int, PredictionTime],
    front: Sequence[int],
    named: Mapping[int, str],
) -> alt.LayerChart:
    """Return the score of each trial that was measured by its prediction time, and the front.

    Args:
        trials: The study's.
        times: The seconds of a trial's predictions, by its number.
        front: The trials on the front.
        named: What is written beside a trial: `best`, `smallest`.
    """
    import altair as alt

    batch = {trial: _MILLISECONDS * time.batch for trial, time in times.items()}
    row = {trial: _MILLISECONDS * time.row for trial, time in times.items()}
    frame = trials.frame[trials.frame.trial.isin(list(times))]
    frame = frame.assign(cost=frame.trial.map(batch), row=frame.trial.map(row))
    title = f"milliseconds to predict {BATCH:,} rows at once"
    tooltips = [
        *trials.tooltips(),
        alt.Tooltip("cost:Q", title=f"ms for {BATCH:,} rows", format=".2~r"),
        alt.Tooltip("row:Q", title="ms for one row", format=".2~r"),
    ]
    return _chart(trials, frame, (front, named), title=title, tooltips=tooltips)


def _chart(
    trials: Trials,
    frame: pd.DataFrame,
    marked: tuple[Sequence[int], Mapping[int, str]],
    *,
    title: str,
    tooltips: Sequence[alt.Tooltip],
) -> alt.LayerChart:
    """Return the score of completed trials by the column `cost`.

    Args:
        trials: The study's.
        frame: Some of their rows, with their `cost`.
        marked: The trials on the front, and what is written beside some trials.
        title: What the cost is, with its unit.
        tooltips: What hovering shows.
    """
    import altair as alt

    front, named = marked
    frame = _marked(frame, front, named)
    scores = frame.score.tolist()
    axis = make_score_axis(trials.objective, scores)
    x = alt.X("cost:Q", title=title, **make_number_axis(frame.cost.tolist(), log=True))
    y = alt.Y("score:Q", **axis)
    color = alt.Color(
        "place:N", scale=alt.Scale(domain=["on the front", "beaten in both"], range=[BLUE, GREY])
    )
    log = ["cost", *(["score"] if has_log_axis(trials.objective, scores) else [])]
    keep = frame.trial.isin([*front, *named])
    base = alt.Chart(thin_marks(frame, "cost", "score", log=log, keep=keep))
    errors = base.mark_rule(opacity=0.35).encode(
        x=x, y=alt.Y("error_low:Q", **axis), y2="error_high:Q", color=color
    )
    line = (
        alt.Chart(frame[frame.trial.isin(list(front))])
        .mark_line(color=BLUE, interpolate="step-after", strokeDash=[4, 3])
        .encode(x=x, y=y, order="cost:Q")
    )
    points = base.mark_circle(size=70, opacity=0.9).encode(
        x=x, y=y, color=color, tooltip=list(tooltips)
    )
    written = frame.dropna(subset=["name"])
    beside = alt.Chart(written)
    ring = beside.mark_point(size=170, color=ORANGE, strokeWidth=2).encode(
        x=x, y=y, tooltip=list(tooltips)
    )
    left = written.cost < float(np.sqrt(frame.cost.min() * frame.cost.max()))
    words = [
        alt.Chart(rows)
        .mark_text(
            align=align, dx=dx, dy=-12, color=INK, fontSize=12, fontWeight="bold", stroke=None
        )
        .encode(x=x, y=y, text="name:N")
        for rows, align, dx in ((written[left], "left", 6), (written[~left], "right", -6))
        if len(rows)
    ]
    return alt.layer(errors, line, points, ring, *words)


def _marked(frame: pd.DataFrame, front: Sequence[int], named: Mapping[int, str]) -> pd.DataFrame:
    """Return the completed trials with their places, names and the ends of their error bars."""
    frame = frame[frame.status == "completed"]
    return frame.drop(columns=_UNUSED).assign(
        place=frame.trial.isin(list(front)).map({True: "on the front", False: "beaten in both"}),
        name=frame.trial.map(dict(named)),
        error_low=(frame.score - frame.error).clip(lower=frame.score.min() / 2),
        error_high=frame.score + frame.error,
    )
