"""Whether a probability means what it says: a reliability diagram."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import numpy as np

from tuner.analysis import BINS, bin_by_confidence
from tuner.report.figures.theme import BLUE, GREY, INK

if TYPE_CHECKING:
    import altair as alt

__all__ = ["Bin", "draw_reliability_diagram", "make_confidence_bins"]


@dataclass(frozen=True, slots=True)
class Bin:
    """Rows whose top class has about the same probability.

    Attributes:
        low: Where the bin begins.
        high: Where it ends.
        rows: How many rows are in it.
        confidence: Mean probability of their top class.
        accuracy: Share of them whose top class is right.
        error: Standard error of that share.
    """

    low: float
    high: float
    rows: int
    confidence: float
    accuracy: float
    error: float


def make_confidence_bins(probabilities: np.ndarray, y: np.ndarray) -> list[Bin]:
    """Return the bins that have rows; a bin holds its upper end.

    **Shape**: `(…, rows, classes)` and `(rows,)`; each prediction counts.
    """
    predictions = probabilities.reshape(-1, probabilities.shape[-1])
    confidences, places = bin_by_confidence(predictions)
    right = (predictions.argmax(axis=1) == np.resize(y, len(predictions))).astype(np.float64)
    rows = np.bincount(places, minlength=BINS)
    confidence = np.bincount(places, weights=confidences, minlength=BINS) / np.maximum(rows, 1)
    accuracy = np.bincount(places, weights=right, minlength=BINS) / np.maximum(rows, 1)
    errors = np.sqrt(accuracy * (1 - accuracy) / np.maximum(rows, 1))
    return [
        Bin(
            n / BINS,
            (n + 1) / BINS,
            int(rows[n]),
            confidence=float(confidence[n]),
            accuracy=float(accuracy[n]),
            error=float(errors[n]),
        )
        for n in np.flatnonzero(rows)
    ]


def draw_reliability_diagram(bins: list[Bin]) -> alt.LayerChart:
    """Return accuracy against confidence; grey bars are the share of all rows in each bin."""
    import altair as alt
    import pandas as pd

    total = sum(each.rows for each in bins)
    rows = [
        {
            **asdict(each),
            "share": each.rows / total,
            "from": max(each.accuracy - each.error, 0.0),
            "to": min(each.accuracy + each.error, 1.0),
        }
        for each in bins
    ]
    frame = pd.DataFrame(rows).round(5)
    unit = alt.Scale(domain=[0, 1])
    percent = alt.Axis(format="%", tickCount=5)
    title = "accuracy; grey: share of the rows"
    y = alt.Y("accuracy:Q", title=title, scale=unit, axis=percent)
    x = alt.X("confidence:Q", title="probability of the top class", scale=unit, axis=percent)
    tooltip = [
        alt.Tooltip("rows:Q", title="rows", format=","),
        alt.Tooltip("share:Q", title="of all rows", format=".1%"),
        alt.Tooltip("confidence:Q", title="mean probability", format=".1%"),
        alt.Tooltip("accuracy:Q", title="accuracy", format=".1%"),
    ]
    base = alt.Chart(frame)
    bars = base.mark_rect(color=GREY, opacity=0.35, stroke="#ffffff").encode(
        x=alt.X("low:Q", scale=unit),
        x2="high:Q",
        y=alt.Y("share:Q", scale=unit),
        y2=alt.datum(0),
        tooltip=tooltip,
    )
    ends = pd.DataFrame({"confidence": [0.0, 1.0], "accuracy": [0.0, 1.0]})
    ideal = alt.Chart(ends).mark_line(color=INK, strokeDash=[4, 3], strokeWidth=1).encode(x=x, y=y)
    errors = base.mark_rule(color=BLUE).encode(x=x, y=alt.Y("from:Q", scale=unit), y2="to:Q")
    line = base.mark_line(color=BLUE).encode(x=x, y=y)
    points = base.mark_circle(color=BLUE, size=70, opacity=1).encode(x=x, y=y, tooltip=tooltip)
    return alt.layer(bars, ideal, errors, line, points)
