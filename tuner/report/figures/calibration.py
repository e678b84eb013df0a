"""A reliability diagram: whether predicted probabilities are calibrated."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import numpy as np

from tuner.analysis import BINS, bin_by_confidence
from tuner.report.figures.theme import BLUE, GREY, INK

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

__all__ = ["Bin", "draw_reliability_diagram", "make_confidence_bins"]


@dataclass(frozen=True, slots=True)
class Bin:
    """Rows whose most probable class has about the same probability.

    Attributes:
        low: Lower end of the bin.
        high: Upper end of the bin.
        rows: Number of rows.
        confidence: Mean probability of their most probable class.
        accuracy: Share of the rows whose most probable class is the true one.
        error: Standard error of `accuracy`.
    """

    low: float
    high: float
    rows: int
    confidence: float
    accuracy: float
    error: float


def make_confidence_bins(probabilities: np.ndarray, y: np.ndarray) -> list[Bin]:
    """Return the bins that have rows; a bin includes its upper end.

    Each prediction of a row counts, if there are several.

    **Shape**: `(…, rows, classes)` and `(rows,)`.
    """
    predictions = probabilities.reshape(-1, probabilities.shape[-1])
    confidences, bins = bin_by_confidence(predictions)
    correct = (predictions.argmax(axis=1) == np.resize(y, len(predictions))).astype(np.float64)
    rows = np.bincount(bins, minlength=BINS)
    confidence = np.bincount(bins, weights=confidences, minlength=BINS) / np.maximum(rows, 1)
    accuracy = np.bincount(bins, weights=correct, minlength=BINS) / np.maximum(rows, 1)
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
    """Return accuracy against confidence; grey bars show each bin's share of all rows."""
    import altair as alt
    import pandas as pd

    unit = alt.Scale(domain=[0, 1])
    percent = alt.Axis(format="%", tickCount=5)
    title = "accuracy; grey: share of the rows"
    y = alt.Y("accuracy:Q", title=title, scale=unit, axis=percent)
    x = alt.X("confidence:Q", title="probability of the predicted class", scale=unit, axis=percent)
    tooltip = [
        alt.Tooltip("rows:Q", title="rows", format=","),
        alt.Tooltip("share:Q", title="share of all rows", format=".1%"),
        alt.Tooltip("confidence:Q", title="mean probability", format=".1%"),
        alt.Tooltip("accuracy:Q", title="accuracy", format=".1%"),
    ]
    base = alt.Chart(_make_frame(bins))
    shares = base.mark_rect(color=GREY, opacity=0.35, stroke="#ffffff").encode(
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
    return alt.layer(shares, ideal, errors, line, points)


def _make_frame(bins: list[Bin]) -> pd.DataFrame:
    import pandas as pd

    total = sum(bin.rows for bin in bins)
    rows = [
        {
            **asdict(bin),
            "share": bin.rows / total,
            "from": max(bin.accuracy - bin.error, 0.0),
            "to": min(bin.accuracy + bin.error, 1.0),
        }
        for bin in bins
    ]
    return pd.DataFrame(rows).round(5)
