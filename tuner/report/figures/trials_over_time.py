"""The trials in the order of their proposal, with the best so far."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from tuner.report.figures.theme import (
    BLUE,
    GREY,
    INK,
    RED,
    has_log_axis,
    make_score_axis,
    make_trial_axis,
)
from tuner.report.figures.thinning import thin_marks
from tuner.report.figures.trials import Trials

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

__all__ = ["compute_best_so_far", "draw_trials_over_time"]

_MARKS = {
    "completed": (BLUE, "circle"),
    "pruned": (GREY, "triangle-down"),
    "failed": (RED, "cross"),
}


def draw_trials_over_time(trials: Trials) -> alt.LayerChart:
    """Return the score of each trial by its number, and the best completed trial so far.

    A failed trial has no score; it stands at the edge of bad scores.
    """
    import altair as alt

    frame, best = trials.frame, compute_best_so_far(trials)
    scores = frame.score[frame.status != "failed"].tolist()
    axis = make_score_axis(trials.objective, scores)
    log = ["score"] if has_log_axis(trials.objective, scores) else []
    keep = frame.trial.isin(best.trial)
    frame = thin_marks(frame, "trial", "score", kinds=["status"], log=log, keep=keep)
    scored = frame[frame.status != "failed"]
    x, marks = make_trial_axis(), _make_marks({*frame.status})
    points = (
        alt.Chart(scored)
        .mark_point(size=60, filled=True, opacity=0.85)
        .encode(x=x, y=alt.Y("score:Q", **axis), tooltip=trials.make_tooltips(), **marks)
    )
    edge = 8 if not trials.maximise else alt.ExprRef("height - 8")
    failed = (
        alt.Chart(frame[frame.status == "failed"])
        .mark_point(size=60, filled=True, y=edge)
        .encode(x=x, tooltip=trials.make_tooltips(failed=True), **marks)
    )
    line = (
        alt.Chart(best)
        .mark_line(interpolate="step-after", color=INK, strokeWidth=1.5)
        .encode(x=x, y=alt.Y("best:Q", **axis))
    )
    layers = [line, points] if len(scored) == len(frame) else [line, points, failed]
    return alt.layer(*layers)


def _make_marks(statuses: Collection[str]) -> dict[str, Any]:
    """Return the colour and the shape of each status that trials have."""
    import altair as alt

    there = [status for status in _MARKS if status in statuses]
    colours, shapes = zip(*(_MARKS[status] for status in there), strict=True)
    return {
        "color": alt.Color("status:N", scale=alt.Scale(domain=there, range=list(colours))),
        "shape": alt.Shape("status:N", scale=alt.Scale(domain=there, range=list(shapes))),
    }


def compute_best_so_far(trials: Trials) -> pd.DataFrame:
    """Return the score of the best completed trial so far, in the columns `trial` and `best`.

    Rows are the trials that are better than all before them, and the last trial, at which the
    line ends.
    """
    frame = trials.frame
    completed = frame.score.where(frame.status == "completed")
    best = completed.cummax() if trials.maximise else completed.cummin()
    steps = frame[["trial"]].assign(best=best.ffill()).dropna()
    return steps[~steps.best.duplicated() | (steps.trial == steps.trial.max())]
