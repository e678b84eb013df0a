"""The progress of several searches towards their best trial."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from tuner.report.figures.theme import (
    COLOURS,
    has_log_axis,
    make_score_axis,
    make_trial_axis,
)
from tuner.report.figures.thinning import thin_marks
from tuner.report.figures.trials import Trials
from tuner.report.figures.trials_over_time import compute_best_so_far
from tuner.words import say_name

if TYPE_CHECKING:
    import altair as alt

__all__ = ["draw_progress"]

_COLUMNS = ["trial", "score", "parameters", "description"]
_DASHES = ([1, 0], [6, 3], [2, 2], [8, 3, 2, 3])


def draw_progress(studies: Mapping[str, Trials], objective: str) -> alt.LayerChart:
    """Return the best completed trial so far of each study, and all completed trials.

    Args:
        studies: The trials of each study, by its name.
        objective: The objective that all studies optimised.
    """
    import altair as alt
    import pandas as pd

    lines = pd.concat(
        [compute_best_so_far(trials).assign(study=name) for name, trials in studies.items()]
    )
    points = pd.concat(
        [
            trials.frame.loc[trials.frame.status == "completed", _COLUMNS].assign(study=name)
            for name, trials in studies.items()
        ],
        ignore_index=True,
    )
    scores = points.score.tolist()
    axis = make_score_axis(objective, scores)
    log = ["score"] if has_log_axis(objective, scores) else []
    points = thin_marks(points, "trial", "score", kinds=["study"], log=log)
    x = make_trial_axis()
    color, dash = _make_line_styles(list(studies))
    best = (
        alt.Chart(lines)
        .mark_line(interpolate="step-after", strokeWidth=2)
        .encode(x=x, y=alt.Y("best:Q", **axis), color=color, strokeDash=dash)
    )
    tooltip = _make_tooltip(objective)
    marks = (
        alt.Chart(points)
        .mark_circle(size=45, opacity=0.6)
        .encode(x=x, y=alt.Y("score:Q", **axis), color=color, tooltip=tooltip)
    )
    return alt.layer(best, marks)


def _make_tooltip(objective: str) -> list[alt.Tooltip]:
    import altair as alt

    return [
        alt.Tooltip("study:N", title="study"),
        alt.Tooltip("trial:Q", title="trial"),
        alt.Tooltip("score:Q", title=say_name(objective), format=".4f"),
        alt.Tooltip("parameters:Q", title="parameters", format=","),
        alt.Tooltip("description:N", title="hyperparameters"),
    ]


def _make_line_styles(names: list[str]) -> tuple[alt.Color, alt.StrokeDash]:
    """Return a colour and a dash pattern for each study, so that no colour is needed to read it."""
    import altair as alt

    colours = [COLOURS[n % len(COLOURS)] for n in range(len(names))]
    dashes = [_DASHES[n % len(_DASHES)] for n in range(len(names))]
    color = alt.Color("study:N", scale=alt.Scale(domain=names, range=colours))
    dash = alt.StrokeDash("study:N", scale=alt.Scale(domain=names, range=dashes), legend=None)
    return color, dash
