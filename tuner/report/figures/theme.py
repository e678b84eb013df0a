"""The look of all charts: colours, fonts and sizes, and the axes that several charts share."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from tuner.words import say_name

if TYPE_CHECKING:
    import altair as alt

__all__ = [
    "BLUE",
    "COLOURS",
    "GREY",
    "HEIGHT",
    "INK",
    "ORANGE",
    "RED",
    "TICK_LABEL",
    "choose_log_ticks",
    "has_log_axis",
    "make_number_axis",
    "make_score_axis",
    "make_trial_axis",
    "to_specification",
]

# The palette of Okabe and Ito, which is safe for colour-blind readers. In addition, marks of
# different kinds differ in shape or dash pattern.
BLUE = "#0072b2"
ORANGE = "#d98200"  # darker than the palette's #e69f00, which is too pale for lines on white
RED = "#d55e00"
INK = "#1f2328"
COLOURS = (BLUE, ORANGE, "#009e73", RED, "#cc79a7", "#56b4e9")
GREY = "#8c959f"
_GRID = "#e6e8eb"
_FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif"

HEIGHT = 300
"""The default height of a chart, in pixels. Its width is the width of the page."""

_CONFIG: dict[str, Any] = {
    "font": _FONT,
    "autosize": {"type": "fit-x", "contains": "padding"},
    "axis": {
        "gridColor": _GRID,
        "labelColor": INK,
        "titleColor": INK,
        "titleFontWeight": "normal",
        "labelFontSize": 12,
        "titleFontSize": 12,
        "domainColor": GREY,
        "tickColor": GREY,
        "labelOverlap": True,
    },
    "legend": {
        "orient": "top",
        "title": None,
        "labelFontSize": 12,
        "labelColor": INK,
        "labelLimit": 220,
        "symbolSize": 80,
        "symbolOpacity": 1,
        "symbolStrokeWidth": 2,
        "columnPadding": 16,
        # one legend below another, because phones are narrow
        "layout": {"top": {"direction": "vertical", "anchor": "start"}},
    },
}

_LONGEST_TEXT = 500  # characters; all that are not names are shorter
_MIN_LOG_SCORE = 1e-6  # a score of 0 has no place on a logarithmic axis
TICK_LABEL = "datum.value < 0.001 && datum.value > 0 ? format(datum.value, '.2~e') : "
TICK_LABEL += "format(datum.value, '.4~r')"
"""Vega's expression for the label of a tick, with an exponent for small numbers."""

_MIN_TICKS = 4
# Mantissas of ticks in each power of ten, from few to many.
_MANTISSAS: tuple[tuple[float, ...], ...] = (
    (1,),
    (1, 2, 5),
    (1, 1.5, 2, 3, 4, 6, 8),
    (1, 1.2, 1.4, 1.6, 1.8, 2, 2.5, 3, 3.5, 4, 5, 6, 7, 8, 9),
    tuple(round(1 + n / 10, 1) for n in range(90)),
    tuple(round(1 + n / 50, 2) for n in range(450)),
)


def to_specification(chart: alt.Chart | alt.LayerChart, *, height: int = HEIGHT) -> dict[str, Any]:
    """Return a chart as a Vega-Lite specification, as wide as its place on the page.

    Args:
        chart: A single view or layers; Vega-Lite cannot fit other kinds to a width.
        height: The height in pixels. Defaults to `HEIGHT`.
    """
    import altair as alt

    # Altair refuses charts of more than 5,000 rows; ours are thinned when they are drawn
    with alt.data_transformers.enable("default", max_rows=None):
        specification: dict[str, Any] = chart.to_dict(validate=False)
    # Set in the finished specification, because each property that Altair sets copies the chart.
    size = {"width": "container", "height": height, "background": "white"}
    config = specification.get("config", {})
    view = {**config.get("view", {}), "stroke": None}
    whole = {**specification, **size, "config": {**config, **_CONFIG, "view": view}}
    shortened: dict[str, Any] = _shorten_texts(whole, {})
    return shortened


def _shorten_texts(part: Any, known: dict[str, str]) -> Any:
    """Return a part of a specification with the start and the end of each text that is very long.

    Vega measures the names of columns and classes letter by letter, which takes minutes.

    Args:
        part: A list, a dictionary or a value.
        known: What was shortened so far. Different texts stay different.
    """
    if isinstance(part, dict):
        return {key: _shorten_texts(value, known) for key, value in part.items()}
    if isinstance(part, list):
        return [_shorten_texts(each, known) for each in part]
    if isinstance(part, str) and len(part) > _LONGEST_TEXT:
        return known.setdefault(part, f"{part[:60]}…{part[-40:]} ({len(known) + 1})")
    return part


def make_trial_axis() -> alt.X:
    """Return the horizontal axis of trials in the order of their proposal."""
    import altair as alt

    return alt.X(
        "trial:Q",
        title="trial (in the order of proposal)",
        axis=alt.Axis(tickMinStep=1, tickCount=10),
        scale=alt.Scale(nice=False, padding=12),
    )


def make_score_axis(objective: str, scores: Sequence[float]) -> dict[str, Any]:
    """Return the title, scale and axis of scores, as arguments of `alt.Y` or `alt.X`.

    Cross-entropy has a logarithmic axis, because its differences are ratios. On a linear axis, one
    trial that diverged would squeeze all others together.

    Args:
        objective: The objective that the scores are of.
        scores: The scores that must be visible.
    """
    title = say_name(objective) + (" (nats per row)" if objective == "cross_entropy" else "")
    return {"title": title, **make_number_axis(scores, log=has_log_axis(objective, scores))}


def has_log_axis(objective: str, scores: Sequence[float]) -> bool:
    """Return whether the axis of these scores is logarithmic."""
    return objective == "cross_entropy" and bool(scores) and min(scores) > _MIN_LOG_SCORE


def make_number_axis(values: Sequence[float], *, log: bool) -> dict[str, Any]:
    """Return the scale and axis of numbers, as arguments of `alt.Y` or `alt.X`.

    Args:
        values: The numbers that must be visible.
        log: Whether the axis is logarithmic; its ticks are then those of `choose_log_ticks`.
    """
    import altair as alt

    if not log:
        axis = alt.Axis(tickCount=8)
        return {"scale": alt.Scale(zero=False, nice=False, padding=12), "axis": axis}
    scale = alt.Scale(type="log", nice=False, padding=12)
    return {"scale": scale, "axis": alt.Axis(values=choose_log_ticks(values), labelExpr=TICK_LABEL)}


def choose_log_ticks(values: Sequence[float]) -> list[float]:
    """Return the fewest round numbers, of at least four, in the range of the values.

    If the range has no round number, return its ends.

    >>> choose_log_ticks([0.07, 0.4])
    [0.08, 0.1, 0.15, 0.2, 0.3, 0.4]
    >>> choose_log_ticks([2e-6, 3e-2])
    [1e-05, 0.0001, 0.001, 0.01]
    >>> choose_log_ticks([0.8973])
    [0.8973]
    """
    low, high = min(values), max(values)
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    inside: list[float] = []
    for mantissas in _MANTISSAS:
        ticks = (float(f"{mantissa}e{power}") for power in powers for mantissa in mantissas)
        inside = [tick for tick in ticks if low <= tick <= high]
        if len(inside) >= _MIN_TICKS:
            break
    return inside or sorted({low, high})
