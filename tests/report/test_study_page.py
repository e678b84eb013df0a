"""A study's page: its question, its answer, the order of its sections, and all of its charts."""

import json

import pytest

from tests.helpers.reports import fill_study, make_content
from tests.helpers.studies import create_study
from tuner.report import make_study_page

TITLES = [
    "The networks to use",
    "How deep?",
    "What matters?",
    "How fast?",
    "Which pair?",
    "What does a larger network buy?",
    "How did the best trials learn?",
    "How did the search go?",
    "Which mistakes does the model make?",
    "Would something simpler do?",
    "Where did the time go?",
    "All trials",
    "How the study was done",
]


def test_a_page_asks_the_spaces_question_and_answers_it_first(page):
    assert page.title == "Which?"
    assert page.subject == "study · points, 60 rows · 6 trials"
    first, gap, last = page.headline
    assert (first, last) == ("Trial 0 is best.", "Boosting loses.")
    assert gap.startswith("The held-out rows are predicted much worse than the others promise: ")
    assert [section.title for section in page.sections] == TITLES


def test_every_chart_is_as_wide_as_its_place_and_names_its_axes(page):
    for name, chart in page.collect_charts().items():
        assert chart["width"] == "container", name
        assert json.loads(json.dumps(chart, allow_nan=False)) == chart
        for layer in chart["layer"]:
            for axis in ("x", "y"):
                assert "field" not in layer.get("encoding", {}).get(axis, {}) or (
                    "title" in layer["encoding"][axis] or name in ("calibration", "confusion")
                )


@pytest.mark.parametrize("objective", ["accuracy", "roc_auc"])
def test_a_score_that_is_maximised_has_a_linear_axis(problem, tmp_path, objective):
    study = fill_study(create_study(tmp_path, problem, objective=objective), problem)
    page = make_study_page(make_content(study, problem, baselines=False))
    axis = page.collect_charts()["trials"]["layer"][1]["encoding"]["y"]
    assert axis["title"] == {"accuracy": "accuracy", "roc_auc": "ROC AUC"}[objective]
    assert axis["scale"].get("type") is None
