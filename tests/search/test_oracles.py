"""The contract of oracles; a new one enters it by its line in ORACLES."""

from dataclasses import replace

import keras_tuner
import numpy as np
import pytest

from tests.conftest import make_space
from tuner.search.oracles import ORACLES, configuration_key
from tuner.space import load_space, shipped_spaces
from tuner.training import OBJECTIVES

FINITE = (
    "[network]\ndepth = { min = 0, max = 2 }\nunits = [4, 8]\n"
    '[regularizer]\nkind = ["none", "l2"]\nstrength = [0.1, 0.2]\n'
)
# 0: 3 (none, l2 × 2); 1 and 2: two widths each × 3
CONFIGURATIONS = 15


def score(values):
    """A made-up landscape with its best at depth 1 and a small learning rate."""
    rate = values.get("learning_rate", 0.1)
    return abs(values["depth"] - 1) + rate + values.get("strength", 0.0)


def drive(oracle, trials, fail=()):
    """Ask and tell, as the tuner does."""
    seen = []
    while len(seen) < trials:
        trial = oracle.create_trial("one")
        if trial.status == "STOPPED":
            break
        values = dict(trial.hyperparameters.values)
        seen.append(values)
        if int(trial.trial_id) in fail:
            trial.status, trial.message = "FAILED", "it diverged"
        else:
            oracle.update_trial(trial.trial_id, {"cross_entropy": score(values)})
            trial.status = "COMPLETED"
        oracle.end_trial(trial)
    return seen


@pytest.fixture(params=ORACLES)
def name(request):
    return request.param


@pytest.fixture
def make(tmp_path):
    """Make oracles, each with the folder that a tuner gives it."""

    def make(name, space, max_trials=100, seed=0):
        objective = OBJECTIVES["cross_entropy"]
        oracle = ORACLES[name](space, objective, max_trials=max_trials, seed=seed)
        Untrained(oracle, directory=tmp_path, project_name=f"{len(list(tmp_path.iterdir()))}")
        return oracle

    return make


class Untrained(keras_tuner.Tuner):
    def run_trial(self, *_):
        """Never called: the tests ask and tell the oracle themselves."""


def test_a_finite_space_is_tried_whole_once_and_then_ends(make, name):
    oracle = make(name, make_space(FINITE))
    seen = drive(oracle, 100)
    assert len(seen) == CONFIGURATIONS
    assert len({configuration_key(values) for values in seen}) == CONFIGURATIONS
    assert oracle.exhausted


def test_a_seed_decides_the_proposals_and_zero_is_a_seed(make, name):
    space = load_space("mlp_depth")
    first, second, other = (drive(make(name, space, seed=seed), 14) for seed in (0, 0, 1))
    assert first == second
    assert (first == other) == (name == "grid")


def test_proposals_depend_on_the_trials_so_far_and_on_nothing_else(make, name):
    """What a search that goes on later relies on: an oracle given the trials goes on alike."""
    space = load_space("mlp_depth")
    uninterrupted = make(name, space)
    expected = drive(uninterrupted, 20)
    resumed = make(name, space)
    drive(resumed, 17)
    later = make(name, space)
    later.trials = resumed.trials
    assert drive(later, 3) == expected[17:]


@pytest.mark.parametrize("shipped", shipped_spaces())
def test_only_what_acts_is_part_of_a_trial(make, name, shipped):
    space = load_space(shipped)
    for values in drive(make(name, space), 6):
        active = set()
        for hyperparameter in space.hyperparameters:
            if hyperparameter.is_active(values):
                active.add(hyperparameter.name)
        assert set(values) == active


def test_failed_trials_neither_end_the_search_nor_are_picked(make, name):
    oracle = make(name, make_space(FINITE))
    seen = drive(oracle, 9, fail=range(6))
    assert len(seen) == 9
    best = oracle.get_best_trials(9)
    assert {int(trial.trial_id) for trial in best} == {6, 7, 8}
    assert best[0].score == min(score(values) for values in seen[6:])


def test_each_value_that_is_compared_gets_an_equal_share(make):
    depths = [values["depth"] for values in drive(make("random", load_space("mlp_depth")), 14)]
    assert sorted(depths) == sorted(list(range(7)) * 2)
    assert sorted(depths[:7]) == list(range(7))


def test_a_compared_value_without_configurations_left_leaves_its_share_to_others(make):
    space = make_space(
        "[network]\nunits = 8\n[regularizer]\n"
        'kind = ["none", "l2"]\nstrength = { min = 0.1, max = 1.0 }\n'
    )
    space = replace(space, compare="kind")
    kinds = [values["kind"] for values in drive(make("random", space), 6)]
    assert kinds.count("none") == 1


def test_the_bayesian_oracle_finds_the_better_part_of_a_space(make):
    space = make_space(
        "[network]\ndepth = 1\nunits = 8\n"
        "[sgd]\nlearning_rate = { min = 0.001, max = 1.0, log = true }\n"
    )
    scores = {
        name: [score(values) for values in drive(make(name, space, max_trials=16), 16)]
        for name in ("random", "bayesian")
    }
    assert scores["random"][:3] == scores["bayesian"][:3]
    assert np.mean(scores["bayesian"][8:]) < 0.5 * np.mean(scores["random"][8:])


def test_the_grid_is_complete_and_cuts_a_range_at_ten_points(make):
    seen = drive(make("grid", load_space("mlp_depth")), 1000)
    assert len(seen) == 7 * 10


def test_a_cohort_is_proposed_without_repeating_itself(make, name):
    oracle = make(name, load_space("mlp_depth"), max_trials=20)
    drive(oracle, 10)
    cohort = [oracle.create_trial(f"place-{place}") for place in range(4)]
    keys = {configuration_key(trial.hyperparameters.values) for trial in cohort}
    assert len(keys) == 4
