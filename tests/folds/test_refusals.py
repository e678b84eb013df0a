"""Splits that are refused, each in one sentence that says how to get another."""

import numpy as np
import pytest

from tests.helpers.problems import make_split, shuffle_labels
from tuner.errors import DataError
from tuner.folds import Splitter


@pytest.mark.parametrize(
    ("counts", "options", "message"),
    [
        ((9, 9), {"folds": 1}, "--folds: 1 is too few for cross-validation; use --folds 2 or more"),
        (
            (9, 9),
            {"test_size": 0.6},
            "--test-size: 0.6 is not between 0 and 0.5; use --test-size 0.2, or 0 for no test part",
        ),
        (
            (9, 9),
            {"test_size": float("nan")},
            "--test-size: nan is not between 0 and 0.5; use --test-size 0.2, or 0 for no test part",
        ),
        ((9, 9), {"seed": -1}, "--seed: -1 is negative; use a whole number from 0"),
        (
            (20, 4, 20),
            {},
            "--folds: class b has 4 rows, too few for 5 folds; use --folds 4 or fewer, gather "
            "more rows of it, or leave the class out",
        ),
        (
            (20, 5, 20),
            {"test_size": 0.2},
            "--folds: class b has 5 rows, 4 of them left to train on after the test part, "
            "too few for 5 folds; use --folds 4 or fewer, gather more rows of it, or leave the "
            "class out",
        ),
        (
            (20, 20, 1),
            {"folds": 2, "test_size": 0.2},
            "class c has 1 row, and cross-validation takes at least 2 of each class; gather more "
            "rows of it, or leave the class out",
        ),
        (
            (20, 20, 0),
            {},
            "class c has 0 rows, and cross-validation takes at least 2 of each class; gather more "
            "rows of it, or leave the class out",
        ),
        (
            (20, 20, 2),
            {"test_size": 0.5},
            "class c has 2 rows, 1 of them left to train on after the test part, and "
            "cross-validation takes at least 2 of each class; use --test-size 0 and --folds 2, "
            "gather more rows of it, or leave the class out",
        ),
        (
            (20, 4),
            {},
            "--folds: class b has 4 rows, too few for 5 folds; use --folds 4 or fewer, or gather "
            "more rows of it",
        ),
        (
            (5, 1),
            {},
            "class b has 1 row, and cross-validation takes at least 2 of each class; gather more "
            "rows of it",
        ),
        (
            (2, 2),
            {"folds": 3, "test_size": 0.2},
            "--test-size: 0.2 of 4 rows is 1, fewer than the 2 classes; use --test-size 0 and "
            "--folds 2 for no test part",
        ),
        (
            (2, 2),
            {"folds": 2, "test_size": 0.2},
            "--test-size: 0.2 of 4 rows is 1, fewer than the 2 classes; use --test-size 0 for no "
            "test part",
        ),
        (
            (10, 10, 10),
            {"test_size": 0.05},
            "--test-size: 0.05 of 30 rows is 2, fewer than the 3 classes; use --test-size 0.1 or "
            "more, or 0 for no test part",
        ),
    ],
)
def test_refused_splits(counts, options, message) -> None:
    arguments = {"folds": 5, "test_size": 0, "seed": 0} | options
    with pytest.raises(DataError) as error:
        make_split(shuffle_labels(*counts), classes="abc"[: len(counts)], **arguments)
    assert str(error.value) == message


@pytest.mark.parametrize(
    ("counts", "options", "test", "validation"),
    [
        ((20, 4, 20), {"folds": 4, "test_size": 0}, [0, 0, 0], [[5, 1, 5]] * 4),
        ((20, 5, 20), {"folds": 4, "test_size": 0.2}, [4, 1, 4], [[4, 1, 4]] * 4),
        ((20, 20, 2), {"folds": 2, "test_size": 0}, [0, 0, 0], [[10, 10, 1]] * 2),
        ((10, 10, 10), {"folds": 2, "test_size": 0.1}, [1, 1, 1], [[5, 5, 4], [4, 4, 5]]),
        ((2, 2), {"folds": 2, "test_size": 0}, [0, 0], [[1, 1]] * 2),
    ],
)
def test_the_folds_that_a_refusal_offers_work(counts, options, test, validation) -> None:
    y = shuffle_labels(*counts)
    split = make_split(y, classes="abc"[: len(counts)], seed=0, **options)

    def count(rows):
        return np.bincount(y[rows], minlength=len(counts)).tolist()

    assert count(split.test) == test
    assert [count(fold.validation) for fold in split.folds] == validation
    for fold in split.folds:
        assert min(count(fold.train)) > 0


@pytest.mark.parametrize(
    ("y", "groups", "options", "message"),
    [
        (
            np.arange(30) % 2,
            np.arange(30) // 10,
            (5, 0.0, 0),
            "--groups: 3 groups are there, too few for 5 folds; use --folds 3, or gather rows of "
            "more groups",
        ),
        (
            np.arange(30) % 2,
            np.zeros(30, int),
            (2, 0.0, 0),
            "--groups: 1 group is there, too few for 2 folds; gather rows of more groups",
        ),
        (
            np.arange(60) % 2,
            np.arange(60) // 10,
            (5, 0.3, 0),
            "--groups: 4 groups are there outside the test part, too few for 5 folds; use --folds "
            "4, or gather rows of more groups",
        ),
        (
            np.arange(50) % 2,
            np.arange(50) // 10,
            (3, 0.2, 0),
            "--test-size: 0.2 of 5 groups is one, and a score on a single group says nothing of "
            "others; use --test-size 0.4, or 0 for no test part",
        ),
        (
            np.arange(50) % 2,
            np.arange(50) // 10,
            (5, 0.2, 0),
            "--test-size: 0.2 of 5 groups is one, and a score on a single group says nothing of "
            "others; use --test-size 0",
        ),
        (
            (np.arange(60) >= 50).astype(int),
            np.arange(60) // 10,
            (3, 0.0, 0),
            "class b: fold 1 has no row of it to train on, since its rows are of too few groups; "
            "use another --seed, or gather rows of it from more groups",
        ),
    ],
)
def test_refused_splits_of_groups(y, groups, options, message) -> None:
    with pytest.raises(DataError) as error:
        Splitter(*options).split(y, classes="ab", groups=groups)
    assert str(error.value) == message


def test_the_test_part_that_a_refusal_offers_works() -> None:
    y, groups = np.arange(50) % 2, np.arange(50) // 10
    assert (
        len(np.unique(groups[Splitter(3, 0.4, 0).split(y, classes="ab", groups=groups).test])) == 2
    )
    assert Splitter(5, 0.0, 0).split(y, classes="ab", groups=groups).test.tolist() == []


def test_folds_without_a_roc_curve_are_refused_where_it_is_the_score() -> None:
    y, groups = np.arange(60) // 10 % 2, np.arange(60) // 10  # a class for each group
    assert Splitter(6, 0.0, 0).split(y, classes="ab", groups=groups)
    with pytest.raises(DataError) as error:
        Splitter(6, 0.0, 0, needs_two_classes=True).split(y, classes="ab", groups=groups)
    assert str(error.value) == (
        "--objective roc_auc: each fold validates rows of a single class, which have no ROC curve; "
        "use fewer --folds, or another --objective"
    )
    assert Splitter(2, 0.0, 0, needs_two_classes=True).split(y, classes="ab", groups=groups)
