"""Guessing the most frequent class, beside what is exported."""

from dataclasses import replace

import numpy as np

from tuner.analysis import is_right_more_often
from tuner.analysis.bias_correction import OutOfBag
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
