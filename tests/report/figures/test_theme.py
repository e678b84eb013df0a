"""Axes and specifications of all charts."""

import json
import re

import altair as alt
import numpy as np
import pandas as pd
import pytest
import vl_convert

from tuner.report.figures import draw_confusion_matrix, to_specification
from tuner.report.figures.theme import make_number_axis


def test_no_two_ticks_of_an_axis_have_one_label():
    values = [8.9e-6, 9.9e-5]
    x = alt.X("x:Q", **make_number_axis(values, log=True))
    chart = alt.Chart(pd.DataFrame({"x": values})).mark_point().encode(x=x)
    svg = vl_convert.vegalite_to_svg({**to_specification(chart), "width": 720})
    labels = re.findall(r">([\d.]+e-\d)<", svg)
    assert labels == ["1e-5", "1.5e-5", "2e-5", "3e-5", "4e-5", "6e-5", "8e-5"]


def test_a_chart_of_more_rows_than_altairs_limit_does_not_fail():
    """No chart of ours has so many rows. If one had, the report would matter more than its size."""
    chart = alt.Chart(pd.DataFrame({"x": range(5001)})).mark_point().encode(x="x:Q")
    with pytest.raises(alt.MaxRowsError):
        chart.to_dict()
    (rows,) = to_specification(chart)["datasets"].values()
    assert len(rows) == 5001
    with pytest.raises(alt.MaxRowsError):  # the limit still holds for the user's own charts
        chart.to_dict()


def test_names_of_any_length_are_short_in_charts_and_stay_different() -> None:
    """Vega measures each letter, which takes minutes where there are 100,000."""
    classes = ["a" * 100_000, "a" * 100_001, "b"]
    chart = draw_confusion_matrix(np.ones((3, 3), int), classes)
    specification = to_specification(chart)
    (rows,) = specification["datasets"].values()
    assert len({row["true"] for row in rows}) == 3
    assert len(json.dumps(specification)) < 20_000
    assert "b" in {row["true"] for row in rows}
    assert specification["layer"][0]["encoding"]["x"]["sort"] == [row["true"] for row in rows[::3]]
