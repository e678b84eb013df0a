"""How all charts look: colours, fonts, sizes, and the axes that several of them have."""

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
    "LABEL_EXPRESSION",
    "ORANGE",
    "RED",
    "choose_log_ticks",
    "has_log_axis",
    "make_number_axis",
    "make_score_axis",
    "to_specification",
]

# Okabe and Ito's, which people of any colour vision tell apart; charts differ in shape or dash too
BLUE = "#0072b2"
ORANGE = "#d98200"  # theirs is #e69f00, too pale for lines on white
RED = "#d55e00"
INK = "#1f2328"
COLOURS = (BLUE, ORANGE, "#009e73", RED, "#cc79a7", "#56b4e9")
GREY = "#8c959f"
_GRID = "#e6e8eb"
_FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif"

HEIGHT = 300
"""Of a chart, in pixels; its width is that of the page."""

_NEAREST = 1e-6  # a score of 0 has no place on a logarithmic axis
LABEL_EXPRESSION = "datum.value < 0.001 && datum.value > 0 ? format(datum.value, '.2~e') : "
LABEL_EXPRESSION += "format(datum.value, '.4~r')"
"""Vega's expression for the label of a number, however small."""

_ENOUGH = 4  # ticks
# the digits of ticks within a power of ten, from few to many
_DIGITS: tuple[tuple[float, ...], ...] = (
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
        chart: A single view or layers; Vega-Lite gives no other kind a free width.
        height: In pixels.
    """
    import altair as alt

    sized = chart.properties(width="container", height=height, background="white")
    configured = (
        sized.configure(font=_FONT, autosize={"type": "fit-x", "contains": "padding"})
        .configure_axis(
            gridColor=_GRID,
            labelColor=INK,
            titleColor=INK,
            titleFontWeight="normal",
            labelFontSize=12,
            titleFontSize=12,
            domainColor=GREY,
            tickColor=GREY,
            labelOverlap=True,
        )
        .configure_legend(
            orient="top",
            title=None,
            labelFontSize=12,
            labelColor=INK,
            labelLimit=220,
            symbolSize=80,
            symbolOpacity=1,
            symbolStrokeWidth=2,
            columnPadding=16,
        )
        .configure_view(stroke=None)
    )
    # Altair refuses charts of more than 5,000 rows; ours are thin_marks where they are drawn up
    with alt.data_transformers.enable("default", max_rows=None):
        specification: dict[str, Any] = configured.to_dict(validate=False)
    # one legend below another, since phones are narrow; Altair does not know this one
    layout = {"top": {"direction": "vertical", "anchor": "start"}}
    specification["config"]["legend"]["layout"] = layout
    return specification


def make_score_axis(objective: str, values: Sequence[float]) -> dict[str, Any]:
    """Return the scale, axis and title of scores, for `alt.Y` or `alt.X`.

    Cross-entropy has a logarithmic axis: its differences are ratios, and one diverged trial would
    press all others together.

    Args:
        objective: Its name.
        values: What must be seen.
    """
    title = say_name(objective) + (" (nats a row)" if objective == "cross_entropy" else "")
    return {"title": title, **make_number_axis(values, log=has_log_axis(objective, values))}


def has_log_axis(objective: str, values: Sequence[float]) -> bool:
    """Return whether the axis of these scores is logarithmic."""
    return objective == "cross_entropy" and bool(values) and min(values) > _NEAREST


def make_number_axis(values: Sequence[float], *, log: bool) -> dict[str, Any]:
    """Return the scale and axis of numbers.

    Args:
        values: What must be seen.
        log: Whether it is logarithmic; its labels are then 1, 2 and 5, or powers of ten.
    """
    import altair as alt

    if not log:
        axis = alt.Axis(tickCount=8)
        return {"scale": alt.Scale(zero=False, nice=False, padding=12), "axis": axis}
    scale = alt.Scale(type="log", nice=False, padding=12)
    return {
        "scale": scale,
        "axis": alt.Axis(values=choose_log_ticks(values), labelExpr=LABEL_EXPRESSION),
    }


def choose_log_ticks(values: Sequence[float]) -> list[float]:
    """Return the fewest round numbers between some values that are enough to read an axis by.

    >>> choose_log_ticks([0.07, 0.4])
    [0.08, 0.1, 0.15, 0.2, 0.3, 0.4]
    >>> choose_log_ticks([2e-6, 3e-2])
    [1e-05, 0.0001, 0.001, 0.01]
    """
    low, high = min(values), max(values)
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    inside: list[float] = []
    for digits in _DIGITS:
        ticks = (float(f"{digit}e{power}") for power in powers for digit in digits)
        inside = [tick for tick in ticks if low <= tick <= high]
        if len(inside) >= _ENOUGH:
            break
    return inside
