"""The luck of a search, against its definition and against draws of which all is known."""

import numpy as np
import pytest

from tuner.analysis.luck import estimate_luck, run_exchange_test
from tuner.analysis.significance import Variance


def test_luck_is_the_spread_of_the_best_of_trials_drawn_again():
    losses = np.array([[0.1, 0.5], [0.4, 0.2], [0.3, 0.7], [0.2, 0.9]])
    rng = np.random.default_rng(7)
    rows = rng.integers(0, 4, (100_000, 4))
    drawn = losses[rows, 0].min(axis=1) - losses[rows, 1].min(axis=1)
    variance = estimate_luck(losses)[1]
    assert variance.value == pytest.approx(1.5 * drawn.var(), rel=0.1)
    assert variance.freedom == 6


def test_luck_that_settings_share_cancels_out():
    shared = np.array([[0.1], [0.9], [0.4], [0.6]])
    losses = np.hstack([shared, shared + 0.2])
    assert estimate_luck(losses)[1].value == pytest.approx(0.0, abs=1e-12)


def test_of_one_draw_no_luck_is_known():
    assert estimate_luck(np.array([[1.0, 2.0]])) == [Variance(0.0, 1.0)] * 2


def test_two_settings_are_exchanged_in_every_way():
    """Of 2^8 ways to exchange the trials of eight draws, two are as extreme as all of one side."""
    losses = np.array([[0.0, 1.0]] * 8)
    p = run_exchange_test(losses)[1]
    assert p == pytest.approx(2 / 2**8, abs=0.008)


def test_the_worst_setting_does_not_hide_the_next():
    rng = np.random.default_rng(0)
    losses = np.array([0.0, 0.0, 1.0, 50.0]) + 0.1 * rng.random((8, 4))
    p = run_exchange_test(losses)
    assert p[3] <= p[2] <= 0.05 < p[1]


def test_settings_that_are_alike_have_a_small_p_as_often_as_it_says():
    rng = np.random.default_rng(0)
    draws = [np.where(rng.random((6, 4)) < 0.3, 0.0, 1.0) for _ in range(150)]
    found = [run_exchange_test(losses) for losses in draws]
    assert np.mean([min(p.values()) <= 0.1 for p in found]) <= 0.15
