"""How long a trial takes, by those that a run trains."""

from dataclasses import replace

import pytest

from tests.helpers.problems import CLASSES, FEATURES
from tests.helpers.training import make_job, make_mlp
from tuner.search.trial_seconds import TrialSeconds

PLANNED = '[network]\ndepth = 1\n[optimizer]\noptimizer = "adamw"\nschedule = "coslog4"\n'
VALUES = {"depth": 1, "units": 8, "batch_size": 10, "kind": "none", "input_dropout": 0.0}
VALUES |= {"learning_rate": 0.1, "momentum": 0.0, "schedule": "constant"}


@pytest.fixture
def seconds():
    return TrialSeconds(make_mlp(PLANNED), epochs=5, fold_rows=[20, 20])


def make(trial, **values):
    return make_job(trial, **{**VALUES, **values})


def train(seconds, now, job, *, tracing, epoch, epochs):
    """Train some epochs of a trial."""
    seconds.begin(job)
    now.seconds += tracing
    for number in range(epochs):
        now.seconds += epoch
        seconds.add_epoch(job.trial, number + 1)


def test_a_trial_ends_in_what_is_left_of_its_seconds(seconds, now):
    assert seconds.estimate_left(make(0)) == 0.0
    train(seconds, now, make(0), tracing=3.0, epoch=2.0, epochs=3)
    assert seconds.estimate_left(make(1)) == 3 + 5 * 2  # it has not begun
    assert seconds.estimate_left(make(0)) == 2 * 2
    now.seconds += 60.0
    assert seconds.estimate_left(make(0)) == 0.0


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
    assert seconds.estimate_job(replace(make(4, length=0.4), epochs=3)) == 3 + 2 * 2


def test_the_time_grows_with_the_multiplications_the_outputs_and_the_steps(seconds, now):
    train(seconds, now, make(0), tracing=0.0, epoch=2.0, epochs=5)
    step = 5e6 / 10
    small, large = (
        units * (FEATURES + CLASSES) + 200 * (units + CLASSES) + step for units in (8, 80_000)
    )
    wide = make(1, units=80_000)
    ratio = large / small
    assert seconds.estimate_job(wide) == pytest.approx(10.0 * ratio)
    assert seconds.estimate_job(make(2, batch_size=5)) == pytest.approx(20.0, rel=0.01)
    train(seconds, now, replace(wide, trial=3), tracing=1.0, epoch=7.0, epochs=5)
    assert seconds.estimate_job(wide) == pytest.approx(36.0)  # like the one that is most similar
    assert seconds.estimate_job(make(4)) == pytest.approx(10.0)


def test_a_worker_may_tell_of_several_epochs_at_once(seconds, now):
    seconds.begin(make(0))
    now.seconds += 3.0 + 3 * 2.0
    seconds.add_epoch(0, 3)
    assert seconds.estimate_job(make(1)) is None
    now.seconds += 2 * 2.0
    seconds.add_epoch(0, 5)
    assert seconds.estimate_job(make(1)) == 3 + 5 * 2


def test_one_fold_takes_its_share_of_a_trial(seconds, now):
    train(seconds, now, replace(make(0), folds=1), tracing=3.0, epoch=2.0, epochs=5)
    assert seconds.estimate_job(make(1)) == 3 + 2 * 5 * 2  # of two folds
    assert seconds.estimate_job(replace(make(1), folds=1)) == 3 + 5 * 2


def test_before_a_trial_has_trained_its_time_is_guessed_from_its_work(seconds, now):
    values = make(0).hyperparameters.values
    assert 0 < seconds.guess(values) < 0.1  # 40 rows, 5 epochs of a small network
    assert seconds.guess({**values, "units": 80_000}) > 20 * seconds.guess(values)
    assert seconds.guess(values, folds=1) == seconds.guess(values) / 2
    train(seconds, now, make(0), tracing=3.0, epoch=2.0, epochs=5)
    assert seconds.guess(values) == 3 + 5 * 2
    assert seconds.guess(values, folds=1) == 3 + 5 * 2 / 2  # fewer folds take as long to trace


def test_of_trials_that_may_be_cut_short_nothing_is_known(now):
    seconds = TrialSeconds(make_mlp(), epochs=5, fold_rows=[20, 20])
    train(seconds, now, make(0), tracing=0.0, epoch=2.0, epochs=5)
    assert seconds.estimate_job(make(1)) is None
