"""The rule of a race, without a race."""

import math

import numpy as np
import pytest

from tuner.training.race_rule import Standing, choose_rungs, is_beaten, is_clearly_worse

ERROR = 1 / math.sqrt(400)  # the standard error of `compare`'s differences


def compare(behind, caught_up=0.0, spread=1.0, comparisons=1):
    """Compare a trial that is behind in 400 rows, with differences of a standard deviation."""
    noise = np.random.default_rng(0).normal(size=400)
    noise = spread * (noise - noise.mean()) / noise.std(ddof=1)
    return is_clearly_worse(
        noise + behind, np.zeros(400), caught_up=caught_up, comparisons=comparisons
    )


def test_clearly_worse_is_more_than_chance_explains():
    assert not compare(1.6 * ERROR)
    assert compare(1.7 * ERROR)  # 5 %, one-sided: 1.645
    assert not compare(2.5 * ERROR, comparisons=10)
    assert compare(2.6 * ERROR, comparisons=10)  # 0.5 %: 2.576


def test_a_trial_that_catches_up_is_expected_to_catch_up_by_as_much_again():
    assert compare(0.5, caught_up=0.1)
    assert not compare(0.5, caught_up=0.5)


def test_a_trial_that_falls_behind_is_judged_by_its_losses_alone():
    assert not compare(0.05, caught_up=-1.0)


def test_equal_losses_do_not_beat_each_other():
    assert not compare(0.0, spread=0.0)
    assert compare(0.1, spread=0.0)


def test_no_trial_is_beaten_at_the_first_rung():
    hopeless, leader = Standing(np.full(9, 5.0), math.nan), Standing(np.zeros(9), math.nan)
    assert not is_beaten(hopeless, leader, trial=1, rung=2, rungs=(2, 3))


def test_the_gain_since_the_rung_before_counts_against_the_leaders_gain():
    leader = Standing(np.zeros(9), 0.5)
    rungs = (2, 3)
    assert is_beaten(Standing(np.full(9, 1.0), 1.2), leader, trial=1, rung=3, rungs=rungs)
    assert not is_beaten(Standing(np.full(9, 1.0), 2.6), leader, trial=1, rung=3, rungs=rungs)


def test_the_more_trials_came_before_the_more_must_a_difference_show():
    losses = np.random.default_rng(0).normal(loc=0.12, size=400)
    leader = Standing(np.zeros(400), 0.0)
    beaten = [
        is_beaten(Standing(losses, float(losses.mean())), leader, trial=n, rung=3, rungs=(2, 3))
        for n in (1, 1000)
    ]
    assert beaten == [True, False]


@pytest.mark.parametrize(
    ("epochs", "rungs"), [(1, ()), (2, ()), (3, (2,)), (4, (2, 3)), (20, (2, 3, 5, 10))]
)
def test_short_trainings_have_few_rungs(epochs, rungs):
    assert choose_rungs(epochs) == rungs
