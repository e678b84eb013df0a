"""Rows that belong together, in a search from Python: how they are split and scored."""

import numpy as np
import pytest

from tests.helpers.problems import make_problem
from tests.helpers.spaces import SMALL, make_space
from tuner.errors import DataError, StudyError
from tuner.model.mlp import MLPHyperModel
from tuner.scoring import OBJECTIVES, compute_mean_and_error
from tuner.search import KFoldTuner
from tuner.study import SearchSettings

SETTINGS = {"max_trials": 2, "folds": 3, "epochs": 2, "test_size": 0.2, "seed": 3}
PROBLEM = make_problem(rows=90)
GROUPS = np.array([f"patient {row // 5}" for row in range(90)])


@pytest.fixture
def searched(tmp_path):
    def searched(settings=SETTINGS, **relations):
        network = MLPHyperModel(make_space(SMALL), features=4, classes=3, epochs=2)
        tuner = KFoldTuner(network, SearchSettings(**settings), directory=tmp_path / "runs")
        tuner.search(PROBLEM.x, PROBLEM.y, study="mine", **relations)
        return tuner

    return searched


def test_groups_stay_together_and_errors_are_over_them(searched):
    tuner = searched(groups=GROUPS)
    split = tuner.study.record.split
    for one, other in [(split.train, split.test), *((f.train, f.validation) for f in split.folds)]:
        assert not set(GROUPS[one]) & set(GROUPS[other])
    for record in tuner.records:
        probabilities = tuner.study.arrays.read_probabilities(record.trial)
        rows = OBJECTIVES["cross_entropy"].row_values(probabilities, PROBLEM.y[split.train])
        off = dict.fromkeys(GROUPS[split.train], 0.0)
        for group, value in zip(GROUPS[split.train], rows - rows.mean(), strict=True):
            off[group] += value
        expected = np.sqrt(sum(v**2 for v in off.values()) * len(off) / (len(off) - 1)) / len(rows)
        assert record.result.score == pytest.approx(rows.mean())
        assert record.result.standard_error == pytest.approx(expected)


def test_a_study_does_not_go_on_with_other_groups(searched):
    tuner = searched(groups=GROUPS)
    again = searched(groups=GROUPS)
    assert [r.result.score for r in again.records] == [r.result.score for r in tuner.records]
    with pytest.raises(StudyError, match='--groups is "groups" there and null here'):
        searched()
    with pytest.raises(StudyError, match="the data are not the same"):
        searched(groups=GROUPS[::-1])


@pytest.mark.parametrize("groups", [GROUPS[1:], np.array([None, *GROUPS[1:]])])
def test_a_row_without_a_group_is_refused(searched, groups):
    with pytest.raises(DataError) as error:
        searched(groups=groups)
    assert str(error.value) == (
        "groups: expected a value for each of 90 rows, none of them missing; received an array of "
        f"shape {groups.shape}"
    )


def test_repeats_train_each_trial_on_folds_anew(searched):
    tuner = searched({**SETTINGS, "repeats": 2})
    split = tuner.study.record.split
    for record in tuner.records:
        assert len(record.result.fold_scores) == 6
        probabilities = tuner.study.arrays.read_probabilities(record.trial)
        assert probabilities.shape == (2, len(split.train), 3)
        losses = OBJECTIVES["cross_entropy"].row_values
        by_repeat = [losses(each, PROBLEM.y[split.train]) for each in probabilities]
        assert record.result.score == pytest.approx(np.mean(by_repeat))
    with pytest.raises(StudyError, match="--repeats is 2 there and 1 here"):
        searched()


def test_rows_in_order_are_predicted_from_those_before_them(searched):
    days = np.datetime64("2024-01-01") + np.random.default_rng(0).permutation(90)
    tuner = searched(order=days)
    split = tuner.study.record.split
    assert days[split.train].max() < days[split.test].min()
    scored = np.sort(np.concatenate([fold.validation for fold in split.folds]))
    assert len(scored) == 54  # of 72, cut into four parts
    for record in tuner.records:
        probabilities = tuner.study.arrays.read_probabilities(record.trial)
        values = OBJECTIVES["cross_entropy"].row_values(probabilities, PROBLEM.y[scored])
        assert (record.result.score, record.result.standard_error) == compute_mean_and_error(values)
    again = searched(order=days)
    assert again.study.record.split.ordered
    with pytest.raises(StudyError, match='--order is "order" there and null here'):
        searched()
