"""Charts carry few points, and those points are the study's numbers."""

import re
from dataclasses import replace

import altair as alt
import numpy as np
import pandas as pd
import pytest
import vl_convert

from tests.report.conftest import make_trial
from tuner.analysis import Point, Span
from tuner.report.figures import (
    Estimate,
    count_confusions,
    draw_confusion_matrix,
    draw_intervals,
    draw_learning_curves,
    draw_losses,
    draw_reliability_diagram,
    draw_score_by_size,
    draw_trials_over_time,
    make_confidence_bins,
    tabulate,
    to_specification,
)
from tuner.report.figures.theme import make_number_axis
from tuner.report.figures.trials_over_time import compute_best_so_far


@pytest.fixture
def trials(study):
    return tabulate(tuple(study.read_trials()), study.record)


def rows_of(chart):
    """All rows of data that a chart carries, as Vega-Lite has them."""
    return [row for rows in to_specification(chart)["datasets"].values() for row in rows]


def test_a_trial_has_its_hyperparameters_as_words_under_names_that_vega_takes(trials):
    assert trials.names == ("depth", "learning_rate")
    first = trials.frame.iloc[0]
    assert (first.h0, first.h1, first["what"]) == ("0", "0.01", "depth 0, learning_rate 0.01")
    titles = [tooltip.to_dict()["title"] for tooltip in trials.tooltips()]
    assert titles[:4] == ["trial", "status", "depth", "learning_rate"]


def test_the_best_so_far_changes_with_completed_trials_only(trials):
    frame = trials.frame.assign(score=[3.0, 2.0, 2.5, np.nan, 0.1, 1.0])
    found = compute_best_so_far(replace(trials, frame=frame))
    assert found.best.tolist() == [3.0, 2.0, 1.0]
    assert found.trial.tolist() == [0, 1, 5]


def test_a_failed_trial_is_drawn_though_it_has_no_score(trials):
    assert "failed" in {row.get("status") for row in rows_of(draw_trials_over_time(trials))}
    whole = replace(trials, frame=trials.frame[trials.frame.status != "failed"])
    assert "failed" not in {row.get("status") for row in rows_of(draw_trials_over_time(whole))}


def test_the_front_and_the_picks_are_marked(trials):
    rows = rows_of(draw_score_by_size(trials, [0, 1], {0: "best"}))
    assert {row["trial"] for row in rows if row.get("place") == "on the front"} == {0, 1}
    assert {row["trial"] for row in rows if row.get("name") == "best"} == {0}


def test_long_curves_are_thinned(problem, study):
    record = make_trial(0, problem)
    curve = [[1.0 / (epoch + 1) for epoch in range(1000)]] * 3
    curves = dict.fromkeys(record.result.curves, curve)
    long = replace(record, result=replace(record.result, curves=curves, epoch=1000))
    rows = rows_of(draw_learning_curves(long, study.record.split))
    assert len(rows) <= 2 * 4 * 60 + 1
    assert {"epoch": 1000} in rows


def test_the_confusion_counts_rows_by_true_and_predicted_class():
    probabilities = np.array([[0.9, 0.1, 0], [0.2, 0.8, 0], [0.6, 0.4, 0], [0, 0, 1.0]])
    counts = count_confusions(probabilities, np.array([0, 1, 1, 2]))
    assert counts.tolist() == [[1, 0, 0], [1, 1, 0], [0, 0, 1]]


def test_a_matrix_of_many_classes_shows_those_that_are_confused():
    counts = np.diag(np.full(100, 9))
    counts[70, 71] = 5
    rows = rows_of(draw_confusion_matrix(counts, [str(n) for n in range(100)]))
    assert len(rows) == 30 * 30
    assert {"70", "71"} <= {row["true"] for row in rows}


def test_bins_have_the_mean_confidence_and_the_accuracy_of_their_rows():
    probabilities = np.array([[0.95, 0.05], [0.97, 0.03], [0.6, 0.4]])
    low, high = make_confidence_bins(probabilities, np.array([0, 1, 0]))
    assert (low.rows, low.confidence, low.accuracy) == (1, pytest.approx(0.6), 1.0)
    assert (high.rows, high.confidence, high.accuracy) == (2, pytest.approx(0.96), 0.5)
    assert high.error == pytest.approx(np.sqrt(0.25 / 2))


def test_a_diagram_has_a_point_a_bin_whatever_the_rows():
    rng = np.random.default_rng(0)
    first = rng.uniform(size=50_000)
    bins = make_confidence_bins(np.stack([first, 1 - first], axis=1), rng.integers(2, size=50_000))
    assert len(rows_of(draw_reliability_diagram(bins))) <= 15 + 2


@pytest.mark.parametrize(("objective", "high"), [("roc_auc", 1.0), ("cross_entropy", 1.08)])
def test_intervals_are_cut_at_what_a_score_can_be(objective, high):
    estimates = [Estimate("a", 0.99, 0.9, 1.08)]
    (row,) = rows_of(draw_intervals(estimates, "", objective, told=("good", "bad")))
    assert (row["low"], row["high"]) == (0.9, high)


def test_no_two_ticks_of_an_axis_have_one_label():
    values = [8.9e-6, 9.9e-5]
    x = alt.X("x:Q", **make_number_axis(values, log=True))
    chart = alt.Chart(pd.DataFrame({"x": values})).mark_point().encode(x=x)
    picture = vl_convert.vegalite_to_svg({**to_specification(chart), "width": 720})
    labels = re.findall(r">([\d.]+e-\d)<", picture)
    assert labels == ["1e-5", "1.5e-5", "2e-5", "3e-5", "4e-5", "6e-5", "8e-5"]


@pytest.mark.parametrize(
    ("spans", "words"),
    [
        ([("underfits", 1, 2)], {("underfits", 1)}),
        ([("overfits", 8, 9)], {("overfits", 9)}),
        (
            [("underfits", 1, 2), ("overfits", 8, 9)],
            {("underfits", 1), ("overfits", 9)},
        ),
        ([("underfits", 1, 1)], set()),
    ],
    ids=["left", "right", "both", "one trial"],
)
def test_an_area_has_its_word_at_its_outer_end(spans, words):
    points = [
        Point(trial, x, None, 0.5, 0.4, 0.5, 10, pruned=False, fit="good")
        for trial, x in enumerate((1.0, 5.0, 9.0))
    ]
    shaded = [Span(None, fit, low, high, trials=2) for fit, low, high in spans]
    chart = draw_losses(points, shaded, "strength", log=False, what={})
    texts = [layer for layer in chart.to_dict()["layer"] if layer["mark"]["type"] == "text"]
    datasets = chart.to_dict()["datasets"]
    written = {(row["fit"], row["x"]) for text in texts for row in datasets[text["data"]["name"]]}
    assert written == words
