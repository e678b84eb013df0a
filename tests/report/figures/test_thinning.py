"""Charts of thousands of trials stay small, and lose nothing that can be seen."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.spatial import KDTree

from tests.helpers.charts import list_rows
from tuner.analysis import Point
from tuner.report.figures import (
    draw_losses,
    draw_progress,
    draw_score_by_size,
    draw_trials_over_time,
    to_specification,
)
from tuner.report.figures.thinning import thin_marks

TRIALS = 6000  # more than the 5,000 rows to which Altair limits a chart
LARGEST = 2_000_000  # bytes of a chart


@pytest.fixture(scope="module")
def trials(content):
    """The results of 6,000 trials; no chart needs their probabilities."""
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "trial": np.arange(TRIALS),
            "status": np.where(np.arange(TRIALS) % 4 == 3, "pruned", "completed"),
            "score": np.exp(rng.normal(size=TRIALS)),
            "error": 0.01,
            "low": 0.1,
            "high": 0.2,
            "parameters": rng.integers(100, 1_000_000, size=TRIALS),
            "epoch": 20,
            "seconds": 1.0,
            "reason": "",
            "description": [f"learning_rate {r:.4g}, depth 2" for r in rng.uniform(size=TRIALS)],
            "h0": rng.uniform(size=TRIALS).astype(str),
        }
    )
    frame.loc[frame.trial % 10 == 9, ["status", "score"]] = ["failed", np.nan]
    return replace(content.trials, frame=frame, names=("learning_rate",))


def measure_size(chart):
    return len(json.dumps(to_specification(chart)))


def test_covered_marks_are_dropped_except_those_that_must_be_kept():
    frame = pd.DataFrame({"x": [1.0] * 2000 + [2.0], "y": [1.0] * 2000 + [5.0], "kind": "a"})
    frame.loc[7, "kind"] = "b"
    keep = pd.Series(frame.index == 9)
    assert thin_marks(frame, "x", "y", kinds=["kind"], keep=keep).index.tolist() == [0, 7, 9, 2000]
    assert len(thin_marks(frame[:1500], "x", "y")) == 1500


def test_on_a_logarithmic_axis_small_numbers_have_cells_of_their_own():
    frame = pd.DataFrame({"x": np.geomspace(1e-6, 1.0, 12).repeat(200), "y": 1.0})
    assert len(thin_marks(frame, "x", "y", log=["x"])) == 12
    assert len(thin_marks(frame, "x", "y")) < 12


def test_every_mark_that_is_dropped_has_one_beside_it(trials):
    frame = trials.frame[trials.frame.status == "completed"]
    kept = thin_marks(frame, "parameters", "score", log=["score"])
    spans = np.array([np.ptp(frame.parameters), np.ptp(np.log(frame.score))])
    marks = np.stack([frame.parameters, np.log(frame.score)], axis=1) / spans
    drawn = np.stack([kept.parameters, np.log(kept.score)], axis=1) / spans
    distances, _ = KDTree(drawn).query(marks, p=np.inf)
    assert len(kept) < 0.75 * len(frame)
    assert distances.max() <= 1 / 36  # a mark's height


def test_charts_of_thousands_of_trials_stay_small(trials):
    frame = trials.frame[trials.frame.status == "completed"]
    best, last = int(frame.trial[frame.score.idxmin()]), int(frame.trial.iloc[-1])
    by_size = draw_score_by_size(trials, [best, last], {best: "best", last: "smallest"})
    over_time = draw_trials_over_time(trials)
    for chart in (by_size, over_time, draw_progress({"a": trials, "b": trials}, "cross_entropy")):
        assert measure_size(chart) < LARGEST
    assert {best, last} <= {row["trial"] for row in list_rows(by_size) if row.get("place")}
    statuses = {row.get("status") for row in list_rows(over_time)}
    assert {"completed", "pruned", "failed"} <= statuses


def test_a_chart_of_the_losses_of_thousands_of_trials_stays_small():
    rng = np.random.default_rng(0)
    points = [
        Point(n, rate, None, rate + 0.1, 0.1, rate + 0.2, 15, False, "good")
        for n, rate in enumerate(rng.uniform(0.001, 1, size=TRIALS))
    ]
    descriptions = dict.fromkeys(range(TRIALS), "learning_rate 0.1, depth 2")
    chart = draw_losses(points, [], "learning rate", log=True, descriptions=descriptions)
    assert measure_size(chart) < LARGEST
