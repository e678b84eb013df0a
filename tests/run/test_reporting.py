"""A report on the disk: the page, its charts, the table of trials, and what it does in haste."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from tests.helpers.html import read_section
from tests.helpers.setups import DEPTHS, write_noisy_study
from tests.helpers.spaces import make_space
from tuner.errors import SearchFailed, UserError
from tuner.files.own_files import CHARTS, find_strangers
from tuner.report import Page, make_study_page
from tuner.run import baselines
from tuner.run.baselines import compare_with_baselines, compare_with_guessing, ensure_baselines
from tuner.run.opening import create_study, open_study
from tuner.run.preparing import prepare
from tuner.run.report_content import read_content
from tuner.run.reporting import report_study, write_page
from tuner.run.request import DataRequest, Destination
from tuner.study import SearchSettings


@pytest.fixture
def study(setup, tmp_path):
    return write_noisy_study(setup, tmp_path / "runs")


def test_a_report_is_a_page_its_charts_and_the_table_of_trials(setup, study):
    (study.folder / "figures").mkdir()
    (study.folder / "figures" / "curves-99.vl.json").write_text("{}")
    ensure_baselines(setup, study)
    path = report_study(read_content(setup, study))
    assert path == study.folder / "report.html"
    page = path.read_text(encoding="utf-8")
    for words in (
        "Which?",
        "12 trials",
        "How many hidden layers",
        "logistic regression",
        "gradient",
    ):
        assert words.lower() in page.lower()
    charts = {each.name for each in (study.folder / "figures").iterdir()}
    assert not find_strangers(study.folder / "figures", CHARTS)
    assert {"size.vl.json", "trials.vl.json", "baselines.vl.json"} <= charts
    assert "curves-99.vl.json" not in charts
    chart = json.loads((study.folder / "figures" / "trials.vl.json").read_text())
    assert chart["$schema"].startswith("https://vega.github.io/schema/vega-lite/")
    assert len(pd.read_csv(study.folder / "results.csv")) == 12
    assert not list(study.folder.glob(".*"))


def test_charts_of_an_earlier_report_stay_if_new_ones_cannot_be_written(setup, study, monkeypatch):
    (study.folder / "figures").mkdir()
    (study.folder / "figures" / "progress.vl.json").write_text("{}")

    def fail(self):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Page, "collect_charts", fail)
    content = read_content(setup, study)
    with pytest.raises(UserError) as error:
        report_study(content)
    assert str(error.value) == (
        f"folder {study.folder}/figures cannot be written (No space left on device); fix that, or "
        "write the page alone, with --output FILE"
    )
    assert [path.name for path in (study.folder / "figures").iterdir()] == ["progress.vl.json"]
    (study.folder / "figures" / "mine.vl.json").write_text("dear")
    (study.folder / "figures" / "photo.png").write_text("dear")
    with pytest.raises(UserError) as error:
        report_study(content)
    assert str(error.value) == (
        f"folder {study.folder}/figures holds mine.vl.json, photo.png beside the report's charts, "
        "and a new report would delete that; move it"
    )
    assert (study.folder / "figures" / "photo.png").read_text() == "dear"


def test_the_same_study_has_the_same_report(setup, study):
    first = report_study(read_content(setup, study)).read_text(encoding="utf-8")
    assert report_study(read_content(setup, study)).read_text(encoding="utf-8") == first


def test_a_report_shows_the_baselines_that_the_study_has(setup, study):
    untimely = report_study(read_content(setup, study)).read_text(encoding="utf-8")
    assert "No baselines were trained, because there was no time left." in untimely
    ensure_baselines(setup, study)
    with_them = report_study(read_content(setup, study)).read_text(encoding="utf-8")
    assert "No baselines were trained" not in with_them


def test_the_majority_class_has_one_verdict(setup, study, monkeypatch):
    ensure_baselines(setup, study)
    picks = read_content(setup, study).picks
    judged = {each.name: each for each in compare_with_baselines(setup, study, picks)}
    guessing = compare_with_guessing(setup, study, picks)
    assert judged["majority class"].verdict == guessing.verdict == "loses"
    tied = replace(guessing, verdict="ties")
    monkeypatch.setattr(baselines, "compare_with_guessing", lambda *of: tied)
    changed = compare_with_baselines(setup, study, picks)
    assert [each.verdict for each in changed if each.name == "majority class"] == ["ties"]


def test_the_answers_say_how_to_go_on_with_the_study_where_it_lies(setup, study):
    sections = read_content(setup, study).answers.answers
    sentences = " ".join(sentence for section in sections for sentence in section.sentences)
    root = study.root
    assert f"`tuner resume study --root {root} --max-trials 30` continues" in sentences


def test_a_study_in_which_nothing_was_completed_has_no_report(setup, tmp_path):
    study = create_study(setup, Destination(tmp_path, "empty"))
    with pytest.raises(SearchFailed, match="no trial was completed"):
        report_study(read_content(setup, study))
    assert not (study.folder / "report.html").exists()


def test_a_page_that_cannot_be_written_is_one_sentence(setup, tmp_path):
    path = tmp_path / "nowhere" / "report.html"
    with pytest.raises(UserError) as refused:
        write_page(Page("a", "b", (), ()), path)
    assert str(refused.value) == (
        f"report {path} cannot be written (No such file or directory); fix that, or give "
        "--output another file"
    )


def test_a_page_elsewhere_is_all_that_is_written(setup, study, tmp_path):
    (study.folder / "figures").write_text("in the way")
    before = sorted(study.folder.iterdir())
    path = report_study(read_content(setup, study), output=tmp_path / "page.html")
    assert "How many hidden layers" in path.read_text("utf-8")
    assert sorted(study.folder.iterdir()) == before


def test_charts_that_cannot_be_written_are_one_sentence(setup, study):
    (study.folder / "figures").write_text("in the way")
    with pytest.raises(UserError) as refused:
        report_study(read_content(setup, study))
    assert str(refused.value) == (
        f"folder {study.folder}/figures cannot be written (Not a directory); fix that, or write "
        "the page alone, with --output FILE"
    )


@pytest.fixture
def visits(tmp_path):
    """A table of patients who came on several days."""
    rng = np.random.default_rng(0)
    days = pd.date_range("2024-01-01", periods=180).strftime("%Y-%m-%d")
    kind = np.array(["a", "b", "c"])[rng.integers(3, size=180)]
    values = {"patient": np.arange(180) % 30, "day": days, "size": rng.normal(size=180)}
    path = tmp_path / "visits.csv"
    pd.DataFrame({**values, "kind": kind}).to_csv(path, index=False)
    return str(path)


RELATIONS = {
    "groups and repeats": (
        {"groups": "patient", "ignore": ("day",)},
        {"repeats": 2, "class_weight": "balanced"},
        [
            "split 3 folds, 2 times anew, of ",
            "groups patient",
            "class weights balanced, by each fold",
            "standard errors, intervals and comparisons are over groups, not over rows.",
        ],
    ),
    "order": (
        {"order": "day", "ignore": ("patient",)},
        {},
        [
            "split 3 folds in order, after 36 rows that only train, of 144 training rows; 36 rows",
            "order day",
            "the first 36 rows are not scored.",
        ],
    ),
}


@pytest.mark.parametrize(("relations", "options", "said"), RELATIONS.values(), ids=RELATIONS)
def test_a_study_of_related_rows_is_reported_with_what_relates_them(
    visits, tmp_path, relations, options, said
):
    request = DataRequest(visits, **relations)
    settings = SearchSettings(folds=3, epochs=2, max_trials=12, **options)
    setup = replace(prepare("mlp_depth", request, settings), space=make_space(DEPTHS))
    study = write_noisy_study(setup, tmp_path / "runs")
    ensure_baselines(setup, study)
    page = make_study_page(read_content(setup, study))
    words = read_section(page, "method")
    for part in said:
        assert part in words
    assert len(study.arrays.read_baselines()["logistic regression"].reshape(-1, 3)) == (
        len(setup.truth.y) * setup.split.repeats
    )
    again, _ = open_study("study", tmp_path / "runs")
    assert again.request == setup.request
    assert again.split.to_dict() == setup.split.to_dict()
    np.testing.assert_array_equal(again.truth.clusters, setup.truth.clusters)
