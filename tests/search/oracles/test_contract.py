"""The contract of this package's oracles; a new one enters it by its line in ORACLES."""

import math
import random
from functools import partial

import pytest

from tests.helpers.oracles import (
    FINITE,
    FINITE_SIZE,
    INFINITE,
    ONE_RANGE,
    ask_many,
    drive,
    get_values,
    list_proposals,
    list_running,
    make_oracle,
    score,
    tell_score,
)
from tests.helpers.spaces import make_space
from tuner.model.recipe import read_recipe
from tuner.model.size_limit import SizeLimit
from tuner.search.oracles import ORACLES, make_key
from tuner.space import load_space
from tuner.training import TrialResult

# of networks of 4 features and 3 classes: at most 8 units in one hidden layer, or 4 in two
LIMIT = SizeLimit.make(
    partial(read_recipe, features=4, classes=3), parameters=70, microseconds=None, row_time=None
)
WIDE = (
    "[network]\ndepth = { min = 0, max = 2 }\nunits = { min = 2, max = 64 }\n"
    "[sgd]\nlearning_rate = { min = 0.001, max = 1.0, log = true }\n"
)
ADAPTIVE = [name for name, oracle in ORACLES.items() if oracle.adaptive]


@pytest.fixture(params=ORACLES)
def name(request):
    return request.param


@pytest.fixture
def space(name):
    """An infinite space; for the Gaussian process, which takes seconds in others, a small one."""
    return make_space(ONE_RANGE if name == "bayesian" else INFINITE)


@pytest.fixture
def make(tmp_path):
    def make(name, space, max_trials=100, seed=0):
        return make_oracle(name, space, tmp_path, max_trials=max_trials, seed=seed)

    return make


def test_a_finite_space_is_proposed_whole_once(make, name):
    oracle = make(name, make_space(FINITE))
    proposed = drive(oracle, 100)
    assert len({(make_key(values), epochs) for values, epochs in proposed}) == len(proposed)
    assert len({make_key(values) for values, _ in proposed}) == FINITE_SIZE
    assert oracle.exhausted
    assert oracle.races or any(epochs is not None for _, epochs in proposed)


def test_the_seed_determines_the_proposals_and_zero_is_a_seed(make, name, space):
    first, second, other = (drive(make(name, space, 5, seed=seed), 5) for seed in (0, 0, 1))
    assert first == second
    assert (first == other) == (name == "grid")


@pytest.mark.parametrize(
    ("proposed", "ended"),
    [(2, 0), (5, 0), (6, 1)],
    ids=["in the first cohort", "in a later one", "while one trained"],
)
def test_a_resumed_search_gets_the_same_proposals(make, name, space, proposed, ended):
    expected = drive(make(name, space, 6), 6)
    interrupted, resumed = make(name, space, 6), make(name, space, 6)
    while len(interrupted.trials) < proposed:  # tell a cohort only when the oracle declines
        cohort = list_running(interrupted)
        full = not interrupted.adaptive and len(cohort) == 4
        if full or interrupted.ask() is None:
            for number in cohort:
                tell_score(interrupted, number, score(get_values(interrupted, number)))
    for number in list_running(interrupted)[:ended]:
        tell_score(interrupted, number, score(get_values(interrupted, number)))
    results = [
        TrialResult(number, "completed", scores={"cross_entropy": trial.score})
        for number, trial in enumerate(interrupted.trials.values())
        if trial.status == "COMPLETED"
    ]
    values = {number: values for number, (values, _) in enumerate(expected[:proposed])}
    jobs = resumed.resume(values, results, planned_trials=6, max_trials=6)
    assert [job.trial for job in jobs] == list_running(interrupted)
    assert [job.hyperparameters.values for job in jobs] == [values[job.trial] for job in jobs]
    assert drive(resumed, 6) == expected


def test_proposals_depend_on_the_trials_so_far_alone(make, name, space):
    oracle = make(name, space, 7)
    drive(oracle, 6)
    other = make(name, space, 7)
    drive(other, 3)  # its caches are of other trials
    other.trials = dict(oracle.trials)
    assert drive(other, 7) == drive(oracle, 7)


def test_a_trial_has_its_active_hyperparameters_only(make, name):
    space = load_space("mlp")
    for values, _ in drive(make(name, space, 5), 5):
        domains = {h.name: h.domain for h in space.hyperparameters if h.is_active(values)}
        assert values.keys() == domains.keys()
        for hyperparameter, value in values.items():
            low, high = domains[hyperparameter].bounds()
            assert low <= value <= high
            listed = domains[hyperparameter].values()
            assert listed is None or value in listed


def test_a_custom_hypermodel_may_declare_more_while_it_trains(make, name):
    oracle = make(name, None, 7)
    oracle.hyperparameters.Boolean("hidden")
    with oracle.hyperparameters.conditional_scope("hidden", [True]):
        oracle.hyperparameters.Int("units", 4, 64, step=2, sampling="log")
    while len(oracle.trials) < 7 and (cohort := ask_many(oracle, 7 if oracle.adaptive else 4)):
        for job in cohort:
            size = job.hyperparameters.Choice("batch_size", [16, 32, 64])
            tell_score(oracle, job.trial, size + job.hyperparameters.get("hidden"))
    proposed = list_proposals(oracle)
    assert len({(make_key(values), epochs) for values, epochs in proposed}) == len(proposed) == 7
    for values, _ in proposed:
        assert ("units" in values) == values["hidden"]
        assert "batch_size" in values


def test_networks_that_are_too_large_are_not_proposed(make, name):
    oracle = make(name, make_space(WIDE), 8)
    oracle.limit = LIMIT
    proposed = [values for values, _ in drive(oracle, 8)]
    assert len(proposed) == 8
    assert all(LIMIT.allows(values) for values in proposed)
    assert name == "grid" or max(values["depth"] for values in proposed) > 0


def test_the_small_networks_of_a_finite_space_are_proposed_whole_once(make, name):
    oracle = make(name, make_space(FINITE))
    oracle.limit = LIMIT
    allowed = LIMIT.count_configurations(make_space(FINITE))
    proposed = drive(oracle, 100)
    assert len({make_key(values) for values, _ in proposed}) == allowed == 12
    assert oracle.exhausted


def test_a_limit_that_leaves_few_of_infinitely_many_networks_ends_the_search(make, name):
    text = (
        "[network]\ndepth = [0, 2]\nunits = 64\n"
        "[regularizer]\ndropout = { min = 0.0, max = 0.6 }\n[sgd]\nlearning_rate = [0.01, 0.1]\n"
    )
    oracle = make(name, make_space(text))
    oracle.limit = LIMIT  # it allows no hidden layers, so that dropout is none
    proposed = drive(oracle, 20)
    assert {make_key(values) for values, _ in proposed} == {
        make_key({**proposed[0][0], "learning_rate": rate}) for rate in (0.01, 0.1)
    }
    assert oracle.exhausted


def test_one_of_several_conditions_is_enough_for_a_value(make, name):
    text = "[network]\nblocks = [0, 1]\ndepth = [0, 1]\nfilters = 4\nunits = [4, 8]\n"
    space = make_space(text)
    assert sum(h.name == "activation" for h in space.hyperparameters) == 2  # of blocks, of depth
    proposed = drive(make(name, space), 50)
    assert len({make_key(values) for values, _ in proposed}) == space.size() == 6
    for values, _ in proposed:
        assert ("activation" in values) == (values["blocks"] + values["depth"] > 0)


def test_hyperparameters_of_one_name_may_have_other_ranges(make, name):
    oracle = make(name, None, 12)
    hp = oracle.hyperparameters
    for parent, low in (("deep", 2), ("wide", 32)):
        hp.Boolean(parent)
        with hp.conditional_scope(parent, [True]):
            hp.Int("units", low, 2 * low)
    while len(oracle.trials) < 12 and (cohort := ask_many(oracle, 12 if oracle.adaptive else 4)):
        for job in cohort:
            values = job.hyperparameters.values
            if values["deep"] or values["wide"]:
                assert 2 <= values["units"] <= 4 if values["deep"] else values["units"] >= 32
            else:
                assert "units" not in values
            tell_score(oracle, job.trial, values.get("units", 1))
    assert len(oracle.trials) == 12


def test_the_best_trials_of_another_study_come_first(make, name):
    space = make_space(WIDE)
    starts = [space.sample(random.Random(seed)) for seed in range(9)]
    starts[1] = {**starts[1], "learning_rate": 7.0}  # outside the space
    oracle = make(name, space, 12)
    oracle.take_warm_start([*starts[:3], starts[2], *starts[3:]])
    proposed = drive(oracle, 12)
    others = [values for values, epochs in proposed if values not in starts]
    assert [values for values, epochs in proposed[:3]] == [starts[0], *starts[2:4]]
    assert {make_key(values) for values, _ in proposed} >= {make_key(starts[n]) for n in (4, 5)}
    assert not {make_key(values) for values, _ in proposed} & {make_key(starts[n]) for n in (6, 7)}
    assert others


def test_a_trial_of_another_study_that_is_too_large_comes_narrower(make, name):
    large = {**make_space(WIDE).sample(random.Random(0)), "depth": 2, "units": 64}
    oracle = make(name, make_space(WIDE), 6)
    oracle.limit = LIMIT
    oracle.take_warm_start([large])
    first = dict(oracle.ask().hyperparameters.values)
    assert LIMIT.allows(first)
    assert first == {**large, "units": first["units"]}


def test_the_first_trials_of_a_space_come_first_after_those_of_another_study(make, name):
    space = make_space(
        WIDE + '[[first]]\nname = "linear"\ndepth = 0\n'
        '[[first]]\nname = "too large"\ndepth = 2\nunits = 64\n'
        '[[first]]\nname = "narrow"\ndepth = 1\nunits = 4\nlearning_rate = 0.01\n'
    )
    linear, _, narrow = (dict(first.values) for first in space.first)
    start = {**narrow, "units": 8}
    oracle = make(name, space, 6)
    oracle.limit = LIMIT
    oracle.take_warm_start([start, linear])
    proposed = [values for values, _ in drive(oracle, 6)]
    assert proposed[:3] == [start, linear, narrow]
    assert len({make_key(values) for values in proposed}) > 3
    resumed = make(name, space, 6)
    resumed.limit = LIMIT
    resumed.take_warm_start([start, linear])
    resumed.resume({0: start}, [], planned_trials=6, max_trials=6)
    assert resumed.ask().hyperparameters.values == linear


def test_failed_trials_are_neither_repeated_nor_picked_and_do_not_end_a_search(make, name):
    oracle = make(name, make_space(FINITE))
    proposed = drive(oracle, 12, lambda number, values: number < 6)
    assert len(proposed) == 12
    failed = {make_key(values) for values, _ in proposed[:6]}
    assert len(failed) == 6
    assert not failed & {make_key(values) for values, _ in proposed[6:]}
    best = oracle.get_best_trials(12)
    assert {int(trial.trial_id) for trial in best} == set(range(6, 12))
    assert best[0].score == min(score(values) for values, _ in proposed[6:])


def test_a_search_in_which_every_trial_fails_tries_each_configuration_once(make, name):
    oracle = make(name, make_space(FINITE))
    proposed = drive(oracle, 100, lambda number, values: True)
    assert len({make_key(values) for values, _ in proposed}) == len(proposed)
    assert len(proposed) == FINITE_SIZE


# KerasTuner looks for the best of a trial's scores, of which it has one
@pytest.mark.filterwarnings("ignore:All-NaN axis encountered:RuntimeWarning")
def test_a_trial_without_a_number_as_score_failed_and_is_not_retried(make, name):
    oracle = make(name, make_space(FINITE))
    for job in ask_many(oracle, 2):
        tell_score(oracle, job.trial, math.nan)
    assert {trial.status for trial in oracle.trials.values()} == {"FAILED"}
    assert oracle.ask().trial == len(oracle.trials) - 1
    assert oracle.get_best_trials(3) == []


def test_a_running_trial_is_not_proposed_again(make, name):
    oracle = make(name, make_space(FINITE), 12)
    drive(oracle, 6)
    ask_many(oracle, 4)
    running = list_running(oracle)
    assert running
    assert len({make_key(get_values(oracle, number)) for number in running}) == len(running)


@pytest.mark.parametrize("name", ADAPTIVE)
def test_an_adaptive_oracle_declines_until_it_has_the_results_that_it_needs(make, name, space):
    oracle = make(name, space, 13)
    cohort = ask_many(oracle, 100)
    assert 1 < len(cohort) < 13
    for job in cohort:
        assert oracle.ask() is None
        assert not oracle.exhausted
        tell_score(oracle, job.trial, score(job.hyperparameters.values))
    assert oracle.ask() is not None


def test_kerastuners_own_state_file_is_not_written(make, name, tmp_path):
    """That file is not written atomically, and does not hold the whole state."""
    drive(make(name, make_space(FINITE)), 2)
    assert not list(tmp_path.rglob("oracle.json"))
