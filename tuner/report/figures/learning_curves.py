"""Learning curves of one trial: the loss by epoch, for each fold and as the mean over rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tuner.folds import Split
from tuner.report.figures.theme import BLUE, INK, ORANGE, make_score_axis
from tuner.study import TrialRecord

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

__all__ = ["MAX_FOLDS", "draw_learning_curves"]

MAX_FOLDS = 30
"""How many folds' curves are drawn."""

_MAX_POINTS = 60  # of a curve; a longer one is thinned
_CURVES = {"training": "loss", "validation": "val_loss"}
_MEAN = "mean"


def draw_learning_curves(record: TrialRecord, split: Split) -> alt.LayerChart:
    """Return the cross-entropy of training and validation rows by epoch.

    Thin lines are folds, thick lines their mean. The dashed line is the best epoch of the
    objective's mean.

    Args:
        record: A trial that did not fail.
        split: The study's folds.
    """
    import altair as alt
    import pandas as pd

    frame = _make_frame(record, split)
    losses = alt.Y("loss:Q", **make_score_axis("cross_entropy", frame.loss.tolist()))
    x = alt.X("epoch:Q", title="epoch", axis=alt.Axis(tickMinStep=1), scale=alt.Scale(nice=False))
    color = alt.Color("rows:N", scale=alt.Scale(domain=list(_CURVES), range=[ORANGE, BLUE]))
    tooltip = [
        alt.Tooltip("rows:N", title="rows"),
        alt.Tooltip("fold:N", title="fold"),
        alt.Tooltip("epoch:Q", title="epoch"),
        alt.Tooltip("loss:Q", title="cross-entropy", format=".4f"),
    ]
    is_mean = frame.fold == _MEAN
    folds = (
        alt.Chart(frame[~is_mean])
        .mark_line(strokeWidth=0.8, opacity=0.5)
        .encode(x=x, y=losses, color=color, detail="fold:N", tooltip=tooltip)
    )
    mean = (
        alt.Chart(frame[is_mean])
        .mark_line(strokeWidth=2.5)
        .encode(x=x, y=losses, color=color, tooltip=tooltip)
    )
    best_epoch = (
        alt.Chart(pd.DataFrame({"epoch": [record.result.epoch]}))
        .mark_rule(color=INK, strokeDash=[4, 3])
        .encode(x=x, tooltip=alt.Tooltip("epoch:Q", title="picked epoch"))
    )
    return alt.layer(folds, mean, best_epoch)


def _make_frame(record: TrialRecord, split: Split) -> pd.DataFrame:
    import pandas as pd

    means = record.average_curves(split)
    parts = []
    for rows, curve in _CURVES.items():
        folds = record.result.curves[curve][:MAX_FOLDS]
        lines = {**{str(n): losses for n, losses in enumerate(folds)}, _MEAN: means[curve]}
        for fold, losses in lines.items():
            epochs = range(1, len(losses) + 1)
            line = pd.DataFrame({"rows": rows, "fold": fold, "epoch": epochs, "loss": losses})
            parts.append(line[:: -(-len(losses) // _MAX_POINTS)])
    return pd.concat(parts, ignore_index=True).round({"loss": 5})
