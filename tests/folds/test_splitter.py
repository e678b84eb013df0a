"""Rows are split alike in every process, stratified, and with groups on one side."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.helpers.problems import make_split, shuffle_labels
from tuner.folds import Splitter


def is_same(one, two) -> bool:
    return one.to_dict() == two.to_dict()


def split_rows(y, options):
    return make_split(y, classes=[*map(str, range(y.max() + 1))], **options)


@st.composite
def splits(draw):
    folds = draw(st.integers(2, 4))
    y = shuffle_labels(*draw(st.lists(st.integers(10, 30), min_size=2, max_size=4)))
    test_size = draw(st.sampled_from([0, 0.2, 0.33]))
    seed = draw(st.integers(0, 2**70))
    options = {"folds": folds, "test_size": test_size, "seed": seed}
    return y, options


@given(splits())
def test_rows_are_partitioned_sorted_and_stratified(drawn) -> None:
    y, options = drawn
    split = split_rows(y, options)
    np.testing.assert_array_equal(np.sort([*split.train, *split.test]), np.arange(len(y)))
    assert len(split.test) == np.ceil(options["test_size"] * len(y))
    assert len(split.folds) == options["folds"]
    validated = np.concatenate([fold.validation for fold in split.folds])
    np.testing.assert_array_equal(np.sort(validated), split.train)
    for fold in split.folds:
        together = np.sort(np.concatenate([fold.train, fold.validation]))
        np.testing.assert_array_equal(together, split.train)
        for rows in (fold.train, fold.validation, split.train, split.test):
            assert rows.dtype == np.int64
            assert (np.diff(rows) > 0).all()
        expected = np.bincount(y[split.train]) / options["folds"]
        assert (np.abs(np.bincount(y[fold.validation]) - expected) <= 1).all()
    # of the test part as it is, whose rows are rounded up
    share = np.bincount(y, minlength=y.max() + 1) * len(split.test) / len(y)
    assert (np.abs(np.bincount(y[split.test], minlength=len(share)) - share) <= 1).all()


@given(splits())
def test_a_split_survives_json(drawn) -> None:
    split = split_rows(*drawn)
    again = type(split).from_dict(json.loads(json.dumps(split.to_dict())))
    np.testing.assert_array_equal(again.train, split.train)
    np.testing.assert_array_equal(again.test, split.test)
    assert len(again.folds) == len(split.folds)
    for one, two in zip(again.folds, split.folds, strict=True):
        np.testing.assert_array_equal(one.train, two.train)
        np.testing.assert_array_equal(one.validation, two.validation)
        assert one.validation.dtype == np.int64
    assert again.test.dtype == again.train.dtype == np.int64


@pytest.mark.parametrize("seed", [0, 2**32, 2**70])
def test_a_seed_gives_one_split_whatever_was_drawn_before(seed) -> None:
    options = {"classes": "ab", "folds": 3, "test_size": 0.2}
    np.random.seed(1)
    one = make_split(shuffle_labels(20, 20), **options, seed=seed)
    np.random.seed(2)
    assert is_same(one, make_split(shuffle_labels(20, 20), **options, seed=seed))
    assert not is_same(one, make_split(shuffle_labels(20, 20), **options, seed=seed + 1))


def test_the_test_part_does_not_depend_on_the_folds() -> None:
    two, five = (
        make_split(shuffle_labels(20, 20), classes="ab", folds=folds, test_size=0.2, seed=3)
        for folds in (2, 5)
    )
    np.testing.assert_array_equal(two.test, five.test)


@st.composite
def grouped(draw):
    """Groups of unequal size, most of them of one class, as those of patients are."""
    sizes = draw(st.lists(st.integers(1, 12), min_size=16, max_size=40))
    groups = np.repeat(np.arange(len(sizes)), sizes)
    y = np.where(np.random.default_rng(0).random(len(groups)) < 0.2, 0, groups % 2)
    splitter = Splitter(draw(st.integers(2, 4)), draw(st.sampled_from([0, 0.2, 0.4])), seed=0)
    return y, groups, splitter


@given(grouped())
def test_no_group_is_on_both_sides_of_a_split(drawn) -> None:
    y, groups, splitter = drawn
    split = splitter.split(y, classes="ab", groups=groups)
    assert not set(groups[split.test]) & set(groups[split.train])
    validated = np.concatenate([fold.validation for fold in split.folds])
    np.testing.assert_array_equal(np.sort(validated), split.train)
    for fold in split.folds:
        assert len(fold.validation)
        assert not set(groups[fold.train]) & set(groups[fold.validation])
        assert np.bincount(y[fold.train], minlength=2).all()


def test_the_test_part_of_groups_is_as_large_and_mixed_as_groups_allow() -> None:
    rng = np.random.default_rng(1)
    groups = np.repeat(np.arange(50), rng.integers(2, 20, size=50))
    y = (rng.random(len(groups)) < np.linspace(0.05, 0.4, 50)[groups]).astype(int)
    for seed in range(5):
        test = Splitter(3, 0.2, seed).split(y, classes="ab", groups=groups).test
        assert len(test) / len(y) == pytest.approx(0.2, abs=0.03)
        assert y[test].mean() == pytest.approx(y.mean(), abs=0.04)


def test_a_seed_gives_one_split_of_groups() -> None:
    groups, y = np.arange(120) // 4, np.arange(120) % 3

    def split(seed):
        return Splitter(3, 0.2, seed).split(y, classes="abc", groups=groups)

    assert is_same(split(0), split(0))
    assert not is_same(split(0), split(1))


def test_repeats_cut_the_same_training_rows_anew() -> None:
    y = shuffle_labels(20, 20, 12)
    once, thrice = (
        Splitter(4, 0.2, seed=0, repeats=repeats).split(y, classes="abc") for repeats in (1, 3)
    )
    assert is_same(once, make_split(y, classes="abc", folds=4, test_size=0.2, seed=0))
    assert (once.repeats, thrice.repeats) == (1, 3)
    assert (once.description, thrice.description) == ("4 folds", "4 folds, 3 times anew")
    np.testing.assert_array_equal(thrice.test, once.test)
    np.testing.assert_array_equal(thrice.train, once.train)
    cuts = [[fold.validation.tolist() for fold in thrice.folds[n : n + 4]] for n in (0, 4, 8)]
    assert cuts[0] == [fold.validation.tolist() for fold in once.folds]
    assert cuts[0] != cuts[1] != cuts[2]
    for cut in cuts:
        np.testing.assert_array_equal(np.sort(np.concatenate(cut)), thrice.train)
    again = type(thrice).from_dict(json.loads(json.dumps(thrice.to_dict())))
    for one, two in zip(again.folds, thrice.folds, strict=True):
        np.testing.assert_array_equal(one.train, two.train)
        np.testing.assert_array_equal(one.validation, two.validation)
