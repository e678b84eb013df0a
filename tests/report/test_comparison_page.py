"""A comparison's page: which study found the better network."""

import re

import pytest

from tests.helpers.html import read_section
from tests.helpers.reports import (
    fill_study,
    make_compared,
    make_trial,
    write_trials,
)
from tests.helpers.studies import create_study
from tuner.report import make_comparison_page


@pytest.fixture(scope="module")
def compare(problem, tmp_path_factory):
    """Make studies that are compared: of six trials, or of one with so much noise."""
    root = tmp_path_factory.mktemp("compared")

    def make(name, *, noise=None, **settings):
        study = create_study(root, problem, name, **settings)
        if noise is None:
            fill_study(study, problem)
        else:
            write_trials(study, [make_trial(0, problem, noise=noise)])
        return make_compared(study, problem)

    return make


@pytest.fixture(scope="module")
def one(compare):
    return compare("one")


def test_a_significant_difference_is_in_the_headline(compare):
    good, poor = compare("good", noise=0.3), compare("poor", noise=4.0)
    page = make_comparison_page([poor, good])
    assert page.title == "Which found the better network: poor or good?"
    assert re.fullmatch(
        r"good found a better network than poor \(the difference is [\d.]+, between [\d.]+ and "
        r"[\d.]+\)\.",
        page.headline[0],
    )
    score = good.score_export("cross_entropy").score
    accuracy = good.picks.exported_pick.scores["accuracy"]
    told = re.fullmatch(
        r"The model of good has the best score: ([\d.]+) % of rows are right \(cross-entropy "
        r"([\d.]+) ± [\d.]+, corrected for the choice\)\.",
        page.headline[1],
    )
    assert told is not None
    assert float(told[1]) == pytest.approx(100 * accuracy, abs=0.5)
    assert float(told[2]) == pytest.approx(score, abs=0.01)
    text = read_section(page, "networks")
    assert text.index("its accuracy, cross-validated") < text.index("its cross-entropy, cross")


def test_equal_studies_cannot_be_told_apart(compare, one):
    page = make_comparison_page([one, compare("two")])
    assert page.headline[0].startswith("one cannot be told apart from two (the difference is 0.0")
    assert len(page.headline) == 2
    # the same rows and networks, but either study trains its own once more
    assert re.search(
        r"one less two \+0\.0000 -0\.\d+ to 0\.\d+ 1\.000 no", read_section(page, "scores")
    )
    text = read_section(page, "networks")
    assert "Which? Which?" in text
    assert "0.5000 ± 0.1000 0.5000 ± 0.1000" in text
    assert "one 6 4 1 1" in read_section(page, "searches")


def test_a_study_of_another_objective_is_scored_but_its_search_is_not_drawn(compare, one):
    other = compare("other", objective="accuracy")
    page = make_comparison_page([one, other])
    assert f"{other.score_export('cross_entropy').score:.4f}" in read_section(page, "networks")
    assert ("Not drawn, because these studies optimised another objective: other.") in read_section(
        page, "searches"
    )
    assert page.headline[-1] == (
        "All are compared by cross-entropy, the objective of one, but other was searched for "
        "accuracy: name another study first to compare by its objective."
    )
    shares = make_comparison_page([other, one]).headline[1]
    told = re.search(r"([\d.]+) % of rows are right \(accuracy ([\d.]+)", shares)
    assert float(told[1]) == pytest.approx(100 * float(told[2]), abs=0.051)
