"""Which studies can be compared."""

from dataclasses import replace

import numpy as np
import pytest

from tests.helpers.problems import make_split
from tests.helpers.reports import fill_study, make_compared
from tests.helpers.studies import create_study
from tuner.errors import UserError
from tuner.report import check_same_rows
from tuner.scoring import OBJECTIVES
from tuner.study import Study


@pytest.fixture
def make_study(problem, tmp_path):
    """Create studies, each with its name, its data and its settings."""

    def make(name, data=None, **settings):
        return create_study(tmp_path, problem, name, data=data, **settings)

    return make


def read_refusal(*studies):
    with pytest.raises(UserError) as error:
        check_same_rows(studies)
    return str(error.value)


def expect(reason):
    return (
        "studies one and two cannot be compared, because their rows or folds differ: "
        f"{reason}; search one of them again like the other"
    )


def test_studies_of_the_same_rows_and_folds_can_be_compared(make_study):
    check_same_rows([make_study("one"), make_study("two")])


def test_studies_of_a_file_and_of_its_copy_can_be_compared(make_study):
    check_same_rows([make_study("one"), make_study("two", {"name": "a copy"})])


def test_studies_of_different_rows_are_refused_with_the_difference(make_study):
    other = {"name": "clouds", "rows": 70, "fingerprint": "f"}
    assert read_refusal(make_study("one"), make_study("two", other)) == expect(
        "the data are points in one and clouds in two; the rows are 60 in one and 70 in two"
    )


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"seed": 5}, "--seed, which makes the folds, is 0 in one and 5 in two"),
        ({"test_size": 0.5}, "--test-size is 0.2 in one and 0.5 in two"),
    ],
)
def test_studies_with_different_folds_are_refused(make_study, problem, settings, reason):
    first, other = make_study("one"), make_study("two", **settings)
    split = make_split(problem.y, classes=["a", "b", "c"], folds=3, test_size=0.0, seed=5)
    second = Study(replace(other.record, split=split), other.folder)
    assert read_refusal(first, second) == expect(reason)


def test_studies_of_changed_data_are_refused(make_study):
    first, second = make_study("one"), make_study("two", {"fingerprint": "f"})
    assert read_refusal(first, second) == expect("the data's contents or columns changed")


def test_a_study_is_scored_by_another_objective_with_its_own_picks(make_study, problem):
    """Its trials are picked by accuracy, and scored by the cross-entropy of the first study."""
    study = fill_study(make_study("two", objective="accuracy"), problem)
    compared = make_compared(study, problem)
    y, best = problem.y[problem.rows], compared.picks.best.trial
    probabilities = study.arrays.read_probabilities(best)
    before, after = (
        OBJECTIVES["cross_entropy"].row_values(each, y)
        for each in (probabilities, compared.picks.calibration.scale(probabilities))
    )
    by_row = compared.score_export("cross_entropy").by_cluster - (after - before)
    losses = [
        OBJECTIVES["cross_entropy"].row_values(study.arrays.read_probabilities(record.trial), y)
        for record in compared.records
        if record.completed
    ]
    assert compared.picks.exported == "best"
    assert (np.min(losses, axis=0) <= by_row + 1e-6).all()
    assert (by_row <= np.max(losses, axis=0) + 1e-6).all()
