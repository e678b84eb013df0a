"""Rows in an order: each fold is predicted from what came before it."""

import json

import numpy as np
import pytest
from hypothesis import given, reject
from hypothesis import strategies as st
from sklearn.model_selection import TimeSeriesSplit

from tuner.errors import DataError
from tuner.folds import Splitter


def split_in_order(order, y=None, folds=3, test_size=0.2, **options):
    order = np.asarray(order)
    y = np.arange(len(order)) % 2 if y is None else y
    return Splitter(folds, test_size, 0, **options).split(y, classes="ab", order=order)


def test_rows_of_different_places_are_cut_as_scikit_learn_cuts_them() -> None:
    order = np.random.default_rng(0).permutation(103)
    rows, split = np.argsort(order), split_in_order(order, folds=4)
    assert split.test.tolist() == sorted(rows[-21:])
    assert split.train.tolist() == sorted(rows[:-21])
    expected = TimeSeriesSplit(4).split(np.arange(82))
    for fold, (train, validation) in zip(split.folds, expected, strict=True):
        assert fold.train.tolist() == sorted(rows[train])
        assert fold.validation.tolist() == sorted(rows[validation])
    assert split.description == "4 folds in order, after 18 rows that only train"
    assert split_in_order(order, test_size=0).test.tolist() == []


@given(
    st.lists(st.integers(0, 30), min_size=40, max_size=80),
    st.integers(2, 4),
    st.sampled_from([0, 0.2, 0.4]),
)
def test_what_is_trained_on_came_before_what_validates(order, folds, test_size) -> None:
    try:
        split = split_in_order(order, folds=folds, test_size=test_size)
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
            "use fewer --folds, or gather earlier rows of it",
        ),
        (
            {"order": np.arange(60), "repeats": 2},
            "--repeats: rows in an order are cut in one way only, not in 2; leave --repeats or "
            "--order out",
        ),
        (
            {"order": np.arange(60), "test_size": 0.01},
            "--test-size: 0.01 of 60 rows is one, and a score on a single row says nothing of "
            "others; use --test-size 0.04, or 0 for no test part",
        ),
    ],
)
def test_refused_orders(arguments, message) -> None:
    with pytest.raises(DataError) as error:
        split_in_order(**arguments)
    assert str(error.value) == message


def test_an_order_and_groups_are_refused_together() -> None:
    rows = np.arange(60)
    with pytest.raises(DataError, match="leave --groups or --order out"):
        Splitter(3, 0.2, 0).split(rows % 2, classes="ab", groups=rows // 4, order=rows)
