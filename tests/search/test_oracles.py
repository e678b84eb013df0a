"""The contract of oracles; a new one enters it by its line in ORACLES."""

import math
from dataclasses import replace

import keras_tuner
import numpy as np
import pytest

from tests.helpers.spaces import make_space
from tuner.scoring import OBJECTIVES
from tuner.search.oracles import ORACLES, make_key
from tuner.search.oracles.model_based import COHORT, ModelBasedOracle
from tuner.space import load_space

FINITE = (
    "[network]\ndepth = { min = 0, max = 2 }\nunits = [4, 8]\n"
    '[regularizer]\nkind = ["none", "l2"]\nstrength = [0.1, 0.2]\n'
)
# 0: 3 (none, l2 × 2); 1 and 2: two widths each × 3
CONFIGURATIONS = 15
INFINITE = (
    "[network]\ndepth = { min = 0, max = 1 }\nunits = { min = 4, max = 64 }\n"
    "[sgd]\nlearning_rate = { min = 0.001, max = 1.0, log = true }\n"
)
ONE_RANGE = (
    "[network]\ndepth = 1\nunits = 8\n"
    "[sgd]\nlearning_rate = { min = 0.001, max = 1.0, log = true }\n"
)
LEAST = next(make_space(ONE_RANGE).list_configurations(grid=True))
MODEL_BASED = [name for name, oracle in ORACLES.items() if issubclass(oracle, ModelBasedOracle)]
ADAPTIVE = [name for name, oracle in ORACLES.items() if oracle.adaptive]


def score(values):
    """A made-up landscape with its best at depth 1 and a small learning rate."""
    rate = values.get("learning_rate", 0.1)
    return abs(values["depth"] - 1) + rate + values.get("strength", 0.0)


def under_way(oracle):
    return [trial for trial in oracle.trials.values() if trial.status == "RUNNING"]


def ask(oracle, most):
    """Ask for trials until there are so many, or the oracle has none for now."""
    asked = []
    while len(asked) < most:
        trial = oracle.create_trial(f"place-{len(oracle.trials)}")
        if trial.status != "RUNNING":
            break
        asked.append(trial)
    return asked


def tell(oracle, trial, value):
    """Tell a trial's score, or None where it failed, as the tuner does."""
    if value is None:
        trial.status, trial.message = "FAILED", "it diverged"
    else:
        oracle.update_trial(trial.trial_id, {"cross_entropy": value})
        trial.status = "COMPLETED"
    oracle.end_trial(trial)


def proposals(oracle):
    """What was to be trained, by the trials' numbers: a configuration and its epochs."""
    return [
        (dict(trial.hyperparameters.values), oracle.choose_epochs(number))
        for number, trial in enumerate(oracle.trials.values())
    ]


def drive(oracle, trials, fails=lambda number, values: False):
    """Ask for one cohort after another and tell its scores in another order, as the tuner does."""
    while len(oracle.trials) < trials or under_way(oracle):
        cohort = under_way(oracle)
        size = trials if oracle.adaptive else 4 - len(cohort)
        cohort += ask(oracle, min(size, trials - len(oracle.trials)))
        if not cohort:
            break
        for trial in reversed(cohort):
            values = trial.hyperparameters.values
            tell(oracle, trial, None if fails(int(trial.trial_id), values) else score(values))
    return proposals(oracle)


def different(proposed):
    return {(make_key(values), epochs) for values, epochs in proposed}


@pytest.fixture(params=ORACLES)
def name(request):
    return request.param


@pytest.fixture
def space(name):
    """An infinite space; for the Gaussian process, which takes seconds in others, a small one."""
    return make_space(ONE_RANGE if name == "bayesian" else INFINITE)


class Untrained(keras_tuner.Tuner):
    def run_trial(self, *_):
        """Never called: the tests ask and tell the oracle themselves."""


@pytest.fixture
def make(tmp_path):
    """Make oracles, each with the folder that a tuner gives it."""

    def make(name, space, max_trials=100, seed=0):
        objective = OBJECTIVES["cross_entropy"]
        oracle = ORACLES[name](space, objective, max_trials=max_trials, epochs=9, seed=seed)
        Untrained(oracle, directory=tmp_path, project_name=f"{len(list(tmp_path.iterdir()))}")
        return oracle

    return make


def test_a_finite_space_is_tried_whole_once_and_then_ends(make, name):
    oracle = make(name, make_space(FINITE))
    proposed = drive(oracle, 100)
    assert len(different(proposed)) == len(proposed)
    assert len({make_key(values) for values, _ in proposed}) == CONFIGURATIONS
    assert oracle.exhausted
    assert oracle.races or any(epochs is not None for _, epochs in proposed)


def test_a_seed_decides_the_proposals_and_zero_is_a_seed(make, name, space):
    first, second, other = (drive(make(name, space, 6, seed=seed), 6) for seed in (0, 0, 1))
    assert first == second
    assert (first == other) == (name == "grid")


@pytest.mark.parametrize(
    ("proposed", "ended"),
    [(2, 0), (5, 0), (6, 1)],
    ids=["in the first cohort", "in a later one", "while one trained"],
)
def test_a_stopped_search_goes_on_with_the_same_proposals(make, name, space, proposed, ended):
    """The new oracle is given what the journal has, by recall and as results, and no more."""
    expected = drive(make(name, space, 6), 6)
    stopped, later = make(name, space, 6), make(name, space, 6)
    while True:  # ask one after another, and tell a cohort only where no more can be asked for
        more = ask(stopped, 1)
        if len(stopped.trials) == proposed:
            break
        if not more or (not stopped.adaptive and len(under_way(stopped)) == 4):
            for trial in under_way(stopped):
                tell(stopped, trial, score(trial.hyperparameters.values))
    for trial in under_way(stopped)[:ended]:
        tell(stopped, trial, score(trial.hyperparameters.values))
    for number, (values, _) in enumerate(expected[:proposed]):
        later.recall(number, values)
        ask(later, 1)
    for trial_id, trial in stopped.trials.items():
        if trial.status == "COMPLETED":
            tell(later, later.trials[trial_id], trial.score)
    assert drive(later, 6) == expected


def test_proposals_depend_on_the_trials_so_far_and_on_nothing_else(make, name, space):
    asked = make(name, space, 8)
    drive(asked, 7)
    shown = make(name, space, 8)
    drive(shown, 3)  # what it keeps of other trials must not matter
    shown.trials = dict(asked.trials)
    assert drive(shown, 8) == drive(asked, 8)


def test_only_what_acts_is_part_of_a_trial(make, name):
    space = load_space("mlp")
    for values, _ in drive(make(name, space, 6), 6):
        domains = {h.name: h.domain for h in space.hyperparameters if h.is_active(values)}
        assert values.keys() == domains.keys()
        for hyperparameter, value in values.items():
            low, high = domains[hyperparameter].bounds()
            assert low <= value <= high
            listed = domains[hyperparameter].values()
            assert listed is None or value in listed


def test_a_users_hypermodel_may_declare_more_while_it_trains(make, name):
    oracle = make(name, None, 8)
    oracle.hyperparameters.Boolean("hidden")
    with oracle.hyperparameters.conditional_scope("hidden", [True]):
        oracle.hyperparameters.Int("units", 4, 64, step=2, sampling="log")
    while len(oracle.trials) < 8 and (cohort := ask(oracle, 8 if oracle.adaptive else 4)):
        for trial in cohort:
            size = trial.hyperparameters.Choice("batch_size", [16, 32, 64])
            tell(oracle, trial, size + trial.hyperparameters.get("hidden"))
    proposed = proposals(oracle)
    assert len(different(proposed)) == len(proposed) == 8
    for values, _ in proposed:
        assert ("units" in values) == values["hidden"]
        assert "batch_size" in values


def test_failed_trials_neither_end_the_search_nor_are_picked(make, name):
    oracle = make(name, make_space(FINITE))
    proposed = drive(oracle, 12, lambda number, values: number < 6)
    assert len(proposed) == 12
    best = oracle.get_best_trials(12)
    assert {int(trial.trial_id) for trial in best} == set(range(6, 12))
    assert best[0].score == min(score(values) for values, _ in proposed[6:])


def test_a_search_in_which_every_trial_fails_tries_all_once(make, name):
    oracle = make(name, make_space(FINITE))
    proposed = drive(oracle, 100, lambda number, values: True)
    assert len({make_key(values) for values, _ in proposed}) == len(proposed)
    assert len(proposed) == CONFIGURATIONS


def test_what_failed_is_not_proposed_again(make, name):
    oracle = make(name, make_space(FINITE))
    drive(oracle, 12, lambda number, values: number % 2 == 0)
    failed = set()
    for trial in oracle.trials.values():
        key = make_key(trial.hyperparameters.values)
        assert key not in failed
        failed |= {key} if trial.status == "FAILED" else set()


# KerasTuner looks for the best of a trial's scores, of which it has one
@pytest.mark.filterwarnings("ignore:All-NaN axis encountered:RuntimeWarning")
def test_a_score_that_is_no_number_is_a_failure_and_not_tried_again(make, name):
    oracle = make(name, make_space(FINITE))
    for trial in ask(oracle, 2):
        tell(oracle, trial, math.nan)
    assert {trial.status for trial in oracle.trials.values()} == {"FAILED"}
    assert int(oracle.create_trial("place-2").trial_id) == len(oracle.trials) - 1
    assert oracle.get_best_trials(3) == []


def test_trials_that_are_under_way_are_not_proposed_again(make, name):
    oracle = make(name, make_space(FINITE), 12)
    drive(oracle, 6)
    cohort = under_way(oracle) + ask(oracle, 4)
    keys = {make_key(trial.hyperparameters.values) for trial in cohort}
    assert len(keys) == len(cohort)


@pytest.mark.parametrize("name", ADAPTIVE)
def test_an_adaptive_oracle_waits_for_the_results_that_it_needs(make, name):
    oracle = make(name, make_space(INFINITE), 13)
    cohort = ask(oracle, 100)
    assert 1 < len(cohort) < 13
    for trial in cohort:
        assert oracle.create_trial("another").status == "IDLE"
        assert not oracle.exhausted
        tell(oracle, trial, score(trial.hyperparameters.values))
    assert oracle.create_trial("another").status == "RUNNING"


def test_nothing_is_written_beside_the_journal(make, name, tmp_path):
    """KerasTuner's file of the oracle's state is not atomic, and not all of it."""
    drive(make(name, make_space(FINITE)), 2)
    assert not list(tmp_path.rglob("oracle.json"))


def test_each_value_that_is_compared_gets_an_equal_share(make):
    proposed = drive(make("random", load_space("mlp_depth")), 14)
    depths = [values["depth"] for values, _ in proposed]
    assert sorted(depths) == sorted(list(range(7)) * 2)
    assert sorted(depths[:7]) == list(range(7))


def test_a_compared_value_without_configurations_left_leaves_its_share_to_others(make):
    space = make_space(
        "[network]\nunits = 8\n[regularizer]\n"
        'kind = ["none", "l2"]\nstrength = { min = 0.1, max = 1.0 }\n'
    )
    space = replace(space, compare="kind")
    kinds = [values["kind"] for values, _ in drive(make("random", space), 6)]
    assert kinds.count("none") == 1


def test_the_grid_is_complete_and_cuts_a_range_at_ten_points(make):
    proposed = drive(make("grid", load_space("mlp_depth")), 1000)
    assert [values for values, _ in proposed] == list(
        load_space("mlp_depth").list_configurations(grid=True)
    )
    assert len(proposed) == 7 * 10


@pytest.mark.parametrize("name", MODEL_BASED)
def test_a_model_finds_the_better_part_of_a_space(make, name):
    space = make_space(ONE_RANGE)
    scores = {
        asked: [score(values) for values, _ in drive(make(asked, space, 16), 16)]
        for asked in ("random", name)
    }
    assert scores["random"][:COHORT] == scores[name][:COHORT]
    assert np.mean(scores[name][8:]) < 0.5 * np.mean(scores["random"][8:])


@pytest.mark.parametrize("name", MODEL_BASED)
def test_a_model_keeps_away_from_what_failed(make, name):
    oracle = make(name, make_space(ONE_RANGE), 20)
    for number, rate in enumerate(np.geomspace(0.001, 1.0, 16)):
        oracle.recall(number, {**LEAST, "learning_rate": float(rate)})
        tell(oracle, *ask(oracle, 1), None if rate > 0.03 else 2.0 + number)
    rates = [trial.hyperparameters.get("learning_rate") for trial in ask(oracle, 4)]
    assert len(rates) == 4
    assert sum(rate > 0.03 for rate in rates) <= 1


@pytest.mark.parametrize("name", MODEL_BASED)
def test_a_model_takes_an_infinite_score_for_a_bad_one(make, name):
    oracle = make(name, make_space(ONE_RANGE), 20)
    for number, rate in enumerate(np.geomspace(0.001, 1.0, 16)):
        oracle.recall(number, {**LEAST, "learning_rate": float(rate)})
        tell(oracle, *ask(oracle, 1), math.inf if rate > 0.03 else 2.0 + number)
    rates = [trial.hyperparameters.get("learning_rate") for trial in ask(oracle, 4)]
    assert len(rates) == 4
    assert sum(rate > 0.03 for rate in rates) <= 1


@pytest.mark.parametrize("name", MODEL_BASED)
def test_a_model_suggests_something_else_than_what_is_under_way(make, name):
    oracle = make(name, make_space(ONE_RANGE), 20)
    drive(oracle, 12)
    alone = oracle.suggest(15)
    for number in (12, 13, 14):
        oracle.recall(number, alone)
    ask(oracle, 3)
    beside = oracle.suggest(15)
    distance = np.log(beside["learning_rate"] / alone["learning_rate"])
    assert abs(distance) > 0.1
