"""Which studies can be compared, and what a comparison says."""

from dataclasses import replace

import numpy as np
import pytest

from tests.helpers.problems import make_split
from tests.report.conftest import fill, make_trial, named
from tests.report.test_report import texts
from tuner.analysis import pick_networks
from tuner.errors import UserError
from tuner.report import ComparedStudy, check_same_rows, make_comparison_page
from tuner.scoring import OBJECTIVES
from tuner.study import Study


def compared(study, problem):
    truth = problem.truth
    records = tuple(sorted(study.read_trials(), key=lambda record: record.trial))
    return ComparedStudy(
        study, truth, records, pick_networks(study, truth), {"cross_entropy": (0.5, 0.1)}
    )


def of_one_trial(study, problem, noise):
    study.begin(study.record.settings)
    study.write_trial(make_trial(0, problem, noise=noise), {})
    return compared(study, problem)


def refusal(*studies):
    with pytest.raises(UserError) as refused:
        check_same_rows(studies)
    return str(refused.value)


def test_studies_of_the_same_rows_and_folds_can_be_compared(make_study):
    check_same_rows([make_study("one"), make_study("two")])


def test_studies_of_a_file_and_of_its_copy_can_be_compared(make_study):
    check_same_rows([make_study("one"), named(make_study("two"), name="a copy")])


def test_studies_of_other_rows_are_refused_by_what_differs(make_study):
    other = {"name": "clouds", "rows": 70, "fingerprint": "f"}
    first, second = make_study("one"), named(make_study("two"), **other)
    assert refusal(first, second) == (
        "studies one and two cannot be compared, since they are not of the same rows and folds: "
        "the data are points there and clouds here; the rows are 60 there and 70 here; search one "
        "of them again as the other was"
    )


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"seed": 5}, "--seed, which cuts the folds, is 0 there and 5 here"),
        ({"test_size": 0.5}, "--test-size is 0.2 there and 0.5 here"),
    ],
)
def test_studies_with_other_folds_are_refused(make_study, problem, settings, reason):
    first, other = make_study("one"), make_study("two", **settings)
    split = make_split(problem.y, classes=["a", "b", "c"], folds=3, test_size=0.0, seed=5)
    second = Study(replace(other.record, split=split), other.folder)
    assert refusal(first, second) == (
        "studies one and two cannot be compared, since they are not of the same rows and folds: "
        f"{reason}; search one of them again as the other was"
    )


def test_studies_of_changed_data_are_refused(make_study):
    first, second = make_study("one"), named(make_study("two"), fingerprint="f")
    assert "the data's contents or columns are others" in refusal(first, second)


def test_a_clear_difference_is_told_apart_by_its_rows(make_study, problem):
    good = of_one_trial(make_study("good"), problem, 0.3)
    poor = of_one_trial(make_study("poor"), problem, 4.0)
    page = make_comparison_page([poor, good])
    exported = good.exported("cross_entropy")
    assert page.title == "Which found the better network: poor or good?"
    assert page.headline == (
        "The best score, corrected for the choice, is that of good: cross-entropy "
        f"{exported.score:.4f} ± {exported.standard_error:.4f}.",
        "By their paired differences it is better than all others.",
    )


def test_equal_studies_cannot_be_told_apart(make_study, problem):
    studies = [compared(fill(make_study(name), problem), problem) for name in ("one", "two")]
    page = make_comparison_page(studies)
    assert page.headline[0] == "By their rows these cannot be told apart: one, two."
    assert "one less two +0.0000 0.0000 to 0.0000 1.000 no" in texts(page, "scores")
    words = texts(page, "networks")
    assert "Which? Which?" in words
    assert "0.5000 ± 0.1000 0.5000 ± 0.1000" in words
    assert "one 6 4 1 1" in texts(page, "searches")


def test_a_search_for_another_objective_is_not_drawn_beside_the_others(make_study, problem):
    first = compared(fill(make_study("one"), problem), problem)
    second = compared(fill(make_study("two", objective="accuracy"), problem), problem)
    words = texts(make_comparison_page([first, second]), "searches")
    assert "Not drawn, since another objective was optimised there: two." in words


def test_a_search_for_another_objective_is_judged_by_what_it_chose(make_study, problem):
    """Its trials are chosen by accuracy, and judged by the cross-entropy of the first study."""
    study = fill(make_study("two", objective="accuracy"), problem)
    second = compared(study, problem)
    by_row = second.exported("cross_entropy").by_cluster
    y = problem.y[problem.rows]
    losses = [
        OBJECTIVES["cross_entropy"].row_values(study.arrays.read_probabilities(record.trial), y)
        for record in second.records
        if record.completed
    ]
    assert second.picks.exported == "best"
    assert (np.min(losses, axis=0) <= by_row + 1e-6).all()
    assert (by_row <= np.max(losses, axis=0) + 1e-6).all()
    first = compared(fill(make_study("one"), problem), problem)
    words = texts(make_comparison_page([first, second]), "networks")
    assert f"{second.exported('cross_entropy').score:.4f}" in words
