"""The time limit of a search."""

import time

import pytest

from tuner.scoring import OBJECTIVES
from tuner.search import clock as clocks
from tuner.search.clock import Clock
from tuner.training import TrialResult


@pytest.fixture
def now(monkeypatch):
    """A time that a test sets."""

    class Now:
        seconds = 100.0

    monkeypatch.setattr(clocks.time, "monotonic", lambda: Now.seconds)
    return Now


def make(limit, export_seconds=0.0, final_rounds=2):
    return Clock(
        limit,
        started=100.0,
        export_seconds=export_seconds,
        final_rounds=lambda: final_rounds,
        share=0.25,  # of 5 folds
        objective=OBJECTIVES["cross_entropy"],
    )


def ended(score, seconds, status="completed"):
    curves = {"loss": [[1.0] * 10] * 5}
    return TrialResult(0, status, epoch=5, score=score, seconds=seconds, curves=curves)


def up_at(clock, now, times):
    for seconds in times:
        now.seconds = 100.0 + seconds
        if clock.is_up():
            return seconds
    return None


def test_without_a_limit_it_is_never_up(now):
    clock = make(None)
    assert up_at(clock, now, [1e9]) is None
    assert clock.limit_cohort(64) == 64


def test_before_a_trial_has_ended_as_much_is_left_as_all_rows_would_have_taken(now):
    assert up_at(make(60.0), now, range(100)) == 48  # 48 + 48 / 4


def test_networks_that_are_trained_one_after_another_take_as_often_as_long(now):
    clock = make(100.0, final_rounds=6)
    clock.add(ended(0.5, seconds=32.0))  # 8 s a fold, half of the epochs
    assert up_at(clock, now, range(100)) == 100 - 1 - 6 * 4


def test_what_the_best_network_takes_is_left_for_the_final_training(now):
    clock = make(100.0)
    clock.add(ended(0.5, seconds=32.0))  # 8 s a fold, half of the epochs
    clock.add(ended(0.1, seconds=0.0, status="failed"))
    clock.add(ended(0.6, seconds=400.0))
    assert up_at(clock, now, range(200)) == 91  # and a second to make ready


def test_an_export_takes_a_fifth_of_a_short_limit_at_most(now):
    clocks_of = [make(limit, export_seconds=6.0) for limit in (10.0, 100.0)]
    for clock in clocks_of:
        clock.add(ended(0.5, seconds=0.0))
    assert [up_at(clock, now, range(200)) for clock in clocks_of] == [7, 93]


def test_once_up_it_stays_up(now):
    clock = make(100.0)
    clock.add(ended(0.5, seconds=80.0))
    now.seconds = 185.0
    assert clock.is_up()
    clock.add(ended(0.1, seconds=0.0))  # better, and trained in no time
    assert clock.is_up()


def test_so_many_trials_are_asked_for_as_end_in_time_at_the_pace_so_far(now):
    clock = make(100.0)
    assert clock.limit_cohort(64) == 4
    clock.add(ended(0.5, seconds=0.0))
    clock.add(ended(0.6, seconds=0.0))
    now.seconds = 110.0  # 5 s a trial, 89 s left
    assert clock.limit_cohort(64) == 17
    assert clock.limit_cohort(8) == 8
    now.seconds = 199.0
    assert clock.limit_cohort(64) == 1


def test_it_counts_from_now_where_time_is_real():
    assert not Clock(
        60.0,
        started=time.monotonic(),
        export_seconds=0.0,
        final_rounds=lambda: 1,
        share=0.25,  # of 5 folds
        objective=OBJECTIVES["cross_entropy"],
    ).is_up()


def test_who_trains_at_last_may_change_while_it_is_searched(now):
    rounds = iter([2, 10])
    clock = Clock(
        100.0,
        started=100.0,
        export_seconds=0.0,
        final_rounds=lambda: next(rounds),
        share=0.25,  # of 5 folds
        objective=OBJECTIVES["cross_entropy"],
    )
    clock.add(ended(0.5, seconds=32.0))  # 8 s a fold, half of the epochs
    now.seconds = 170.0
    assert not clock.is_up()  # 2 × 4 s are left
    assert clock.is_up()  # 10 × 4 s
