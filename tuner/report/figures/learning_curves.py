"""Loss by epoch of one trial: of each fold, and the mean over rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tuner.folds import Split
from tuner.report.figures.theme import BLUE, INK, ORANGE, make_score_axis
from tuner.study import TrialRecord

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

__all__ = ["FOLDS", "draw_learning_curves"]

FOLDS = 30
"""Folds whose curves are drawn at most."""

_EPOCHS = 60  # points of a curve; a longer one is thin_marks
_CURVES = {"training": "loss", "validation": "val_loss"}
_MEAN = "mean"


def draw_learning_curves(record: TrialRecord, split: Split) -> alt.LayerChart:
    """Return the cross-entropy of training and validation rows by epoch.

    Thin lines are folds, thick ones their mean; the dashed line is the epoch that was chosen, the
    best of the mean of the objective.

    Args:
        record: A trial that did not fail.
        split: The study's folds.
    """
    import altair as alt
    import pandas as pd

    frame = _frame(record, split)
    losses = alt.Y("loss:Q", **make_score_axis("cross_entropy", frame.loss.tolist()))
    x = alt.X("epoch:Q", title="epoch", axis=alt.Axis(tickMinStep=1), scale=alt.Scale(nice=False))
    color = alt.Color("rows:N", scale=alt.Scale(domain=list(_CURVES), range=[ORANGE, BLUE]))
    tooltip = [
        alt.Tooltip("rows:N", title="rows"),
        alt.Tooltip("fold:N", title="fold"),
        alt.Tooltip("epoch:Q", title="epoch"),
        alt.Tooltip("loss:Q", title="cross-entropy", format=".4f"),
    ]
    means = frame.fold == _MEAN
    folds = (
        alt.Chart(frame[~means])
        .mark_line(strokeWidth=0.8, opacity=0.5)
        .encode(x=x, y=losses, color=color, detail="fold:N", tooltip=tooltip)
    )
    mean = (
        alt.Chart(frame[means])
        .mark_line(strokeWidth=2.5)
        .encode(x=x, y=losses, color=color, tooltip=tooltip)
    )
    chosen = (
        alt.Chart(pd.DataFrame({"epoch": [record.result.epoch]}))
        .mark_rule(color=INK, strokeDash=[4, 3])
        .encode(x=x, tooltip=alt.Tooltip("epoch:Q", title="chosen epoch"))
    )
    return alt.layer(folds, mean, chosen)


def _frame(record: TrialRecord, split: Split) -> pd.DataFrame:
    import pandas as pd

    means = record.average_curves(split)
    parts = []
    for rows, curve in _CURVES.items():
        lines = {str(n): losses for n, losses in enumerate(record.result.curves[curve][:FOLDS])}
        for fold, losses in {**lines, _MEAN: means[curve]}.items():
            epochs = range(1, len(losses) + 1)
            whole = pd.DataFrame({"rows": rows, "fold": fold, "epoch": epochs, "loss": losses})
            parts.append(whole[:: -(-len(losses) // _EPOCHS)])
    return pd.concat(parts, ignore_index=True).round({"loss": 5})
