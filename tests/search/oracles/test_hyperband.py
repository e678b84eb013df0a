"""Brackets and rungs, against the arithmetic of Li et al. (2018)."""

from collections import Counter

import pytest

from tests.helpers.oracles import (
    FINITE,
    INFINITE,
    ask_many,
    drive,
    get_values,
    make_oracle,
    score,
    tell_score,
)
from tests.helpers.spaces import make_space
from tuner.search.oracles import make_key


@pytest.fixture
def make(tmp_path):
    def make(max_trials, epochs, objective="cross_entropy", space=INFINITE):
        return make_oracle(
            "hyperband",
            make_space(space),
            tmp_path,
            max_trials=max_trials,
            epochs=epochs,
            objective=objective,
        )

    return make


def count_rungs(proposed):
    """Return the epochs and the trials of each rung; equal rungs in succession are one."""
    counted = []
    for _, epochs in proposed:
        if counted and counted[-1][0] == epochs:
            counted[-1][1] += 1
        else:
            counted.append([epochs, 1])
    return [tuple(rung) for rung in counted]


def test_the_brackets_are_those_of_the_paper(make):
    """Its Table 1, for 81 epochs at most."""
    proposed = drive(make(207, epochs=81), 207)
    assert count_rungs(proposed) == [
        *[(1, 81), (3, 27), (9, 9), (27, 3), (81, 1)],
        *[(3, 34), (9, 11), (27, 3), (81, 1)],
        *[(9, 15), (27, 5), (81, 1)],
        *[(27, 8), (81, 2 + 5)],
        (1, 1),  # and from the beginning
    ]


@pytest.mark.parametrize(
    ("max_trials", "expected"),
    [
        (20, [(6, 9), (17, 3), (50, 1), (17, 5), (50, 1 + 1)]),
        (9, [(17, 3), (50, 1 + 2), (17, 3)]),
        (2, [(50, 2)]),
    ],
)
def test_the_first_bracket_has_room_in_the_search(make, max_trials, expected):
    assert count_rungs(drive(make(max_trials, epochs=50), max_trials)) == expected


@pytest.mark.parametrize("objective", ["cross_entropy", "accuracy"])
def test_the_best_third_of_a_rung_is_promoted(make, objective):
    oracle = make(13, epochs=9, objective=objective)
    scores = {}
    while jobs := ask_many(oracle, 13):
        for job in jobs:
            key = make_key(job.hyperparameters.values)
            scores[key] = score(job.hyperparameters.values)
            tell_score(oracle, job.trial, scores[key])
    keys = [make_key(get_values(oracle, number)) for number in range(13)]
    ranked = sorted(keys[:9], key=scores.get, reverse=objective == "accuracy")
    assert keys[9:] == [*ranked[:3], ranked[0]]


def test_a_rung_is_proposed_at_once_and_the_next_one_when_it_has_ended(make):
    oracle = make(13, epochs=9)
    first = ask_many(oracle, 100)
    assert len(first) == 9
    for job in first:
        assert oracle.ask() is None
        tell_score(oracle, job.trial, score(job.hyperparameters.values))
    assert len(ask_many(oracle, 100)) == 3


def test_no_configuration_is_trained_twice_for_the_same_epochs(make):
    proposed = drive(make(100, epochs=27), 100)
    counts = Counter((make_key(values), epochs) for values, epochs in proposed)
    assert set(counts.values()) == {1}
    assert len({key for key, _ in counts}) < 100


def test_failed_trials_are_not_promoted_and_do_not_stall_a_rung(make):
    proposed = drive(make(22, epochs=9), 22, lambda number, values: number < 7)
    assert count_rungs(proposed)[:3] == [(1, 9), (3, 2), (9, 1)]  # two of nine were left
    failed = [values for values, _ in proposed[:7]]
    assert all(values not in failed for values, _ in proposed[7:])


def test_a_rung_in_which_all_trials_failed_ends_its_bracket(make):
    proposed = drive(make(22, epochs=9), 22, lambda number, values: number < 9)
    assert count_rungs(proposed)[:3] == [(1, 9), (3, 5), (9, 1 + 3)]


def test_a_rung_that_exhausts_the_space_ends_early_and_promotes_its_best(make):
    """15 configurations: nine, then five in the second bracket, and one in the third."""
    proposed = drive(make(100, epochs=9, space=FINITE), 100)
    assert count_rungs(proposed) == [(1, 9), (3, 3), (9, 1), (3, 5), (9, 2)]
    proposed = drive(make(100, epochs=27, space=FINITE), 100)
    assert count_rungs(proposed) == [(1, 15), (3, 5), (9, 1), (27, 1)]


def test_a_study_that_is_resumed_with_more_trials_keeps_its_brackets(make):
    oracle = make(4, epochs=9)
    drive(oracle, 4)
    oracle.max_trials = 10
    assert count_rungs(drive(oracle, 10)) == [(3, 3), (9, 1 + 2), (3, 3), (9, 1)]
