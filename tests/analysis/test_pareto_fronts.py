"""Which trials no other beats in both score and cost."""

import pytest

from tests.analysis.test_trial_picks import sized
from tuner.analysis import find_front, find_fronts
from tuner.study import PredictionTime, PredictionTimes


@pytest.fixture
def study(make_study):
    return make_study()


def timed(study, **batches):
    times = {int(name[1:]): PredictionTime(1e-4, batch) for name, batch in batches.items()}
    study.write_prediction_times(PredictionTimes(times, 3, 3, "one thread"))
    return study


RECORDS = [sized(0, 100, 0.5), sized(1, 50, 0.7), sized(2, 200, 0.6)]


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
