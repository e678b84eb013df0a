"""The trials that a space begins with, after they were tried on one fold."""

import math

import pytest

from tests.helpers.oracles import make_oracle
from tests.helpers.spaces import make_space
from tuner.search.oracles.first_trials import Screened
from tuner.search.oracles.lengths import lengthen
from tuner.search.oracles.time_limit import TimeLimit

SPACE = make_space(
    "[network]\ndepth = 1\nunits = [2, 4, 8, 16]\n"
    '[optimizer]\noptimizer = "adamw"\nschedule = "coslog4"\nlength = [0.25, 0.5, 1.0]\n'
    "learning_rate = 0.1\n"
    + "".join(
        f'[[first]]\nname = "{units} units"\nunits = {units}\nlength = 0.5\n'
        for units in (2, 4, 8, 16)
    )
)
FIRST = {first.values["units"]: dict(first.values) for first in SPACE.first}


@pytest.fixture
def make(tmp_path):
    """Return a function that makes an oracle whose first trials came to some scores."""

    def make(objective="cross_entropy", *, gained=(), **scores):
        oracle = make_oracle("tpe", SPACE, tmp_path, objective=objective)
        oracle.limit = TimeLimit(lambda values: values["units"] * values["length"], None)
        for units, score in scores.items():
            values = FIRST[int(units.removeprefix("of_"))]
            follow_up = lengthen(values, SPACE) if values["units"] in gained else None
            oracle.first.screened.append(Screened(values, score, 0.01, follow_up))
        return oracle

    return make


def ask(oracle, count):
    """Return the units and length of the next trials."""
    jobs = [oracle.ask() for _ in range(count)]
    return [
        (each.hyperparameters.values["units"], each.hyperparameters.values["length"])
        for each in jobs
    ]


def test_without_more_knowledge_they_come_in_the_order_of_the_space(make):
    assert ask(make(), 4) == [(2, 0.5), (4, 0.5), (8, 0.5), (16, 0.5)]


def test_the_best_on_a_fold_comes_first_and_what_was_not_tried_last(make):
    oracle = make(of_2=0.41, of_8=0.40, of_16=0.415)
    assert ask(oracle, 4) == [(8, 0.5), (2, 0.5), (16, 0.5), (4, 0.5)]


def test_a_higher_score_is_better_where_the_objective_says_so(make):
    oracle = make("accuracy", of_2=0.90, of_4=0.91, of_8=0.905, of_16=0.8)
    assert ask(oracle, 3) == [(4, 0.5), (8, 0.5), (2, 0.5)]
    assert oracle.first.propose() is None


def test_what_is_clearly_worse_or_has_failed_does_not_come(make):
    """Two standard errors are clear."""
    oracle = make(of_2=0.40, of_4=0.419, of_8=0.421, of_16=math.nan)
    assert ask(oracle, 2) == [(2, 0.5), (4, 0.5)]
    assert oracle.first.propose() is None


def test_if_all_have_failed_they_come_as_if_none_was_tried(make):
    assert ask(make(of_2=math.nan, of_8=math.nan), 2) == [(2, 0.5), (4, 0.5)]


def test_what_gained_to_its_end_is_trained_for_longer(make):
    oracle = make(gained=(4,), of_2=0.40, of_4=0.41)
    assert ask(oracle, 2) == [(2, 0.5), (4, 1.0)]


def test_it_is_trained_for_less_long_where_time_is_short(make):
    """The best may take nine tenths of what is left; a trial takes its units times its length."""
    oracle = make(gained=(16,), of_16=0.40, of_8=0.41)
    oracle.time_limit.begin(17.0)
    assert ask(oracle, 1) == [(16, 0.5)]
    oracle.time_limit.begin(5.0)
    assert ask(oracle, 1) == [(8, 0.5)]
    oracle.time_limit.begin(1.0)
    assert oracle.first.propose() is None


def test_what_was_best_early_drops_more_of_its_inputs(make):
    oracle = make(of_8=0.40)
    first, dropping = FIRST[8], {**FIRST[8], "input_dropout": 0.2}
    oracle.first.screened.append(Screened(FIRST[4], 0.39, 0.01, {**FIRST[4], "input_dropout": 0.2}))
    oracle.first.screened.append(Screened(first, 0.40, 0.01, dropping))
    values = dict(oracle.ask().hyperparameters.values)
    assert values == {**FIRST[4], "input_dropout": 0.2}
    assert FIRST[4] not in oracle.first.list_waiting()
    oracle.time_limit.begin(3.0)  # for 8 units there is time in half of its length
    assert oracle.first.propose() == {**dropping, "length": 0.25}


def test_a_trial_that_was_tried_in_any_length_is_none_of_those_that_wait(make):
    oracle = make(gained=(4,), of_4=0.40)
    assert ask(oracle, 1) == [(4, 1.0)]
    assert [values["units"] for values in oracle.first.list_waiting()] == [2, 8, 16]
