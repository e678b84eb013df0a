"""Every row is where it should be, in every process, and rare classes are refused in words."""

import json

import numpy as np
import pytest
from hypothesis import given, reject
from hypothesis import strategies as st
from sklearn.model_selection import TimeSeriesSplit

from tests.helpers.problems import make_split
from tuner.errors import DataError
from tuner.folds import Splitter


def rows_of(*counts: int) -> np.ndarray:
    """Return labels with so many rows of each class, shuffled."""
    y = np.repeat(np.arange(len(counts)), counts)
    return np.random.default_rng(0).permutation(y)


def same(one, two) -> bool:
    return one.to_dict() == two.to_dict()


def split_of(y, options):
    return make_split(y, classes=[*map(str, range(y.max() + 1))], **options)


@st.composite
def splits(draw):
    folds = draw(st.integers(2, 4))
    y = rows_of(*draw(st.lists(st.integers(10, 30), min_size=2, max_size=4)))
    test_size = draw(st.sampled_from([0, 0.2, 0.33]))
    seed = draw(st.integers(0, 2**70))
    options = {"folds": folds, "test_size": test_size, "seed": seed}
    return y, options


@given(splits())
def test_rows_are_partitioned_sorted_and_stratified(drawn) -> None:
    y, options = drawn
    split = split_of(y, options)
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
    split = split_of(*drawn)
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
    one = make_split(rows_of(20, 20), **options, seed=seed)
    np.random.seed(2)
    assert same(one, make_split(rows_of(20, 20), **options, seed=seed))
    assert not same(one, make_split(rows_of(20, 20), **options, seed=seed + 1))


def test_the_test_part_does_not_depend_on_the_folds() -> None:
    two, five = (
        make_split(rows_of(20, 20), classes="ab", folds=folds, test_size=0.2, seed=3)
        for folds in (2, 5)
    )
    np.testing.assert_array_equal(two.test, five.test)


@pytest.mark.parametrize(
    ("counts", "options", "message"),
    [
        ((9, 9), {"folds": 1}, "folds: 1 is too few for cross-validation; use --folds 2 or more"),
        (
            (9, 9),
            {"test_size": 0.6},
            "test_size: 0.6 is not between 0 and 0.5; use --test-size 0.2, or 0 for no test part",
        ),
        (
            (9, 9),
            {"test_size": float("nan")},
            "test_size: nan is not between 0 and 0.5; use --test-size 0.2, or 0 for no test part",
        ),
        ((9, 9), {"seed": -1}, "seed: -1 is negative; use a whole number from 0"),
        (
            (20, 4, 20),
            {},
            "class b has 4 rows, too few for 5 folds; use --folds 4 or fewer, gather more rows of "
            "it, or leave the class out",
        ),
        (
            (20, 5, 20),
            {"test_size": 0.2},
            "class b has 5 rows, 4 of them left to train on after the test part, too few for 5 "
            "folds; use --folds 4 or fewer, gather more rows of it, or leave the class out",
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
            "cross-validation takes at least 2 of each class; use --test-size 0, gather more rows "
            "of it, or leave the class out",
        ),
        (
            (10, 10, 10),
            {"test_size": 0.05},
            "test_size: 0.05 of 30 rows is 2, fewer than the 3 classes; use --test-size 0.1 or "
            "more, or 0 for no test part",
        ),
    ],
)
def test_refused_splits(counts, options, message) -> None:
    arguments = {"folds": 5, "test_size": 0, "seed": 0} | options
    with pytest.raises(DataError) as error:
        make_split(rows_of(*counts), classes="abc"[: len(counts)], **arguments)
    assert str(error.value) == message


@pytest.mark.parametrize(("folds", "test_size"), [(4, 0.2), (2, 0.1)])
def test_the_folds_that_a_refusal_offers_work(folds, test_size) -> None:
    make_split(rows_of(20, 5, 20), classes="abc", folds=folds, test_size=test_size, seed=0)
    make_split(rows_of(10, 10, 10), classes="abc", folds=2, test_size=0.1, seed=0)


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

    assert same(split(0), split(0))
    assert not same(split(0), split(1))


@pytest.mark.parametrize(
    ("y", "groups", "options", "message"),
    [
        (
            np.arange(30) % 2,
            np.arange(30) // 10,
            (5, 0.0, 0),
            "groups: 3 groups are there, too few for 5 folds; use --folds 3, or gather rows of "
            "more groups",
        ),
        (
            np.arange(30) % 2,
            np.zeros(30, int),
            (2, 0.0, 0),
            "groups: 1 group is there, too few for 2 folds; gather rows of more groups",
        ),
        (
            np.arange(40) % 2,
            np.arange(40) // 10,
            (4, 0.2, 0),
            "groups: 3 groups are there outside the test part, too few for 4 folds; use --folds "
            "3, or gather rows of more groups",
        ),
        (
            (np.arange(60) >= 50).astype(int),
            np.arange(60) // 10,
            (3, 0.0, 0),
            "class b: fold 1 has no row of it to train on, since its rows are of too few groups; "
            "use another --seed, gather rows of it from more groups, or leave the class out",
        ),
    ],
)
def test_refused_splits_of_groups(y, groups, options, message) -> None:
    with pytest.raises(DataError) as error:
        Splitter(*options).split(y, classes="ab", groups=groups)
    assert str(error.value) == message


def test_repeats_cut_the_same_training_rows_anew() -> None:
    y = rows_of(20, 20, 12)
    once, thrice = (
        Splitter(4, 0.2, seed=0, repeats=repeats).split(y, classes="abc") for repeats in (1, 3)
    )
    assert same(once, make_split(y, classes="abc", folds=4, test_size=0.2, seed=0))
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


def in_order(order, y=None, folds=3, test_size=0.2, **options):
    order = np.asarray(order)
    y = np.arange(len(order)) % 2 if y is None else y
    return Splitter(folds, test_size, 0, **options).split(y, classes="ab", order=order)


def test_rows_of_different_places_are_cut_as_scikit_learn_cuts_them() -> None:
    order = np.random.default_rng(0).permutation(103)
    rows, split = np.argsort(order), in_order(order, folds=4)
    assert split.test.tolist() == sorted(rows[-21:])
    assert split.train.tolist() == sorted(rows[:-21])
    expected = TimeSeriesSplit(4).split(np.arange(82))
    for fold, (train, validation) in zip(split.folds, expected, strict=True):
        assert fold.train.tolist() == sorted(rows[train])
        assert fold.validation.tolist() == sorted(rows[validation])
    assert split.description == "4 folds in order, after 18 rows that only train"
    assert in_order(order, test_size=0).test.tolist() == []


@given(
    st.lists(st.integers(0, 30), min_size=40, max_size=80),
    st.integers(2, 4),
    st.sampled_from([0, 0.2, 0.4]),
)
def test_what_is_trained_on_came_before_what_validates(order, folds, test_size) -> None:
    try:
        split = in_order(order, folds=folds, test_size=test_size)
    except DataError:  # of few places, or of a class that comes late
        reject()
    places = np.array(order)
    assert len(split.folds) == folds
    for fold in split.folds:
        assert places[fold.train].max() < places[fold.validation].min()
    assert len(split.test) >= test_size * len(places)
    if len(split.test):
        assert places[split.train].max() < places[split.test].min()
    last = split.folds[-1]
    np.testing.assert_array_equal(np.sort([*last.train, *last.validation]), split.train)
    again = type(split).from_dict(json.loads(json.dumps(split.to_dict())))
    np.testing.assert_array_equal(again.train, split.train)
    for one, two in zip(again.folds, split.folds, strict=True):
        np.testing.assert_array_equal(one.train, two.train)
        np.testing.assert_array_equal(one.validation, two.validation)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            {"order": np.arange(60) // 20},
            "order: it has 3 different values, too few for 3 folds that are not cut within a "
            "value; use fewer --folds, or a finer column",
        ),
        (
            {"order": np.arange(60), "y": (np.arange(60) >= 30).astype(int)},
            "class b: fold 0 has no row of it to train on, since none comes so early in the order; "
            "use fewer --folds, gather earlier rows of it, or leave the class out",
        ),
        (
            {"order": np.arange(60), "repeats": 2},
            "repeats: rows in an order are cut in one way only, not in 2; leave --repeats or "
            "--order out",
        ),
    ],
)
def test_refused_orders(arguments, message) -> None:
    with pytest.raises(DataError) as error:
        in_order(**arguments)
    assert str(error.value) == message


def test_an_order_and_groups_are_refused_together() -> None:
    rows = np.arange(60)
    with pytest.raises(DataError, match="leave --groups or --order out"):
        Splitter(3, 0.2, 0).split(rows % 2, classes="ab", groups=rows // 4, order=rows)
