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
    exported = good.score_export("cross_entropy")
    assert page.title == "Which found the better network: poor or good?"
    assert page.headline == (
        "The best score, corrected for the choice, is that of good: cross-entropy "
        f"{exported.score:.4f} ± {exported.standard_error:.4f}.",
        "Its paired differences show that it is better than all others.",
    )


def test_equal_studies_cannot_be_told_apart(compare, one):
    page = make_comparison_page([one, compare("two")])
    assert page.headline[0] == ("The paired differences cannot tell these studies apart: one, two.")
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
