"""Learning rate and batch size together: the best score, and where training diverged."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from tuner.analysis import Cell
from tuner.report.figures.theme import INK, RED
from tuner.words import format_value, say_name

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

__all__ = ["draw_heat_map"]


def draw_heat_map(cells: Sequence[Cell], objective: str, *, maximise: bool) -> alt.LayerChart:
    """Return a square for each cell with its best score: the darker, the better.

    Cells without trials stay empty; a cross marks those in which a trial diverged.

    Args:
        cells: By learning rate and batch size.
        objective: What the scores are of.
        maximise: Whether more is better.
    """
    import altair as alt

    frame = _frame([cell for cell in cells if cell.trials])
    frame["dark"] = _dark(frame.score.astype(float), objective, maximise=maximise)
    rates = [_rates(rate) for rate in sorted({cell.learning_rate for cell in cells})]
    sizes = [_sizes(size) for size in sorted({cell.batch_size for cell in cells})]
    labels = {"grid": False, "ticks": False, "domain": False}
    tilted = alt.Axis(labelAngle=-35, **labels)
    tooltip = [
        alt.Tooltip("rate:N", title="learning rate"),
        alt.Tooltip("size:N", title="batch size"),
        alt.Tooltip("trials:Q", title="trials"),
        alt.Tooltip("diverged:Q", title="diverged"),
        alt.Tooltip("pruned:Q", title="pruned"),
        alt.Tooltip("score:Q", title=f"best {say_name(objective)}", format=".4f"),
        alt.Tooltip("trial:Q", title="of trial"),
    ]
    base = alt.Chart(frame).encode(
        x=alt.X("rate:O", title="learning rate", sort=rates, axis=tilted),
        y=alt.Y("size:O", title="batch size", sort=sizes[::-1], axis=alt.Axis(**labels)),
        tooltip=tooltip,
    )
    scored = base.transform_filter("isValid(datum.score)")
    squares = scored.mark_rect(stroke="#ffffff").encode(
        color=alt.Color("score:Q", scale=_scale(objective, maximise), legend=None)
    )
    words = scored.mark_text(fontSize=11).encode(
        text=alt.Text("score:Q", format=".3f"),
        color=alt.when("datum.dark").then(alt.value("#ffffff")).otherwise(alt.value(INK)),
    )
    crosses = base.transform_filter("datum.diverged > 0").mark_point(
        shape="cross", angle=45, color=RED, stroke="#ffffff", filled=True, size=150, opacity=1
    )
    empty = base.mark_rect(color="#ffffff", stroke="#c9d1d9")
    return alt.layer(empty, squares, crosses, words)


def _scale(objective: str, maximise: bool) -> Any:
    import altair as alt

    colours = ["#eef4fa", "#0b4f84"][:: 1 if maximise else -1]
    kind = {"type": "log"} if objective == "cross_entropy" else {"zero": False}
    return alt.Scale(range=colours, nice=False, interpolate="rgb", **kind)


def _dark(scores: pd.Series, objective: str, *, maximise: bool) -> pd.Series:
    """Return which scores have a colour on which white can be read."""
    shades = np.log(scores) if objective == "cross_entropy" else scores
    if not maximise:
        shades = -shades
    return shades > shades.min() + 0.45 * (shades.max() - shades.min())


def _frame(cells: Sequence[Cell]) -> pd.DataFrame:
    import pandas as pd

    rows = [
        {
            "rate": _rates(cell.learning_rate),
            "size": _sizes(cell.batch_size),
            "trials": cell.trials,
            "diverged": cell.diverged,
            "pruned": cell.pruned,
            "score": cell.score,
            "trial": cell.trial,
        }
        for cell in cells
    ]
    return pd.DataFrame(rows)


def _rates(bounds: tuple[float, float]) -> str:
    return _ends(*(format_value(float(f"{bound:.2g}")) for bound in bounds))


def _sizes(bounds: tuple[float, float]) -> str:
    return _ends(*(f"{bound:g}" for bound in bounds))


def _ends(low: str, high: str) -> str:
    """Return a bin in words: one value, or both ends."""
    return low if low == high else f"{low} – {high}"
