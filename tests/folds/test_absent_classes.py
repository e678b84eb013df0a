"""Classes that a test part or a fold cannot score are told."""

import numpy as np

from tests.helpers.problems import make_split, shuffle_labels
from tuner.folds import Splitter, warn_about_absent_classes


def test_classes_that_parts_of_an_ordered_split_lack_are_told() -> None:
    y = np.array([0, 1] * 20 + [0] * 60)
    split = Splitter(3, 0.2, 0).split(y, classes="ab", order=np.arange(100))
    assert warn_about_absent_classes(split, y, classes="ab") == (
        "the test part has no row of class b, and its scores are those of the other classes; give "
        "a larger --test-size",
        "2 of 3 folds validate no row of class b, whose ROC AUC and recall are those of the other "
        "folds; give fewer --folds",
    )


def test_rare_classes_that_the_test_part_lacks_are_told() -> None:
    y = shuffle_labels(60, 40, 2, 2)
    split = make_split(y, classes="abcd", folds=2, test_size=0.05, seed=0)
    assert warn_about_absent_classes(split, y, classes="abcd") == (
        "the test part has no row of classes c, d, and its scores are those of the other "
        "classes; give a larger --test-size or another --seed",
    )


def test_nothing_is_told_of_a_split_with_all_classes_or_without_a_test_part() -> None:
    y = shuffle_labels(20, 20)
    for test_size in (0.2, 0):
        split = make_split(y, classes="ab", folds=3, test_size=test_size, seed=0)
        assert warn_about_absent_classes(split, y, classes="ab") == ()
