"""The rule of a race, without a race."""

import math

import numpy as np
import pytest

from tuner.training.race_rule import bound_gain, choose_rungs, is_clearly_worse

ERROR = 1 / math.sqrt(400)  # the standard error of `judge`'s differences
PAST_ITS_BEST = [0.5, 0.6, 0.7, 0.8, 0.9, 1.0]  # it gains nothing more
PLATEAU = [0.693, 0.690, 0.688, 0.6865, 0.6855, 0.685, 0.6847, 0.6845, 0.6844, 0.6843]
ACCELERATING = [1 - 0.004 * epoch**2 for epoch in range(12)]
LEARNING = [1 / epoch for epoch in range(1, 26)]


def judge(behind, curve=PAST_ITS_BEST, spread=1.0, comparisons=1):
    """Judge a trial that is behind in 400 rows, with differences of a standard deviation."""
    noise = np.random.default_rng(0).normal(size=400)
    noise = spread * (noise - noise.mean()) / noise.std(ddof=1)
    return is_clearly_worse(
        noise + behind, np.zeros(400), curve, epochs=50, comparisons=comparisons
    )


def test_clearly_worse_is_more_than_chance_explains():
    assert not judge(1.6 * ERROR)
    assert judge(1.7 * ERROR)  # 5 %, one-sided: 1.645
    assert not judge(2.5 * ERROR, comparisons=10)
    assert judge(2.6 * ERROR, comparisons=10)  # 0.5 %: 2.576


def test_equal_losses_do_not_beat_each_other():
    assert not judge(0.0, spread=0.0)
    assert judge(0.1, spread=0.0)


@pytest.mark.parametrize("curve", [PLATEAU, ACCELERATING], ids=["plateau", "accelerating"])
def test_a_late_starter_is_never_beaten(curve):
    assert not judge(1000.0, curve)


def test_a_plateau_that_brings_nothing_for_five_epochs_is_the_end_of_it():
    assert not judge(1.0, [*PLATEAU, 0.7, 0.7, 0.7, 0.7])
    assert judge(1.0, [*PLATEAU, 0.7, 0.7, 0.7, 0.7, 0.7])


def test_a_trial_that_learns_is_expected_to_gain_a_quarter_as_much_with_each_doubling():
    gain = bound_gain(LEARNING, 50)
    assert gain == pytest.approx(0.25 * (1 / 12 - 1 / 25))
    assert bound_gain(LEARNING, 100) == pytest.approx(2 * gain)
    assert not judge(gain + 1.6 * ERROR, LEARNING)
    assert judge(gain + 1.7 * ERROR, LEARNING)


def test_a_spike_of_the_curve_is_not_its_end():
    """A large step of SGD throws a network back for an epoch or two."""
    assert not judge(1.0, [0.52, 0.43, 0.41, 0.39, 0.45, 0.63, 0.42, 0.41])


def test_a_noisy_curve_that_may_still_fall_as_before_does_not_tell():
    falling = np.linspace(1.0, 0.4, 12)
    noise = np.array([1, -1, 1, 1, -1, 1, -1, -1, 1, 1, -1, 1])
    assert bound_gain(list(falling + 0.05 * noise), 50) == math.inf


def test_rungs_are_closer_in_the_beginning():
    rungs = choose_rungs(50)
    gaps = np.diff(rungs)
    assert rungs[0] == 6
    assert (np.diff(gaps) >= -1).all()
    assert gaps[-1] > gaps[0]
    assert rungs[-1] < 50


@pytest.mark.parametrize(("epochs", "rungs"), [(1, ()), (6, ()), (7, (6,)), (10, (6, 7, 9))])
def test_short_trainings_have_few_rungs(epochs, rungs):
    assert choose_rungs(epochs) == rungs
