"""The time limit of a search."""

import pytest

from tuner.scoring import OBJECTIVES
from tuner.search.clock import Clock
from tuner.search.final_seconds import FinalSeconds
from tuner.training import TrialResult


def make_clock(limit, export_seconds=0.0, count_fold_times=lambda: 2, **final):
    return Clock(
        limit,
        started=100.0,  # as the fixture `now` begins
        export_seconds=export_seconds,
        # of 5 folds
        final=FinalSeconds(count_fold_times=count_fold_times, all_rows_share=0.25, **final),
        objective=OBJECTIVES["cross_entropy"],
    )


def make_result(score, seconds, status="completed", trial=0):
    """Make the result of a trial of five folds, whose best epoch is in the middle of ten."""
    curves = {"loss": [[1.0] * 10] * 5}
    return TrialResult(trial, status, epoch=5, score=score, seconds=seconds, curves=curves)


def find_end(clock, now, times):
    """Return the first of these seconds after the start at which the time is up."""
    for seconds in times:
        now.seconds = 100.0 + seconds
        if clock.is_up():
            return seconds
    return None


def test_without_a_limit_the_time_is_never_up(now):
    clock = make_clock(None)
    assert find_end(clock, now, [1e9]) is None
    assert clock.limit_cohort(64) == 64


def test_before_a_trial_has_ended_the_clock_reserves_what_all_rows_would_have_taken(now):
    assert find_end(make_clock(60.0), now, range(100)) == 48  # 48 + 48 / 4
    clock = make_clock(60.0, fold_networks=5, decide_all_rows=lambda best: best[0].seconds < 30)
    assert find_end(clock, now, range(100)) == 60 - 1  # one second to average folds
    assert clock.adds_networks_on_all_rows is None


def test_the_clock_reserves_the_final_training_of_the_best_network(now):
    clock = make_clock(100.0)
    clock.add(make_result(0.5, seconds=32.0))  # 8 s a fold, half of the epochs
    clock.add(make_result(0.1, seconds=0.0, status="failed"))
    clock.add(make_result(0.6, seconds=400.0))
    assert find_end(clock, now, range(200)) == 100 - 1 - 2 * 4  # one second to trace


def test_the_clock_reserves_more_for_networks_that_are_trained_one_after_another(now):
    clock = make_clock(100.0, count_fold_times=lambda: 6)
    clock.add(make_result(0.5, seconds=32.0))
    assert find_end(clock, now, range(100)) == 100 - 1 - 6 * 4


def test_the_clock_reserves_the_final_training_of_several_of_the_best_networks(now):
    clock = make_clock(100.0, count_fold_times=lambda: 6, networks=3)
    for score, seconds in ((0.7, 400.0), (0.5, 32.0), (0.6, 16.0), (0.55, 24.0)):
        clock.add(make_result(score, seconds))
    assert find_end(clock, now, range(100)) == 100 - 2 - 6 * 3.5  # traced; half are the best
    clock = make_clock(
        100.0,
        networks=2,
        fold_networks=5,
        decide_all_rows=lambda best: [each.score for each in best] != [0.5, 0.6],
    )
    for score in (0.7, 0.5, 0.6):
        clock.add(make_result(score, 32.0))
    assert find_end(clock, now, range(200)) == 100 - 1


def test_the_clock_reserves_the_averaging_of_folds_beside_networks_on_all_rows(now):
    clock = make_clock(100.0, fold_networks=5)
    clock.add(make_result(0.5, seconds=32.0))
    assert find_end(clock, now, range(100)) == 100 - 1 - 1 - 2 * 4
    assert clock.adds_networks_on_all_rows


@pytest.mark.parametrize(("running", "added"), [(30.0, True), (32.0, False)])
def test_networks_on_all_rows_take_no_time_from_trials_that_train(now, running, added):
    """They become quick enough when 40 s are left; they take 9 s, and folds one."""
    clock = make_clock(100.0, fold_networks=5, decide_all_rows=lambda best: best[0].seconds < 40)
    now.seconds = 150.0
    clock.add(make_result(0.6, seconds=64.0))
    assert clock.adds_networks_on_all_rows is False
    assert clock.count_left() == 50 - 1
    now.seconds = 160.0
    clock.add(make_result(0.5, seconds=32.0), lambda: running)
    assert clock.adds_networks_on_all_rows is added
    assert clock.count_left() == 40 - (10 if added else 1)
    now.seconds = 165.0
    clock.add(
        make_result(0.7, seconds=0.0), lambda: 0.0
    )  # no better, but nothing trains any longer
    assert clock.adds_networks_on_all_rows


def test_the_fold_times_may_change_during_a_search(now):
    rounds = iter([2, 10])
    clock = make_clock(100.0, count_fold_times=lambda: next(rounds))
    clock.add(make_result(0.5, seconds=32.0))
    now.seconds = 170.0
    assert not clock.is_up()  # reserves 2 × 4 s
    assert clock.is_up()  # reserves 10 × 4 s


def test_the_export_takes_longer_beside_other_programs(now, monkeypatch):
    monkeypatch.setattr("tuner.search.clock.measure_slowness", lambda: 1.5)
    clock = make_clock(100.0, export_seconds=6.0)
    clock.add(make_result(0.5, seconds=0.0))
    assert find_end(clock, now, range(200)) == 100 - 9 - 1


def test_the_export_takes_two_fifths_of_a_short_limit_at_most(now):
    clocks = [make_clock(limit, export_seconds=6.0) for limit in (10.0, 100.0)]
    for clock in clocks:
        clock.add(make_result(0.5, seconds=0.0))
    assert [find_end(clock, now, range(200)) for clock in clocks] == [5, 93]


def test_what_cannot_end_in_time_has_no_time_and_giving_up_does_not_end_what_trains(now):
    clock = make_clock(100.0)
    clock.add(make_result(0.5, seconds=32.0))  # 9 s are reserved
    now.seconds = 150.0
    assert clock.has_time_for(None)
    assert clock.has_time_for(41.0)
    assert not clock.has_time_for(42.0)
    assert make_clock(None).has_time_for(1e9)
    assert not clock.is_over()
    clock.give_up()
    assert clock.is_over()
    assert not clock.is_up()


def test_when_the_time_is_up_it_stays_up(now):
    clock = make_clock(100.0)
    clock.add(make_result(0.5, seconds=80.0))
    now.seconds = 185.0
    assert clock.is_up()
    clock.add(make_result(0.1, seconds=0.0))  # better, and trained in no time
    assert clock.is_up()


def test_a_cohort_has_the_trials_that_end_in_time_at_the_pace_so_far(now):
    clock = make_clock(100.0)
    assert clock.limit_cohort(64) == 4
    clock.add(make_result(0.5, seconds=0.0))
    clock.add(make_result(0.6, seconds=0.0))
    now.seconds = 110.0  # 5 s a trial, 89 s remain
    assert clock.limit_cohort(64) == 17
    assert clock.limit_cohort(8) == 8
    now.seconds = 199.0
    assert clock.limit_cohort(64) == 1


def test_the_clock_reserves_the_training_of_lost_networks_of_earlier_trials(now):
    final = {"networks": 2, "fold_networks": 5, "has_fold_networks": {7}.__contains__}
    clock = make_clock(100.0, decide_all_rows=lambda best: False, **final)
    for trial, score in enumerate((0.5, 0.6, 0.7)):
        clock.recall(make_result(score, 32.0, trial=trial))
    clock.recall(make_result(0.1, 0.0, status="failed"))
    assert clock.limit_cohort(64) == 4  # this run has no pace yet
    assert clock.adds_networks_on_all_rows is None
    lost = 1.5 + 2 * 16  # traced; half are the best
    assert clock.count_left() == 100 - 1 - lost
    clock.add(make_result(0.4, seconds=32.0, trial=7))
    assert clock.count_left() == 100 - 1 - (1 + 16)
    assert clock.adds_networks_on_all_rows is False


@pytest.mark.parametrize(("limit", "added"), [(60.0, True), (40.0, False)])
def test_lost_networks_of_folds_come_before_networks_on_all_rows(now, limit, added):
    """Those of folds take 35.5 seconds with the averaging, and those on all rows 17.75."""
    final = {"fold_networks": 5, "has_fold_networks": lambda trial: False}
    clock = make_clock(limit, **final)
    clock.recall(make_result(0.5, seconds=67.0))
    assert clock.count_left() == limit - 35.5 - (1 + 2 * 67 / 8 if added else 0)
