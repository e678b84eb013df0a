"""An oracle proposes what can end in time, and shortens what would take longer."""

import math
from functools import partial
from itertools import repeat
from random import Random

import pytest

from tests.helpers.oracles import ask_many, get_values, list_running, make_oracle, tell_score
from tests.helpers.spaces import make_space
from tuner.model.recipe import read_recipe
from tuner.model.size_limit import SizeLimit
from tuner.search.oracles.time_limit import TimeLimit

SPACE = make_space(
    "[network]\ndepth = 1\nunits = [4, 8]\n"
    '[optimizer]\noptimizer = "adamw"\nschedule = "coslog4"\nlength = [0.25, 0.5, 1.0]\n'
    "learning_rate = { min = 0.001, max = 1.0, log = true }\n"
)
LONG = {"units": 8, "length": 1.0}
SIZES = SizeLimit.make(
    partial(read_recipe, features=4, classes=3), parameters=40, microseconds=None, row_time=None
)


def make_limit(most, sizes=None):
    """Make a limit with room for so many units times epochs."""
    limit = TimeLimit(lambda values: values["units"] * values["length"], sizes)
    limit.begin(most)
    return limit


def test_a_proposal_is_shortened_to_the_longest_training_that_fits():
    limit = make_limit(4)
    assert limit.allows({"units": 8, "length": 0.5})
    assert not limit.has_refused
    assert not limit.allows(LONG)
    assert limit.has_refused
    assert limit.narrow(LONG, SPACE) == {"units": 8, "length": 0.5}
    assert make_limit(2).narrow(LONG, SPACE) == {"units": 8, "length": 0.25}
    assert make_limit(1).narrow(LONG, SPACE) is None


def test_a_network_that_is_too_large_gets_narrower_layers_first():
    plain = make_space("[network]\ndepth = 1\nunits = [4, 8]\n")
    values = {**plain.sample(Random(0)), **LONG}
    limit = make_limit(2, SIZES)
    assert not limit.allows({**values, "length": 0.25})  # 67 parameters
    assert limit.narrow(values, SPACE) == {**values, "units": 4, "length": 0.5}
    assert make_limit(4, SIZES).narrow(values, SPACE) == {**values, "units": 4}


def test_what_has_no_length_is_not_shortened():
    assert make_limit(1).narrow({"units": 8, "length": 0.125}, SPACE) is None
    limit = TimeLimit(lambda values: 2.0, None)
    limit.begin(1.0)
    assert limit.narrow({"units": 8}, SPACE) is None


def test_draws_end_where_none_fits():
    limit = make_limit(1)
    assert next(limit.select(repeat(LONG)), None) is None
    assert next(make_limit(8).select(repeat(LONG))) == LONG


@pytest.mark.parametrize("name", ["random", "tpe", "bayesian"])
def test_an_oracle_proposes_what_fits_and_none_where_nothing_does(name, tmp_path):
    oracle = make_oracle(name, SPACE, tmp_path, max_trials=14)
    limit = make_limit(2)
    oracle.limit = limit
    while len(oracle.trials) < 12:
        for job in ask_many(oracle, 4):
            tell_score(oracle, job.trial, 1.0 / (1 + job.trial))
    tried = [get_values(oracle, trial) for trial in range(12)]
    assert {(values["units"], values["length"]) for values in tried} == {
        (8, 0.25),
        (4, 0.25),
        (4, 0.5),
    }
    oracle.limit = make_limit(0.5)
    assert oracle.ask() is None
    assert oracle.limit.has_refused
    oracle.limit = limit
    assert oracle.ask() is not None


def test_a_trial_that_is_left_out_counts_as_none(tmp_path):
    oracle = make_oracle("tpe", SPACE, tmp_path, max_trials=5)
    jobs = ask_many(oracle, 9)
    assert len(jobs) == 4
    tell_score(oracle, 0, 0.5)
    for trial in (1, 2):
        oracle.leave_out(trial)
    assert oracle.ask() is None  # it waits for the last trial of the cohort
    oracle.leave_out(3)
    assert [job.trial for job in ask_many(oracle, 4)] == [4, 5, 6, 7]
    assert list_running(oracle) == [4, 5, 6, 7]
    assert [trial.trial_id for trial in oracle.get_best_trials(9)] == ["0"]


FIRST = make_space(
    "[network]\ndepth = 1\nunits = [4, 8]\n"
    '[optimizer]\noptimizer = "adamw"\nschedule = "coslog4"\nlength = [0.25, 0.5, 1.0]\n'
    "learning_rate = { min = 0.001, max = 1.0, log = true }\n"
    '[[first]]\nname = "short"\nunits = 4\nlength = 0.25\nlearning_rate = 0.1\n'
    '[[first]]\nname = "long"\nunits = 8\nlength = 1.0\nlearning_rate = 0.1\n'
    '[[first]]\nname = "another"\nunits = 4\nlength = 0.5\nlearning_rate = 0.2\n'
)


@pytest.mark.parametrize(
    ("left", "proposed"),
    [
        (24, [(4, 0.25), (8, 1.0), (4, 0.5)]),
        (12, [(4, 0.25), (8, 0.5), (4, 0.5)]),  # a third is room for 4 units times epochs
        (3, [(4, 0.25), (4, 0.25)]),  # none of the long one
    ],
)
def test_a_first_trial_is_shortened_to_a_third_of_what_is_left(left, proposed, tmp_path):
    oracle = make_oracle("tpe", FIRST, tmp_path)
    oracle.limit = make_limit(left)
    starts = [oracle.ask().hyperparameters.values for _ in proposed]
    assert [(values["units"], values["length"]) for values in starts] == proposed
    # none of them comes again, however long
    oracle.time_limit.begin(math.inf)
    rest = oracle.propose_first()
    assert rest is None if len(proposed) == 3 else rest["units"] == 8


TWINS = make_space(
    "[network]\ndepth = 1\nunits = 4\n"
    '[optimizer]\noptimizer = "adamw"\nschedule = "coslog4"\nlength = [0.25, 0.5, 1.0]\n'
    '[[first]]\nname = "short"\nlength = 0.25\n[[first]]\nname = "long"\nlength = 1.0\n'
)


@pytest.mark.parametrize(
    ("left", "proposed"), [(24, [0.25, 1.0]), (6, [0.25, 0.5]), (3, [0.25, None])]
)
def test_first_trials_that_differ_in_their_length_alone_are_all_proposed(left, proposed, tmp_path):
    oracle = make_oracle("tpe", TWINS, tmp_path)
    oracle.limit = make_limit(left)
    for length in proposed:
        values = oracle.propose_first()
        assert (values or {}).get("length") == length
        if values is not None:
            assert oracle.ask().hyperparameters.values == values
    assert oracle.propose_first() is None


@pytest.mark.parametrize("name", ["tpe", "bayesian"])
def test_an_oracle_that_does_not_go_by_cohorts_proposes_while_trials_run(name, tmp_path):
    oracle = make_oracle(name, SPACE, tmp_path)
    assert len(ask_many(oracle, 9)) == 4
    oracle.limit = TimeLimit(lambda values: None, None)
    assert len(ask_many(oracle, 9)) == 9


def test_a_finite_space_is_not_over_where_the_first_configurations_take_too_long(tmp_path):
    space = make_space(f"[network]\ndepth = 1\nunits = {list(range(2000, 0, -1))}\n")
    oracle = make_oracle("random", space, tmp_path, max_trials=20)
    oracle.limit = TimeLimit(lambda values: values["units"], None)
    oracle.limit.begin(12)
    for job in ask_many(oracle, 12):
        tell_score(oracle, job.trial, 0.5)
    assert sorted(get_values(oracle, trial)["units"] for trial in range(12)) == [*range(1, 13)]


def test_the_best_five_of_another_study_are_the_same_when_time_runs_out(tmp_path):
    oracle = make_oracle("random", SPACE, tmp_path, max_trials=9)
    limit = oracle.limit = make_limit(8)
    start = {**SPACE.sample(Random(0)), **LONG}
    slow = [{**start, "learning_rate": 0.01 * (1 + rank)} for rank in range(5)]
    oracle.take_warm_start([*slow, {**start, "units": 4, "length": 0.25}])
    assert oracle.propose_first() == slow[0]
    limit.begin(2)
    assert oracle.propose_first() is None
