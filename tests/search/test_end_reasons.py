"""The sentences that say why a search ended."""

import pytest

from tests.helpers.oracles import FINITE, drive, make_oracle
from tests.helpers.spaces import make_space
from tuner.scoring import OBJECTIVES
from tuner.search.clock import Clock
from tuner.search.end_reasons import describe_end, describe_failure
from tuner.study import SearchSettings, TrialRecord
from tuner.training import TrialResult


def make_records(*statuses):
    return [
        TrialRecord(n, {"depth": n}, {}, TrialResult(n, status, f"reason {n}"))
        for n, status in enumerate(statuses)
    ]


def make_clock(limit=None):
    return Clock(
        limit,
        started=100.0,
        export_seconds=0.0,
        final_rounds=lambda: 1,
        share=0.25,
        objective=OBJECTIVES["cross_entropy"],
    )


@pytest.mark.parametrize(
    ("trials", "asked", "reason"),
    [
        (1, 1, "1 trial was asked for"),
        (3, 3, "3 trials were asked for"),
        (3, 2, "the study has 3 trials already, and 2 were asked for"),
        (3, 4, "the oracle ended the search after 3 trials"),
    ],
)
def test_a_search_ends_when_it_has_its_trials(tmp_path, trials, asked, reason):
    oracle = make_oracle("random", make_space(FINITE), tmp_path)
    records, settings = make_records(*["completed"] * trials), SearchSettings(max_trials=asked)
    assert describe_end(records, settings, clock=make_clock(), oracle=oracle) == reason


def test_a_search_ends_when_its_time_is_up(tmp_path, now):
    oracle = make_oracle("random", make_space(FINITE), tmp_path)
    now.seconds = 160.0
    settings = SearchSettings(max_trials=9, max_seconds=60.0)
    reason = describe_end(
        make_records("completed"), settings, clock=make_clock(60.0), oracle=oracle
    )
    assert reason == "60 seconds were over after 1 trial"


def test_a_search_ends_when_all_configurations_were_tried(tmp_path):
    oracle = make_oracle("grid", make_space(FINITE), tmp_path)
    drive(oracle, 100)
    records, settings = make_records(*["completed"] * 15), SearchSettings(oracle="grid")
    reason = describe_end(records, settings, clock=make_clock(), oracle=oracle)
    assert reason == "all 15 configurations that the grid oracle has were tried"


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
