"""Which trials no other beats in both score and cost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuner.analysis import find_front, find_fronts
from tuner.study import PredictionTime, PredictionTimes, TrialRecord
from tuner.training import TrialResult

FAILED = TrialRecord(2, {}, {}, TrialResult.from_failure(2, "diverged", "it diverged"))


def sized(trial, parameters, score, status="completed"):
    return TrialRecord(
        trial, {}, {}, TrialResult(trial, status, parameters=parameters, score=score)
    )


@pytest.fixture
def study(make_study):
    return make_study()


def timed(study, **batches):
    times = {int(name[1:]): PredictionTime(1e-4, batch) for name, batch in batches.items()}
    study.write_prediction_times(PredictionTimes(times, 3, 3, "one thread"))
    return study


RECORDS = [sized(0, 100, 0.5), sized(1, 50, 0.7), sized(2, 200, 0.6)]


def test_the_front_goes_from_small_to_good():
    records = [
        sized(0, 100, 0.5),
        sized(1, 50, 0.7),
        sized(2, 80, 0.8),  # larger than trial 1, and worse
        sized(3, 100, 0.4, "pruned"),
        sized(4, 50, 0.7),  # the like of trial 1
        FAILED,
    ]
    assert [record.trial for record in find_front(records, maximise=False)] == [1, 0]
    assert [record.trial for record in find_front(records, maximise=True)] == [1, 2]
    assert find_front([FAILED], maximise=False) == ()


@given(
    st.lists(st.tuples(st.integers(1, 9), st.integers(0, 9)), max_size=12),
    st.booleans(),
)
def test_no_trial_beats_one_on_the_front_and_each_other_is_beaten_or_equalled(trials, maximise):
    records = [sized(n, size, float(score)) for n, (size, score) in enumerate(trials)]
    front = find_front(records, maximise=maximise)
    sign = -1 if maximise else 1
    points = [(each.result.parameters, sign * each.result.score) for each in front]
    assert points == sorted(points)
    for record in records:
        size, loss = record.result.parameters, sign * record.result.score
        not_worse = [p for p in points if p[0] <= size and p[1] <= loss]
        assert not_worse  # of the front, itself or one that is no worse in both
        if record in front:
            assert not_worse == [(size, loss)]


def test_a_front_may_go_by_any_cost():
    front = find_front(RECORDS, maximise=False, get_cost=lambda record: -record.result.parameters)
    assert [record.trial for record in front] == [2, 0]


def test_the_fronts_against_parameters_and_time_differ(study):
    fronts = find_fronts(timed(study, t0=0.003, t1=0.002, t2=0.001), RECORDS)
    assert [record.trial for record in fronts.parameters] == [1, 0]
    assert [record.trial for record in fronts.time] == [2, 0]
    assert [record.trial for record in fronts.trials] == [1, 0, 2]
    assert fronts.holds(2) == {"parameters": False, "prediction_time": True}


def test_a_trial_whose_time_was_not_measured_is_on_no_front_of_it(study):
    fronts = find_fronts(timed(study, t1=0.002, t2=0.001), RECORDS)
    assert [record.trial for record in fronts.time] == [2]
    assert fronts.holds(0) == {"parameters": True, "prediction_time": None}


def test_a_study_that_was_not_measured_has_the_front_of_parameters_only(study):
    fronts = find_fronts(study, RECORDS)
    assert (len(fronts.parameters), fronts.time) == (2, ())
