"""How long a trial takes, by those that a run trains."""

from dataclasses import replace

import pytest

from tests.helpers.training import make_job, make_mlp
from tuner.search.trial_seconds import TrialSeconds

PLANNED = '[network]\ndepth = 1\n[optimizer]\noptimizer = "adamw"\nschedule = "coslog4"\n'
VALUES = {"depth": 1, "units": 8, "batch_size": 10, "kind": "none", "input_dropout": 0.0}
VALUES |= {"learning_rate": 0.1, "momentum": 0.0, "schedule": "constant"}


@pytest.fixture
def seconds():
    return TrialSeconds(make_mlp(PLANNED), epochs=5)


def make(trial, **values):
    return make_job(trial, **{**VALUES, **values})


def train(seconds, now, job, *, tracing, epoch, epochs):
    """Train some epochs of a trial."""
    seconds.begin(job)
    now.seconds += tracing
    for number in range(epochs):
        now.seconds += epoch
        seconds.add_epoch(job.trial, number + 1)


def test_nothing_is_known_before_a_trial_has_trained_two_epochs(seconds, now):
    train(seconds, now, make(0), tracing=3.0, epoch=2.0, epochs=1)
    assert seconds.estimate_job(make(1)) is None
    seconds.add_epoch(7, 1)  # nobody asked for it
    assert seconds.estimate_job(make(2)) is None


def test_a_trial_takes_as_long_as_one_like_it_that_still_trains(seconds, now):
    train(seconds, now, make(0), tracing=3.0, epoch=2.0, epochs=2)
    assert seconds.estimate_job(make(1)) == 3 + 5 * 2
    assert seconds.estimate_job(replace(make(2), epochs=3)) == 3 + 3 * 2
    assert seconds.estimate_job(make(3, length=0.4)) == 3 + 2 * 2


def test_the_time_grows_at_most_in_proportion_and_never_falls_below_a_larger_ones(seconds, now):
    train(seconds, now, make(0), tracing=0.0, epoch=2.0, epochs=5)
    assert seconds.estimate_job(make(1, units=16)) == 20.0
    assert seconds.estimate_job(make(2, units=4)) == 10.0
    assert seconds.estimate_job(make(3, batch_size=5)) == 20.0  # twice as many steps
    train(seconds, now, make(4, units=16), tracing=0.0, epoch=3.0, epochs=5)
    assert seconds.estimate_job(make(5, units=16)) == 15.0
    assert seconds.estimate_job(make(6)) == 10.0


def test_of_trials_that_may_be_cut_short_nothing_is_known(now):
    seconds = TrialSeconds(make_mlp(), epochs=5)
    train(seconds, now, make(0), tracing=0.0, epoch=2.0, epochs=5)
    assert seconds.estimate_job(make(1)) is None
