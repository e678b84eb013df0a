"""Reads charts back: the data that they carry."""

from typing import Any

import altair as alt

from tuner.report.figures import to_specification


def list_rows(chart: alt.Chart | alt.LayerChart) -> list[dict[str, Any]]:
    """Return all rows of data that a chart carries, as Vega-Lite has them."""
    return [row for rows in to_specification(chart)["datasets"].values() for row in rows]
