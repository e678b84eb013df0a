"""Training and validation loss against a hyperparameter."""

import pytest

from tuner.analysis import Point, Span
from tuner.report.figures import draw_losses


@pytest.mark.parametrize(
    ("spans", "words"),
    [
        ([("underfits", 1, 2)], {("underfits", 1)}),
        ([("overfits", 8, 9)], {("overfits", 9)}),
        ([("underfits", 1, 2), ("overfits", 8, 9)], {("underfits", 1), ("overfits", 9)}),
        ([("underfits", 1, 1)], set()),
    ],
    ids=["left", "right", "both", "one trial"],
)
def test_a_shaded_area_has_its_word_at_its_outer_end(spans, words):
    points = [
        Point(trial, x, None, 0.5, 0.4, 0.5, 10, pruned=False, fit="good")
        for trial, x in enumerate((1.0, 5.0, 9.0))
    ]
    shaded = [Span(None, fit, low, high, trials=2) for fit, low, high in spans]
    chart = draw_losses(points, shaded, "strength", log=False, descriptions={}).to_dict()
    texts = [layer for layer in chart["layer"] if layer["mark"]["type"] == "text"]
    rows = [row for text in texts for row in chart["datasets"][text["data"]["name"]]]
    assert {(row["fit"], row["x"]) for row in rows} == words


def test_a_group_without_completed_trials_has_marks_and_no_lines():
    points = [Point(0, 0.8973, None, 0.5, 0.4, 0.5, 10, pruned=True, fit="underfits")]
    chart = draw_losses(points, [], "strength", log=True, descriptions={}).to_dict()
    (marks,) = chart["layer"]
    assert marks["mark"]["type"] == "point"
    assert marks["encoding"]["x"]["axis"]["values"] == [0.8973]
