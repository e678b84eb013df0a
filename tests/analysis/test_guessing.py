"""Guessing the most frequent class, beside what is exported."""

from dataclasses import replace

import numpy as np
import pytest

from tuner.analysis import is_right_more_often, judge_guessing
from tuner.analysis.bias_correction import OutOfBag
from tuner.folds.split import make_split
from tuner.problem import Problem
from tuner.scoring import Truth


def test_what_is_right_more_often_than_a_guess_has_learned():
    """Of 40 rows: 23 are of the most frequent class."""
    truth = Truth(np.repeat([0, 1], [23, 17]))

    def is_more(right):
        values = OutOfBag.from_values((np.arange(40) % 8 < right).astype(float))
        return is_right_more_often(replace(values, training=0.5), truth)

    assert is_more(7)  # in 8
    assert not is_more(5)


def test_what_guesses_at_random_is_hardly_ever_right_more_often():
    rng = np.random.default_rng(0)
    found = 0
    for _ in range(300):
        truth = Truth(rng.integers(2, size=80))
        right = (rng.integers(2, size=80) == truth.y).astype(float)
        found += is_right_more_often(OutOfBag.from_values(right), truth)
    assert found <= 15


def test_the_guess_is_of_the_class_that_is_the_most_frequent_of_all_rows():
    """Each fold validates the rows of one class, so that the other one prevails in its training."""
    y = np.repeat([0, 1], [21, 19])
    rows = [np.flatnonzero(y == 0), np.flatnonzero(y == 1)]
    split = make_split(np.array([], np.int64), rows)
    problem = Problem(np.zeros((40, 1), np.float32), y, split.folds, np.zeros(1, bool))
    exported = OutOfBag.from_values(np.full(40, 0.5))
    judged = judge_guessing(problem, exported, split, objective="cross_entropy")
    assert judged.scores["accuracy"].value == 21 / 40
    judged = judge_guessing(problem, exported, split, objective="accuracy")
    assert judged.scores["accuracy"].value == 21 / 40
    assert judged.difference == pytest.approx(21 / 40 - 0.5)
