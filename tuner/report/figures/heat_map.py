"""A heat map of learning rate and batch size: the best score, and where training diverged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from tuner.analysis import Cell
from tuner.report.figures.theme import INK, RED
from tuner.words import format_value, say_name

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

__all__ = ["draw_heat_map"]

Ends: TypeAlias = tuple[float, float]  # of a bin, which are equal for a single value


def draw_heat_map(cells: Sequence[Cell], objective: str, *, maximise: bool) -> alt.LayerChart:
    """Return a square for each cell that has trials, darker for a better score.

    A cross marks the cells in which a trial diverged.

    Args:
        cells: The cells of learning rate and batch size.
        objective: The objective that the scores are of.
        maximise: Whether a higher score is better.
    """
    import altair as alt

    rates = _label_rates(sorted({cell.learning_rate for cell in cells}))
    frame = _make_frame([cell for cell in cells if cell.trials], rates)
    frame["dark"] = _find_dark(frame.score.astype(float), objective, maximise=maximise)
    base = alt.Chart(frame).encode(**_make_axes(cells, rates), tooltip=_make_tooltip(objective))
    scored = base.transform_filter("isValid(datum.score)")
    scale = _make_color_scale(objective, maximise=maximise)
    squares = scored.mark_rect(stroke="#ffffff").encode(
        color=alt.Color("score:Q", scale=scale, legend=None)
    )
    labels = scored.mark_text(fontSize=11).encode(
        text=alt.Text("score:Q", format=".3f"),
        color=alt.when("datum.dark").then(alt.value("#ffffff")).otherwise(alt.value(INK)),
    )
    crosses = base.transform_filter("datum.diverged > 0").mark_point(
        shape="cross", angle=45, color=RED, stroke="#ffffff", filled=True, size=150, opacity=1
    )
    empty = base.mark_rect(color="#ffffff", stroke="#c9d1d9")
    return alt.layer(empty, squares, crosses, labels)


def _make_axes(cells: Sequence[Cell], rates: Mapping[Ends, str]) -> dict[str, Any]:
    """Return the axes, with a place for every cell, even for those that have no trials."""
    import altair as alt

    sizes = [_label_sizes(bounds) for bounds in sorted({cell.batch_size for cell in cells})]
    plain = {"grid": False, "ticks": False, "domain": False}
    tilted = alt.Axis(labelAngle=-35, **plain)
    return {
        "x": alt.X("rate:O", title="learning rate", sort=list(rates.values()), axis=tilted),
        "y": alt.Y("size:O", title="batch size", sort=sizes[::-1], axis=alt.Axis(**plain)),
    }


def _make_tooltip(objective: str) -> list[alt.Tooltip]:
    import altair as alt

    return [
        alt.Tooltip("rate:N", title="learning rate"),
        alt.Tooltip("size:N", title="batch size"),
        alt.Tooltip("trials:Q", title="trials"),
        alt.Tooltip("diverged:Q", title="diverged"),
        alt.Tooltip("pruned:Q", title="pruned"),
        alt.Tooltip("score:Q", title=f"best {say_name(objective)}", format=".4f"),
        alt.Tooltip("trial:Q", title="best trial"),
    ]


def _make_color_scale(objective: str, *, maximise: bool) -> Any:
    import altair as alt

    colours = ["#eef4fa", "#0b4f84"][:: 1 if maximise else -1]
    kind = {"type": "log"} if objective == "cross_entropy" else {"zero": False}
    return alt.Scale(range=colours, nice=False, interpolate="rgb", **kind)


def _find_dark(scores: pd.Series, objective: str, *, maximise: bool) -> pd.Series:
    """Return whether each score's colour is so dark that its label must be white."""
    shades = np.log(scores) if objective == "cross_entropy" else scores
    if not maximise:
        shades = -shades
    return shades > shades.min() + 0.45 * (shades.max() - shades.min())


def _make_frame(cells: Sequence[Cell], rates: Mapping[Ends, str]) -> pd.DataFrame:
    import pandas as pd

    rows = [
        {
            "rate": rates[cell.learning_rate],
            "size": _label_sizes(cell.batch_size),
            "trials": cell.trials,
            "diverged": cell.diverged,
            "pruned": cell.pruned,
            "score": cell.score,
            "trial": cell.trial,
        }
        for cell in cells
    ]
    return pd.DataFrame(rows)


def _label_rates(bins: Sequence[Ends]) -> dict[Ends, str]:
    """Return the label of each bin: ends of ranges with two digits, unless labels would be equal.

    A rate by itself is one that was tried, and stands as it is.
    """

    def label(bounds: Ends, digits: int) -> str:
        exact = bounds[0] == bounds[1]
        ends = (bound if exact else float(f"{bound:.{digits}g}") for bound in bounds)
        return _join_ends(*map(format_value, ends))

    short = {bounds: label(bounds, 2) for bounds in bins}
    if len(set(short.values())) == len(short):
        return short
    return {bounds: label(bounds, 4) for bounds in bins}


def _label_sizes(bounds: tuple[float, float]) -> str:
    return _join_ends(*(f"{bound:g}" for bound in bounds))


def _join_ends(low: str, high: str) -> str:
    """Return a range as text: one value if both ends are equal."""
    return low if low == high else f"{low} – {high}"
