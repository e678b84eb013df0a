"""The seconds of each part of a study, read from its journal."""

import pytest

from tests.helpers.reports import make_trial
from tuner.report.time_spent import measure_time_spent
from tuner.study import Stage


def make_event(kind, seconds):
    return {"event": kind, "time": int(1000 * seconds)}


def make_stage(name, seconds):
    return {**make_event("stage", seconds), "stage": name}


SEARCHED = [
    make_event("begun", 0), make_event("proposed", 1), make_event("trial", 5),
    make_event("tested", 7), make_event("exported", 10),
]  # fmt: skip


def measure_parts(events):
    spent = measure_time_spent(events, [])
    return spent.searching, spent.final_training, spent.export, spent.report


def test_each_part_lasts_until_its_event():
    assert measure_parts(SEARCHED) == (5.0, 2.0, 3.0, 0.0)  # while the search writes its report
    assert measure_parts([*SEARCHED, make_event("ended", 14)]) == (5.0, 2.0, 3.0, 4.0)


def test_breaks_between_searches_do_not_count(problem):
    events = [
        make_event("begun", 0), make_event("proposed", 1), make_event("trial", 5),  # killed here
        make_event("begun", 100), make_event("trial", 103), make_event("tested", 107),  # and here
        make_event("begun", 200), make_event("tested", 201), make_event("exported", 203),
        make_event("ended", 204),
    ]  # fmt: skip
    assert measure_parts(events) == (8.0, 5.0, 2.0, 1.0)
    records = [make_trial(0, problem), make_trial(3, problem, status="failed")]
    spent = measure_time_spent(events, records)
    assert (spent.searches, spent.training) == (3, {"completed": 0.5, "failed": 0.2})


def test_an_interrupted_search_was_searching_until_its_end():
    events = [make_event("begun", 0), make_event("trial", 5), make_event("ended", 6)]
    assert measure_parts(events) == (6.0, 0.0, 0.0, 0.0)


def test_a_run_that_resumes_with_its_report_spends_no_time_on_training():
    events = [
        *SEARCHED, make_stage("exporting", 10),  # killed here
        make_event("begun", 100), make_stage("searching", 101), make_stage("picking", 103),
        make_stage("baselines", 106), make_stage("report", 107), make_event("ended", 108),
    ]  # fmt: skip
    assert measure_parts(events) == (6.0, 4.0, 3.0, 5.0)


def test_a_run_that_skips_the_search_counts_its_final_training_as_such():
    events = [
        make_event("begun", 0), make_event("trial", 5), make_stage("searching", 6),  # killed here
        make_event("begun", 100), make_stage("picking", 101), make_stage("final training", 161),
        make_event("tested", 162), make_event("exported", 165), make_stage("exporting", 166),
        make_stage("report", 168), make_event("ended", 169),
    ]  # fmt: skip
    assert measure_parts(events) == (6.0, 62.0, 4.0, 3.0)


def test_a_run_that_ends_during_its_final_training_was_training():
    events = [make_event("begun", 0), make_stage("picking", 1), make_event("ended", 41)]
    assert measure_parts(events) == (0.0, 41.0, 0.0, 0.0)


@pytest.mark.parametrize("stage", [stage for stage in Stage if stage != Stage.SEARCHING])
def test_no_stage_after_the_search_counts_as_searching(stage):
    events = [make_event("begun", 0), make_stage(stage, 2), make_event("ended", 3)]
    assert measure_parts(events)[0] == 0.0


def test_what_is_dropped_before_a_search_resumes_belongs_to_the_break():
    events = [
        make_event("begun", 0), make_event("trial", 5),  # killed here
        make_event("dropped", 100), make_event("begun", 101), make_event("trial", 103),
    ]  # fmt: skip
    assert measure_parts(events) == (7.0, 0.0, 0.0, 0.0)


def test_no_part_takes_less_than_no_time_where_a_clock_was_set_back():
    events = [make_event("begun", 90_000), make_event("trial", 90_005), make_event("tested", 3_607)]
    assert measure_parts(events) == (5.0, 0.0, 0.0, 0.0)
