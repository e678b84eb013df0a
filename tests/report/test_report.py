"""A study's page: its sections, its sentences and its charts."""

import json
from dataclasses import replace

import pytest

from tests.report.conftest import fill, make_material
from tests.report.test_page import Checked
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
    "Where is it wrong?",
    "Would something simpler do?",
    "Where did the time go?",
    "All trials",
    "How it was done",
]


def texts(page, name):
    """All words of a section, in one line."""
    section = next(each for each in page.sections if each.name == name)
    return " ".join(" ".join(Checked(section.to_html()).words).split())


def test_a_page_asks_the_spaces_question_and_answers_it_first(material):
    page = make_study_page(material)
    assert page.title == "Which?"
    assert page.subject == "study · points, 60 rows · 6 trials"
    assert page.headline == ("Trial 0 is best.", "Boosting loses.")
    assert [section.title for section in page.sections] == TITLES


def test_the_picks_stand_side_by_side_with_their_scores(material):
    best = material.picks.best
    words = texts(make_study_page(material), "picks")
    assert f"{best.score:.4f} ± {best.standard_error:.4f}" in words
    assert f"cross-entropy, corrected for the choice {best.corrected_score:.4f}" in words
    assert "The 0 held-out rows took no part in any choice" in words
    assert "cross-entropy, held-out test" in words
    assert "0.5000 ± 0.1000" in words
    assert f"Best, trial {best.trial}: depth 0, learning_rate 0.01." in words


def test_each_answer_has_its_sentences_and_its_charts(material):
    page = make_study_page(material)
    assert "One layer is enough." in texts(page, "answer-1")
    names = list(page.collect_charts())
    assert [name for name in names if name.startswith("answer")] == [
        "answer-1-settings", "answer-2-importance", "answer-3-losses-1", "answer-4-grid"
    ]  # fmt: skip


def test_every_chart_is_as_wide_as_its_place_and_names_its_axes(material):
    for name, chart in make_study_page(material).collect_charts().items():
        assert chart["width"] == "container", name
        assert json.loads(json.dumps(chart, allow_nan=False)) == chart
        for layer in chart["layer"]:
            for axis in ("x", "y"):
                assert "field" not in layer.get("encoding", {}).get(axis, {}) or (
                    "title" in layer["encoding"][axis] or name in ("calibration", "confusion")
                )


def test_the_predictions_say_how_often_they_are_wrong(material):
    words = texts(make_study_page(material), "predictions")
    assert "rows of 60 are wrong." in words
    assert "Expected calibration error" in words


def test_the_baselines_stand_beside_what_is_exported(material):
    page = make_study_page(material)
    words = texts(page, "baselines")
    assert "gradient boosting 0.9000 ± 0.1000 +0.3000 ± 0.1000 loses 1.5" in words
    assert words.endswith("exported It is slow.")
    choice = material.picks
    pick, error = choice.exported_pick, choice.out_of_bag.standard_error
    told = f"corrected for the choice {pick.corrected_score:.4f} ± {error:.4f} exported"
    assert told in words
    (chart,) = page.collect_charts()["baselines"]["datasets"].values()
    assert chart[-1]["score"] == pick.corrected_score
    assert (chart[-1]["low"], chart[-1]["high"]) == pick.corrected_interval
    assert chart[-1]["name"] in words


@pytest.mark.parametrize("better", [False, True])
def test_beside_the_baselines_stands_the_ensemble_where_it_is_exported(material, better):
    choice = material.picks
    ensemble = replace(choice.ensemble, better=better)
    of = replace(material, picks=replace(choice, ensemble=ensemble))
    words = texts(make_study_page(of), "baselines")
    what = "ensemble" if better else f"network, trial {choice.best.trial}"
    assert f"{what}, corrected for the choice" in words


def test_a_page_without_baselines_says_how_to_get_them(study, problem):
    page = make_study_page(make_material(study, problem, baselines=False))
    assert texts(page, "baselines") == (
        "Would something simpler do? No baselines were trained, since there was no time left for "
        f"them. This trains them: tuner report study --root {study.folder.parents[1]}"
    )


def test_all_trials_stand_in_the_table_the_best_first(material):
    words = texts(make_study_page(material), "table")
    assert words.startswith("All trials Show 6 trials, the best first trial status depth")
    order = [words.index(f"{trial} {status}") for trial, status in (
        (material.completed[0].trial, "completed"), (3, "failed"), (4, "pruned"))]  # fmt: skip
    assert order == sorted(order)
    assert "the loss of fold 0 is not finite" in words


def test_the_method_names_what_it_takes_to_do_it_again(material):
    words = texts(make_study_page(material), "method")
    root = material.study.folder.parents[1]
    for part in (
        "split 3 folds, of 60 training rows; 0 rows were held out",
        "Pruned trials count.",
        f"tuner resume study --max-trials 12 --root {root}",
        f"tuner report study --root {root}",
    ):
        assert part in words


@pytest.mark.parametrize("objective", ["accuracy", "roc_auc"])
def test_a_score_of_which_more_is_better_has_a_plain_axis(make_study, problem, objective):
    study = fill(make_study(objective=objective), problem)
    page = make_study_page(make_material(study, problem, baselines=False))
    axis = page.collect_charts()["trials"]["layer"][1]["encoding"]["y"]
    assert axis["title"] == {"accuracy": "accuracy", "roc_auc": "ROC AUC"}[objective]
    assert axis["scale"].get("type") is None
