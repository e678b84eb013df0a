"""Which studies can be told apart; benchmarks/studies.py asks it of more of them."""

from itertools import islice

import numpy as np
import pytest

from benchmarks.studies import made, told_apart, told_apart_as_they_are
from tuner.analysis import OutOfBag, compare_studies
from tuner.folds.split import make_split
from tuner.scoring import Truth


def named(shifts):
    """Values that lie apart by exactly so much, with noise of their own."""
    rows = np.random.default_rng(99).normal(size=200)
    draws = {name: np.random.default_rng(number) for number, name in enumerate(sorted(shifts))}
    noise = {name: 0.1 * draw.normal(size=200) for name, draw in draws.items()}
    return {
        name: OutOfBag.from_values(rows + shift + noise[name] - noise[name].mean())
        for name, shift in shifts.items()
    }


ROWS = np.arange(200)
TRUTH = Truth(ROWS % 2)
SPLIT = make_split(np.array([], np.int64), [ROWS[fold == ROWS % 5] for fold in range(5)])


def compare(exported, *, maximise=False):
    return compare_studies(exported, TRUTH, SPLIT, maximise=maximise)


@pytest.mark.parametrize(("maximise", "order"), [(False, "abc"), (True, "cba")])
def test_all_pairs_are_compared_the_best_first(maximise, order):
    first, second, third = compare(named({"b": 1.0, "a": 0.0, "c": 1.001}), maximise=maximise)
    best, middle, worst = order
    assert (first.first, first.second) == (best, middle)
    assert (second.first, second.second) == (best, worst)
    assert (third.first, third.second) == (middle, worst)
    told = {
        frozenset((each.first, each.second)): each.told_apart for each in (first, second, third)
    }
    assert told == {frozenset("ab"): True, frozenset("ac"): True, frozenset("bc"): False}
    assert first.interval[0] < first.difference < first.interval[1]
    assert abs(second.difference) == pytest.approx(1.001)


def test_more_studies_need_more_evidence():
    """What two studies alone tell apart, they do not among many others."""
    shifts = {"a": 0.0, "b": 0.045}
    (alone,) = compare(named(shifts))
    others = {f"other {number}": 0.02 for number in range(8)}
    among = compare(named({**shifts, **others}))
    pair = next(each for each in among if {each.first, each.second} == {"a", "b"})
    assert alone.told_apart
    assert not pair.told_apart
    assert pair.interval == pytest.approx(alone.interval, abs=0.01)  # folds are judged together


def test_the_same_study_twice_cannot_be_told_apart():
    values = named({"a": 0.0})["a"]
    (found,) = compare({"one": values, "two": values})
    assert (found.difference, found.interval, found.adjusted_p) == (0.0, (0.0, 0.0), 1.0)


def test_more_trials_are_no_advantage():
    """Studies of 1 and of 50 equal trials: as they are, they are told apart time and again."""
    pairs = list(islice(made((1, 50), 100), 100))
    assert sum(told_apart_as_they_are(*each) for each in pairs) > 0.15 * len(pairs)
    assert sum(told_apart(*each) for each in pairs) <= 0.05 * len(pairs)
