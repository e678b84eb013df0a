"""The trials one after another: the best so far, and which were pruned or failed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tuner.report.figures.theme import BLUE, GREY, INK, RED, has_log_axis, make_score_axis
from tuner.report.figures.thinning import thin_marks
from tuner.report.figures.trials import STATUSES, Trials

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

__all__ = ["compute_best_so_far", "draw_trials_over_time"]


def draw_trials_over_time(trials: Trials) -> alt.LayerChart:
    """Return the score of each trial by its number, and the best completed one so far.

    A trial that failed has no score; it stands at the edge where bad scores are.
    """
    import altair as alt

    frame, best = trials.frame, compute_best_so_far(trials)
    values = frame.score[frame.status != "failed"].tolist()
    axis = make_score_axis(trials.objective, values)
    frame = thin_marks(
        frame,
        "trial",
        "score",
        kinds=["status"],
        log=["score"] if has_log_axis(trials.objective, values) else [],
        keep=frame.trial.isin(best.trial),
    )
    scored = frame[frame.status != "failed"]
    x = alt.X(
        "trial:Q",
        title="trial (in the order of proposal)",
        axis=alt.Axis(tickMinStep=1, tickCount=10),
        scale=alt.Scale(nice=False, padding=12),
    )
    kinds = {
        "color": alt.Color("status:N", scale=alt.Scale(domain=STATUSES, range=[BLUE, GREY, RED])),
        "shape": alt.Shape(
            "status:N", scale=alt.Scale(domain=STATUSES, range=["circle", "triangle-down", "cross"])
        ),
    }
    points = (
        alt.Chart(scored)
        .mark_point(size=60, filled=True, opacity=0.85)
        .encode(x=x, y=alt.Y("score:Q", **axis), tooltip=trials.tooltips(), **kinds)
    )
    edge = 8 if not trials.maximise else alt.ExprRef("height - 8")
    failed = (
        alt.Chart(frame[frame.status == "failed"])
        .mark_point(size=60, filled=True, y=edge)
        .encode(x=x, tooltip=trials.tooltips(failed=True), **kinds)
    )
    line = (
        alt.Chart(best)
        .mark_line(interpolate="step-after", color=INK, strokeWidth=1.5)
        .encode(x=x, y=alt.Y("best:Q", **axis))
    )
    layers = [line, points] if len(scored) == len(frame) else [line, points, failed]
    return alt.layer(*layers)


def compute_best_so_far(trials: Trials) -> pd.DataFrame:
    """Return the score of the best completed trial so far: columns `trial`, `best`.

    It has the trials that are better than all before them, and the last one, where the line ends.
    """
    frame = trials.frame
    completed = frame.score.where(frame.status == "completed")
    best = completed.cummax() if trials.maximise else completed.cummin()
    found = frame[["trial"]].assign(best=best.ffill()).dropna()
    return found[~found.best.duplicated() | (found.trial == found.trial.max())]
