"""Score against size and against prediction time."""

import pytest

from tests.helpers.charts import list_rows
from tuner.report.figures import draw_score_by_size, draw_score_by_time
from tuner.study import PredictionTime


def test_the_front_and_the_picks_are_marked(content):
    rows = list_rows(draw_score_by_size(content.trials, [0, 1], {0: "best"}))
    assert {row["trial"] for row in rows if row.get("place") == "on the front"} == {0, 1}
    assert {row["trial"] for row in rows if row.get("name") == "best"} == {0}


def test_a_chart_of_times_has_only_trials_that_were_measured(content):
    times = {0: PredictionTime(0.0001, 0.0005), 2: PredictionTime(0.0002, 0.25)}
    rows = list_rows(draw_score_by_time(content.trials, times, [0, 2], {2: "best"}))
    assert {row["trial"]: (row["cost"], row["row"]) for row in rows if "place" in row} == {
        0: (pytest.approx(0.5), pytest.approx(0.1)),
        2: (pytest.approx(250), pytest.approx(0.2)),
    }
