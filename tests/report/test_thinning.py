"""Charts of thousands of trials stay small, lose nothing that can be seen, and never fail."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from tests.report.conftest import fill, make_trial
from tests.report.test_figures import rows_of
from tuner.analysis import Point
from tuner.report.figures import (
    draw_learning_curves,
    draw_losses,
    draw_progress,
    draw_score_by_size,
    draw_trials_over_time,
    tabulate,
    to_specification,
)
from tuner.report.figures.thinning import thin_marks

TRIALS = 6000  # more than the 5,000 rows of which Altair makes a chart by itself
LARGEST = 2_000_000  # bytes of a chart


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    """The results of 6,000 trials, whose probabilities nothing here asks for."""
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
            "what": [f"learning_rate {rate:.4g}, depth 2" for rate in rng.uniform(size=TRIALS)],
            "h0": rng.uniform(size=TRIALS).astype(str),
        }
    )
    frame.loc[frame.trial % 10 == 9, ["status", "score"]] = ["failed", np.nan]
    return frame


@pytest.fixture
def trials(study, many):
    few = tabulate(tuple(study.read_trials()), study.record)
    return replace(few, frame=many, names=("learning_rate",))


def size_of(chart):
    return len(json.dumps(to_specification(chart)))


def test_what_lies_on_another_mark_is_left_out_and_what_must_be_seen_is_kept():
    frame = pd.DataFrame({"x": [1.0] * 2000 + [2.0], "y": [1.0] * 2000 + [5.0], "kind": "a"})
    frame.loc[7, "kind"] = "b"
    keep = frame.index == 9
    found = thin_marks(frame, "x", "y", kinds=["kind"], keep=pd.Series(keep))
    assert found.index.tolist() == [0, 7, 9, 2000]
    assert thin_marks(frame[:1500], "x", "y") is not None
    assert len(thin_marks(frame[:1500], "x", "y")) == 1500


def test_on_a_logarithmic_axis_small_numbers_have_places_of_their_own():
    frame = pd.DataFrame({"x": np.geomspace(1e-6, 1.0, 12).repeat(200), "y": 1.0})
    assert len(thin_marks(frame, "x", "y", log=["x"])) == 12
    assert len(thin_marks(frame, "x", "y")) < 12


def test_every_mark_that_is_left_out_has_one_beside_it(trials):
    frame = trials.frame[trials.frame.status == "completed"]
    found = thin_marks(frame, "parameters", "score", log=["score"])
    spans = np.array([np.ptp(frame.parameters), np.ptp(np.log(frame.score))])
    places = np.stack([frame.parameters, np.log(frame.score)], axis=1) / spans
    drawn = np.stack([found.parameters, np.log(found.score)], axis=1) / spans
    distances = np.abs(places[:, None] - drawn[None]).max(axis=2).min(axis=1)
    assert len(found) < 0.75 * len(frame)
    assert distances.max() <= 1 / 36  # a mark's height


def test_charts_of_thousands_of_trials_are_drawn(trials):
    frame = trials.frame[trials.frame.status == "completed"]
    best, last = int(frame.trial[frame.score.idxmin()]), int(frame.trial.iloc[-1])
    size = draw_score_by_size(trials, [best, last], {best: "best", last: "smallest"})
    over_time = draw_trials_over_time(trials)
    for chart in (size, over_time, draw_progress({"a": trials, "b": trials}, "cross_entropy")):
        assert size_of(chart) < LARGEST
    assert {best, last} <= {row["trial"] for row in rows_of(size) if row.get("place")}
    statuses = {row.get("status") for row in rows_of(over_time)}
    assert {"completed", "pruned", "failed"} <= statuses


def test_losses_of_thousands_of_trials_are_drawn():
    rng = np.random.default_rng(0)
    points = [
        Point(n, rate, None, rate + 0.1, 0.1, rate + 0.2, 15, False, "good")
        for n, rate in enumerate(rng.uniform(0.001, 1, size=TRIALS))
    ]
    what = dict.fromkeys(range(TRIALS), "learning_rate 0.1, depth 2")
    assert size_of(draw_losses(points, [], "learning rate", log=True, what=what)) < LARGEST


@pytest.mark.parametrize("folds", [10, 100])
def test_long_curves_of_many_folds_are_drawn(problem, study, folds):
    record = make_trial(0, problem)
    curve = [[1.0 / (epoch + fold + 1) for epoch in range(500)] for fold in range(folds)]
    curves = dict.fromkeys(record.result.curves, curve)
    long = replace(record, result=replace(record.result, curves=curves, epoch=500))
    split = replace(study.record.split, folds=study.record.split.folds[:1] * folds)
    chart = draw_learning_curves(long, split)
    assert size_of(chart) < 500_000
    drawn = {row["fold"] for row in rows_of(chart) if "fold" in row}
    assert len(drawn) == min(folds, 30) + 1


def test_a_chart_of_more_rows_than_altair_makes_by_itself_does_not_fail(study, problem, trials):
    """None of ours has so many; should one have, the report is worth more than its size."""
    import altair as alt

    chart = alt.Chart(trials.frame).mark_point().encode(x="trial:Q", y="score:Q")
    with pytest.raises(alt.MaxRowsError):
        chart.to_dict()
    (rows,) = to_specification(chart)["datasets"].values()
    assert len(rows) == TRIALS
    with pytest.raises(alt.MaxRowsError):  # people's own charts are refused as before
        chart.to_dict()


def test_the_table_of_trials_has_the_best_thousand(make_study, problem):
    from tests.report.conftest import make_material
    from tuner.report.sections.trials import make_table_section

    material = make_material(fill(make_study(), problem), problem)
    records = tuple(
        replace(make_trial(0, problem), trial=number, result=replace(
            make_trial(0, problem).result, trial=number, score=1 + (number * 7919 % 1200) / 1000
        ))
        for number in range(1200)
    )  # fmt: skip
    html = make_table_section(replace(material, records=records)).to_html()
    assert "Show 1,000 of 1,200 trials, the best first" in html
    assert html.count("<tr>") == 1001
