"""Score against the cost of a network, with the Pareto front of the two."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

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

_UNUSED_COLUMNS = ["description", "reason", "low", "high"]
_MILLISECONDS = 1000  # of a second


def draw_score_by_size(
    trials: Trials, front: Sequence[int], labels: Mapping[int, str]
) -> alt.LayerChart:
    """Return the score of each completed trial against its number of parameters.

    Args:
        trials: The study's trials.
        front: The trials on the Pareto front.
        labels: The text beside a trial, such as `best` or `smallest`.
    """
    frame = trials.frame.assign(cost=trials.frame.parameters)
    frame = _mark_trials(frame, front, labels)
    title = "parameters (weights and biases)"
    return _draw(frame, trials.objective, title=title, tooltip=trials.make_tooltips())


def draw_score_by_time(
    trials: Trials,
    times: Mapping[int, PredictionTime],
    front: Sequence[int],
    labels: Mapping[int, str],
) -> alt.LayerChart:
    """Return the score of each measured trial against its prediction time.

    Args:
        trials: The study's trials.
        times: The prediction time of a trial, by its number.
        front: The trials on the Pareto front.
        labels: The text beside a trial, such as `best` or `smallest`.
    """
    import altair as alt

    batch = {trial: _MILLISECONDS * time.batch for trial, time in times.items()}
    row = {trial: _MILLISECONDS * time.row for trial, time in times.items()}
    frame = trials.frame[trials.frame.trial.isin(list(times))]
    frame = frame.assign(cost=frame.trial.map(batch), row=frame.trial.map(row))
    tooltip = [
        *trials.make_tooltips(),
        alt.Tooltip("cost:Q", title=f"ms for {BATCH:,} rows", format=".2~r"),
        alt.Tooltip("row:Q", title="ms for one row", format=".2~r"),
    ]
    frame = _mark_trials(frame, front, labels)
    title = f"milliseconds to predict {BATCH:,} rows at once"
    return _draw(frame, trials.objective, title=title, tooltip=tooltip)


def _mark_trials(
    frame: pd.DataFrame, front: Sequence[int], labels: Mapping[int, str]
) -> pd.DataFrame:
    """Return the completed trials with their place, their label and the ends of an error bar."""
    frame = frame[frame.status == "completed"]
    on_front = frame.trial.isin(list(front))
    return frame.drop(columns=_UNUSED_COLUMNS).assign(
        place=on_front.map({True: "on the front", False: "beaten in both"}),
        name=frame.trial.map(dict(labels)),
        error_low=(frame.score - frame.error).clip(lower=frame.score.min() / 2),
        error_high=frame.score + frame.error,
    )


def _draw(
    frame: pd.DataFrame, objective: str, *, title: str, tooltip: list[alt.Tooltip]
) -> alt.LayerChart:
    """Return the score of completed trials against the column `cost`.

    Args:
        frame: The trials of `_mark_trials`.
        objective: The objective that the scores are of.
        title: What the cost is, with its unit.
        tooltip: What hovering over a mark shows.
    """
    import altair as alt

    scores = frame.score.tolist()
    axis = make_score_axis(objective, scores)
    x = alt.X("cost:Q", title=title, **make_number_axis(frame.cost.tolist(), log=True))
    y = alt.Y("score:Q", **axis)
    places = alt.Scale(domain=["on the front", "beaten in both"], range=[BLUE, GREY])
    color = alt.Color("place:N", scale=places)
    log = ["cost", *(["score"] if has_log_axis(objective, scores) else [])]
    on_front = frame.place == "on the front"
    keep = on_front | frame.name.notna()
    base = alt.Chart(thin_marks(frame, "cost", "score", log=log, keep=keep))
    errors = base.mark_rule(opacity=0.35).encode(
        x=x, y=alt.Y("error_low:Q", **axis), y2="error_high:Q", color=color
    )
    line = (
        alt.Chart(frame[on_front])
        .mark_line(color=BLUE, interpolate="step-after", strokeDash=[4, 3])
        .encode(x=x, y=y, order="cost:Q")
    )
    points = base.mark_circle(size=70, opacity=0.9).encode(x=x, y=y, color=color, tooltip=tooltip)
    return alt.layer(errors, line, points, *_draw_labels(frame, x, y, tooltip))


def _draw_labels(frame: pd.DataFrame, x: Any, y: Any, tooltip: list[alt.Tooltip]) -> list[Any]:
    """Return a ring around each trial with a label, and the label on the side with more room."""
    import altair as alt

    labelled = frame.dropna(subset=["name"])
    ring = (
        alt.Chart(labelled)
        .mark_point(size=170, color=ORANGE, strokeWidth=2)
        .encode(x=x, y=y, tooltip=tooltip)
    )
    in_left_half = labelled.cost < float(np.sqrt(frame.cost.min() * frame.cost.max()))
    labels = [
        alt.Chart(rows)
        .mark_text(
            align=align, dx=dx, dy=-12, color=INK, fontSize=12, fontWeight="bold", stroke=None
        )
        .encode(x=x, y=y, text="name:N")
        for rows, align, dx in (
            (labelled[in_left_half], "left", 6),
            (labelled[~in_left_half], "right", -6),
        )
        if len(rows)
    ]
    return [ring, *labels]
