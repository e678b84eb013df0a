"""A bar chart of named amounts, such as seconds per stage or the importance of hyperparameters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from tuner.report.figures.theme import BLUE, GREY, INK

if TYPE_CHECKING:
    import altair as alt

__all__ = ["Bar", "compute_bars_height", "draw_bars"]


@dataclass(frozen=True, slots=True)
class Bar:
    """A named amount.

    Attributes:
        name: The name at the axis.
        amount: The length of the bar.
        label: The amount as text, with its unit.
        above_chance: Whether the amount exceeds chance; if not, the bar is grey. Defaults to True.
    """

    name: str
    amount: float
    label: str
    above_chance: bool = True


def draw_bars(bars: Sequence[Bar], title: str, *, tick_format: str = ",f") -> alt.LayerChart:
    """Return a horizontal bar for each amount, in the given order from top to bottom.

    Args:
        bars: The amounts.
        title: What is measured, with its unit.
        tick_format: The format of the axis labels, in the language of d3-format. Defaults to
            ",f".
    """
    import altair as alt
    import pandas as pd

    frame = pd.DataFrame([asdict(bar) for bar in bars])
    names = alt.Y(
        "name:N",
        title=None,
        sort=None,
        axis=alt.Axis(labelLimit=150, labelPadding=6, ticks=False, domain=False),
    )
    largest = max(float(frame.amount.max()), 1e-9)
    x = alt.X(
        "amount:Q",
        title=title,
        scale=alt.Scale(domain=[0, 1.22 * largest], nice=False),  # leaves room for the labels
        axis=alt.Axis(format=tick_format, tickCount=6),
    )
    tooltip = [alt.Tooltip("name:N", title="name"), alt.Tooltip("label:N", title=title)]
    base = alt.Chart(frame).encode(y=names, x=x, tooltip=tooltip)
    labels = base.mark_text(align="left", dx=5, color=INK, fontSize=12).encode(text="label:N")
    color = alt.when("datum.above_chance").then(alt.value(BLUE)).otherwise(alt.value(GREY))
    return alt.layer(base.mark_bar(height={"band": 0.65}).encode(color=color), labels)


def compute_bars_height(count: int) -> int:
    """Return the height of a chart of this many bars, in pixels."""
    return 34 * count + 40
