"""Rows, classes, groups and orders that a Python program gives as arrays."""

import numpy as np
import pytest

from tests.helpers.problems import make_problem
from tests.helpers.searches import make_mlp
from tuner.errors import DataError, StudyError
from tuner.folds import Fold
from tuner.scoring import OBJECTIVES, compute_mean_and_error
from tuner.search import FoldTuner
from tuner.search.labelled_rows import LabelledRows
from tuner.study import SearchSettings

SETTINGS = {"max_trials": 2, "folds": 3, "epochs": 2, "test_size": 0.2, "seed": 3}
GROUPS = np.array([f"patient {row // 5}" for row in range(90)])
X, Y = np.ones((3, 2)), np.array(["b", "a", "b"])


@pytest.fixture(scope="module")
def problem():
    return make_problem(rows=90)


@pytest.fixture
def search(tmp_path, problem):
    def search(settings=SETTINGS, **relations):
        tuner = FoldTuner(
            make_mlp(epochs=2), SearchSettings(**settings), directory=tmp_path / "runs"
        )
        tuner.search(problem.x, problem.y, study="mine", **relations)
        return tuner

    return search


def test_classes_groups_and_ranks_are_numbered():
    days = np.array(["2024-01-03", "2024-01-01", "2024-01-03"], "datetime64[D]")
    rows = LabelledRows.from_arrays(X, Y, groups=np.array(["q", "p", "q"]), order=days)
    assert rows.classes == ("a", "b")
    for numbers in (rows.y, rows.groups, rows.order):
        assert numbers.tolist() == [1, 0, 1]
        assert numbers.dtype == np.int64
    assert rows.x.dtype == np.float32


def test_a_study_knows_its_rows_by_their_fingerprint():
    rows = LabelledRows.from_arrays(X, Y, groups=None, order=None)
    described = rows.to_dict()
    fingerprint = described.pop("fingerprint")
    assert described == {
        "name": "array",
        "rows": 3,
        "classes": ["a", "b"],
        "groups": None,
        "order": None,
    }
    others = [
        LabelledRows.from_arrays(X + 1, Y, groups=None, order=None),
        LabelledRows.from_arrays(X, Y[::-1] + "c", groups=np.arange(3), order=None),
    ]
    assert fingerprint not in [other.to_dict()["fingerprint"] for other in others]


def test_each_row_has_one_class():
    with pytest.raises(DataError) as error:
        LabelledRows.from_arrays(X, Y[:2])
    assert str(error.value) == (
        "x and y: expected one class for each row; received 3 rows and 2 classes"
    )
    with pytest.raises(DataError, match="y: expected a class for each row of x; received none"):
        LabelledRows.from_arrays(X)


def test_rows_of_one_class_are_refused():
    with pytest.raises(DataError) as error:
        LabelledRows.from_arrays(X, ["b"] * 3)
    assert str(error.value) == "y: all 3 rows are of class b; give rows of two or more classes"


@pytest.mark.parametrize("name", ["groups", "order", "sample_weight"])
def test_a_masked_value_is_refused(name):
    masked = np.ma.array([1, 2, 3], mask=[False, True, False])
    with pytest.raises(DataError) as error:
        LabelledRows.from_arrays(X, Y, **{name: masked})
    assert str(error.value) == f"{name}: expected a value for each of 3 rows; 1 are masked"


def test_groups_may_have_the_byte_order_of_another_machine():
    rows = LabelledRows.from_arrays(X, Y, groups=np.array([7, 5, 7], ">i8"))
    assert rows.groups.tolist() == [1, 0, 1]


def test_weights_by_class_are_numbered_and_those_of_rows_enter_the_fingerprint():
    rows = LabelledRows.from_arrays(X, [7, 5, 7], sample_weight=[1, 2, 3])
    problem = rows.make_problem((), {7: 3.0})
    assert problem.class_weight.tolist() == [1.0, 3.0]
    assert problem.row_weights.tolist() == [1.0, 2.0, 3.0]
    others = LabelledRows.from_arrays(X, [7, 5, 7])
    assert rows.to_dict()["fingerprint"] != others.to_dict()["fingerprint"]
    with pytest.raises(DataError) as error:
        rows.make_problem((), {6: 1.0})
    assert str(error.value) == "class_weight: y has no class 6; its classes are 5, 7"


@pytest.mark.parametrize("weights", [[1, 2], [1, -2, 3], [1, np.nan, 3], [1, "x", 3]])
def test_weights_that_are_no_weights_of_the_rows_are_refused(weights):
    message = "expected a weight for each of 3 rows" if len(weights) == 2 else "for row 1|'x'"
    with pytest.raises(DataError, match=message):
        LabelledRows.from_arrays(X, Y, sample_weight=weights)


@pytest.mark.parametrize(
    ("class_weight", "sample_weight", "place"),
    [
        ({0: 0, 1: 0}, None, "class_weight"),
        ({0: 1e-300, 1: 0}, None, "class_weight"),
        (None, [0, 0, 0, 1], "sample_weight"),
        ({1: 0}, [0, 1, 1, 1], "class_weight and sample_weight"),
    ],
)
def test_a_fold_without_any_weight_is_refused(class_weight, sample_weight, place):
    rows = LabelledRows.from_arrays(np.zeros((4, 1)), [0, 1, 1, 0], sample_weight=sample_weight)
    folds = Fold(np.array([1, 3]), np.array([0])), Fold(np.array([0, 1, 2]), np.array([3]))
    with pytest.raises(DataError) as error:
        rows.make_problem(folds, class_weight)
    fold = 0 if place == "class_weight" else 1
    assert str(error.value) == (
        f"{place}: all training rows of fold {fold} have the weight 0, so that nothing is learned "
        "from them; give more rows a weight above 0"
    )


def test_class_weights_are_found_by_labels_of_any_type():
    rows = LabelledRows.from_arrays(X, [0.0, 1.0, 0.0])
    assert rows.make_problem((), {0.0: 2}).class_weight.tolist() == [2.0, 1.0]


@pytest.mark.parametrize("name", ["groups", "order"])
@pytest.mark.parametrize("values", [GROUPS[:2], np.array([None, *GROUPS[:2]])], ids=len)
def test_a_row_without_a_group_or_rank_is_refused(name, values):
    with pytest.raises(DataError) as error:
        LabelledRows.from_arrays(X, Y, **{"groups": None, "order": None, name: values})
    assert str(error.value) == (
        f"{name}: expected a value for each of 3 rows, none of them missing; received an array of "
        f"shape {values.shape}"
    )


def test_groups_stay_together_and_standard_errors_are_over_groups(search, problem):
    tuner = search(groups=GROUPS)
    split = tuner.study.record.split
    for one, other in [(split.train, split.test), *((f.train, f.validation) for f in split.folds)]:
        assert not set(GROUPS[one]) & set(GROUPS[other])
    for record in tuner.records:
        probabilities = tuner.study.arrays.read_probabilities(record.trial)
        losses = OBJECTIVES["cross_entropy"].row_values(probabilities, problem.y[split.train])
        sums = dict.fromkeys(GROUPS[split.train], 0.0)
        for group, value in zip(GROUPS[split.train], losses - losses.mean(), strict=True):
            sums[group] += value
        squares = sum(value**2 for value in sums.values())
        expected = np.sqrt(squares * len(sums) / (len(sums) - 1)) / len(losses)
        assert record.result.score == pytest.approx(losses.mean())
        assert record.result.standard_error == pytest.approx(expected)


def test_a_study_is_resumed_with_its_own_groups_only(search):
    scores = [record.result.score for record in search(groups=GROUPS).records]
    assert [record.result.score for record in search(groups=GROUPS).records] == scores
    with pytest.raises(StudyError, match='--groups is "groups" there and null here'):
        search()
    with pytest.raises(StudyError, match="the data are not the same"):
        search(groups=GROUPS[::-1])


def test_each_repeat_trains_a_trial_on_new_folds(search, problem):
    tuner = search({**SETTINGS, "repeats": 2})
    split = tuner.study.record.split
    row_values = OBJECTIVES["cross_entropy"].row_values
    for record in tuner.records:
        assert len(record.result.fold_scores) == 6
        probabilities = tuner.study.arrays.read_probabilities(record.trial)
        assert probabilities.shape == (2, len(split.train), 3)
        by_repeat = [row_values(repeat, problem.y[split.train]) for repeat in probabilities]
        assert record.result.score == pytest.approx(np.mean(by_repeat))
    with pytest.raises(StudyError, match="--repeats is 2 there and 1 here"):
        search()


def test_ordered_rows_are_predicted_from_earlier_rows(search, problem):
    days = np.datetime64("2024-01-01") + np.random.default_rng(0).permutation(90)
    tuner = search(order=days)
    split = tuner.study.record.split
    assert split.ordered
    assert days[split.train].max() < days[split.test].min()
    scored = np.sort(np.concatenate([fold.validation for fold in split.folds]))
    assert len(scored) == 54  # of 72, cut into four parts
    for record in tuner.records:
        probabilities = tuner.study.arrays.read_probabilities(record.trial)
        values = OBJECTIVES["cross_entropy"].row_values(probabilities, problem.y[scored])
        assert (record.result.score, record.result.standard_error) == compute_mean_and_error(values)
    with pytest.raises(StudyError, match='--order is "order" there and null here'):
        search()
