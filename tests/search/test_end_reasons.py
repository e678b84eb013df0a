"""The sentences that say why a search ended."""

from dataclasses import replace

import pytest

from tests.helpers.oracles import FINITE, drive, make_oracle
from tests.helpers.spaces import make_space
from tuner.scoring import OBJECTIVES
from tuner.search.clock import Clock
from tuner.search.end_reasons import describe_end, describe_failure
from tuner.search.final_seconds import FinalSeconds
from tuner.study import EndKind, SearchEnd, SearchSettings, TrialRecord
from tuner.training import TrialResult


def make_records(*statuses):
    return [
        TrialRecord(n, {"depth": n}, {}, TrialResult(n, status, f"reason {n}"))
        for n, status in enumerate(statuses)
    ]


def describe(records, settings, **what):
    return describe_end(len(records), settings, **what)


def make_clock(limit=None):
    return Clock(
        limit,
        started=100.0,
        export_seconds=0.0,
        final=FinalSeconds(count_fold_times=lambda: 1, all_rows_share=0.25),
        objective=OBJECTIVES["cross_entropy"],
    )


@pytest.mark.parametrize(
    ("trials", "asked", "reason"),
    [
        (1, 1, "its one trial has ended"),
        (3, 3, "all 3 trials have ended"),
        (3, 2, "the study has 3 trials already, and 2 were requested"),
        (3, 4, "the oracle ended the search after 3 trials"),
    ],
)
def test_a_search_ends_when_it_has_its_trials(tmp_path, trials, asked, reason):
    oracle = make_oracle("random", make_space(FINITE), tmp_path)
    records, settings = make_records(*["completed"] * trials), SearchSettings(max_trials=asked)
    end = describe(records, settings, clock=make_clock(), oracle=oracle)
    assert end.sentence == reason


def test_a_search_ends_when_its_time_is_up(tmp_path, now):
    oracle = make_oracle("grid", make_space(FINITE), tmp_path)
    now.seconds = 160.0
    settings = SearchSettings(max_trials=9, max_seconds=60.0)
    drive(oracle, 100)  # the clock is judged first: what was proposed may not have been trained
    records, clock = make_records("completed"), make_clock(60.0)
    ended_before = describe(records, settings, clock=clock, oracle=oracle)
    assert ended_before.sentence.startswith("60 seconds leave no time for a trial beside about 15 ")
    clock.add(records[0].result, lambda: 0.0)
    end = describe(records, settings, clock=clock, oracle=oracle)
    expected = SearchEnd(
        EndKind.SECONDS, "the trials' share of 60 seconds was over after 1 trial", 1
    )
    assert end == expected


def test_a_search_ends_when_its_next_trial_would_not_end_in_time(tmp_path, now):
    oracle = make_oracle("random", make_space(FINITE), tmp_path)
    clock = make_clock(60.0)
    clock.give_up()
    settings = SearchSettings(max_trials=9, max_seconds=60.0)
    end = describe(make_records("completed"), settings, clock=clock, oracle=oracle)
    sentence = "60 seconds leave no time for another trial after 1 trial"
    assert end == SearchEnd(EndKind.SECONDS, sentence, 1)


def test_a_search_ends_when_all_configurations_were_tried(tmp_path):
    oracle = make_oracle("grid", make_space(FINITE), tmp_path)
    drive(oracle, 100)
    records, settings = make_records(*["completed"] * 15), SearchSettings(oracle="grid")
    end = describe(records, settings, clock=make_clock(), oracle=oracle)
    sentence = "all 15 configurations that the grid oracle has were tried"
    assert end == SearchEnd(EndKind.EXHAUSTED, sentence, 15)
    limited = replace(settings, max_parameters=7000)
    end = describe(records, limited, clock=make_clock(), oracle=oracle)
    assert end.sentence == (
        "the grid oracle found no network within the search's limits beyond 15 configurations"
    )
    end = describe(records, settings, clock=make_clock(), oracle=oracle, running=True)
    assert end.kind == EndKind.ORACLE


@pytest.mark.parametrize(
    ("statuses", "reason"),
    [
        ([], "no trial was completed"),
        (["pruned"], "no trial was completed"),
        (["failed", "failed"], "every trial failed; trial 0: reason 0"),
        (
            ["pruned", "failed"],
            "no trial was completed; trial 1: reason 1; search again with --no-racing",
        ),
    ],
    ids=str,
)
def test_a_search_without_a_completed_trial_names_the_first_failure(statuses, reason):
    assert describe_failure(make_records(*statuses)[::-1]) == reason
