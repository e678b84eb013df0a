"""How long a trial takes, by trials of a run."""

from dataclasses import replace

import pytest

from tests.helpers.training import make_job, make_mlp
from tuner.search.trial_seconds import TrialSeconds
from tuner.training import TrialResult

PLANNED = '[network]\ndepth = 1\n[optimizer]\noptimizer = "adamw"\nschedule = "coslog4"\n'
VALUES = {"depth": 1, "units": 8, "batch_size": 10, "kind": "none", "input_dropout": 0.0}
VALUES |= {"learning_rate": 0.1, "momentum": 0.0, "schedule": "constant"}


@pytest.fixture
def seconds():
    return TrialSeconds(make_mlp(PLANNED))


def make(**values):
    return make_job(**{**VALUES, **values})


def make_result(epochs, seconds):
    return TrialResult(0, "completed", seconds=seconds, curves={"loss": [[1.0] * epochs] * 2})


def test_nothing_is_known_before_a_trial_has_ended(seconds):
    assert seconds.estimate(make(), 5) is None
    seconds.add(VALUES, TrialResult.from_failure(0, "raised", "it raised"))
    assert seconds.estimate(make(), 5) is None


def test_a_trial_takes_as_long_as_one_like_it(seconds):
    seconds.add(VALUES, make_result(epochs=4, seconds=8.0))
    assert seconds.estimate(make(), 5) == 10.0
    assert seconds.estimate(replace(make(), epochs=3), 5) == 6.0
    assert seconds.estimate(make(length=0.5), 5) == 5.0


def test_the_time_grows_at_most_in_proportion_and_never_falls_below_a_larger_ones(seconds):
    seconds.add(VALUES, make_result(epochs=1, seconds=2.0))
    assert seconds.estimate(make(units=16), 1) == 4.0
    assert seconds.estimate(make(units=4), 1) == 2.0
    assert seconds.estimate(make(batch_size=5), 1) == 4.0  # twice as many steps
    seconds.add({**VALUES, "units": 16}, make_result(epochs=1, seconds=3.0))
    assert seconds.estimate(make(units=16), 1) == 3.0
    assert seconds.estimate(make(), 1) == 2.0


def test_of_trials_that_may_be_cut_short_nothing_is_known():
    seconds = TrialSeconds(make_mlp())
    seconds.add(VALUES, make_result(epochs=4, seconds=8.0))
    assert seconds.estimate(make(), 5) is None
