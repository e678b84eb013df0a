"""Named amounts as bars: where seconds went, how much each hyperparameter matters."""

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
        name: What it is of.
        amount: How much.
        written: The same in words, with its unit.
        counts: Whether it is more than chance; else its bar is grey.
    """

    name: str
    amount: float
    written: str
    counts: bool = True


def draw_bars(of: Sequence[Bar], title: str, *, form: str = ",f") -> alt.LayerChart:
    """Return a bar for each amount, from top to bottom.

    Args:
        of: The amounts.
        title: What is measured, with its unit.
        form: Of the axis' labels, in the language of d3-format.
    """
    import altair as alt
    import pandas as pd

    frame = pd.DataFrame([asdict(bar) for bar in of])
    names = alt.Y(
        "name:N",
        title=None,
        sort=None,
        axis=alt.Axis(labelLimit=150, labelPadding=6, ticks=False, domain=False),
    )
    top = max(float(frame.amount.max()), 1e-9)
    x = alt.X(
        "amount:Q",
        title=title,
        scale=alt.Scale(domain=[0, 1.22 * top], nice=False),
        axis=alt.Axis(format=form, tickCount=6),
    )
    tooltip = [alt.Tooltip("name:N", title="of"), alt.Tooltip("written:N", title=title)]
    base = alt.Chart(frame).encode(y=names, x=x, tooltip=tooltip)
    written = base.mark_text(align="left", dx=5, color=INK, fontSize=12).encode(text="written:N")
    color = alt.when("datum.counts").then(alt.value(BLUE)).otherwise(alt.value(GREY))
    coloured = base.mark_bar(height={"band": 0.65}).encode(color=color)
    return alt.layer(coloured, written)


def compute_bars_height(count: int) -> int:
    """Return the height of a chart of so many bars, in pixels."""
    return 34 * count + 40
