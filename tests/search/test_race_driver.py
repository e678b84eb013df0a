"""Searches whose trials race."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from tests.helpers.problems import make_problem
from tests.helpers.searches import make_mlp, read_trials, search
from tests.helpers.spaces import make_space
from tuner.errors import SearchFailed
from tuner.search import FoldTuner
from tuner.search.race_driver import RaceDriver
from tuner.study import SearchSettings
from tuner.training import TrialResult
from tuner.training.lanes import LanesTrainer

# Most learning rates are hopeless.
SPACE = """
[network]
depth = 1
units = 8
[sgd]
learning_rate = { min = 1e-6, max = 0.3, log = true }
batch_size = 16
"""
SETTINGS = SearchSettings(max_trials=12, folds=3, epochs=16, test_size=0.0, seed=3)


@pytest.fixture(scope="module")
def rows():
    problem = make_problem(rows=90)
    return problem.x, problem.y


@pytest.fixture(scope="module")
def hypermodel():
    return make_mlp(SPACE, epochs=SETTINGS.epochs)


@pytest.fixture(scope="module")
def raced(rows, hypermodel, tmp_path_factory):
    return search(tmp_path_factory.mktemp("raced"), rows, SETTINGS, hypermodel=hypermodel)


@pytest.fixture(scope="module")
def whole(rows, hypermodel, tmp_path_factory):
    settings = replace(SETTINGS, racing=False)
    return search(tmp_path_factory.mktemp("whole"), rows, settings, hypermodel=hypermodel)


def test_a_beaten_trial_keeps_its_epochs_and_the_other_trials_are_unchanged(raced, whole):
    expected = read_trials(whole.study)
    trials = read_trials(raced.study)
    pruned = [trial for trial, (_, result) in trials.items() if result["status"] == "pruned"]
    assert len(trials) == 12
    assert 3 <= len(pruned) < 12
    for trial, (_, result) in trials.items():
        if trial not in pruned:
            assert result == expected[trial][1]
            continue
        for name, curve in result["curves"].items():
            epochs = len(curve[0])
            assert epochs < len(expected[trial][1]["curves"][name][0])
            assert curve == [fold[:epochs] for fold in expected[trial][1]["curves"][name]]


def test_the_best_trial_is_a_completed_one(raced):
    (best,) = raced.get_best_hyperparameters()
    completed = [record for record in raced.records if record.completed]
    assert best.values == min(completed, key=lambda r: r.result.score).hyperparameters
    assert len(raced.get_best_hyperparameters(12)) == len(completed) < len(raced.records)


@pytest.mark.parametrize(
    "interrupts",
    [[("trial", 1), ("trial", 4)], [("proposed", 7), ("trial", 5)], [("trial", 10)]],
    ids=str,
)
def test_an_interrupted_race_ends_as_one_that_was_not(
    tmp_path, rows, hypermodel, raced, interrupts
):
    study = search(tmp_path, rows, SETTINGS, *interrupts, hypermodel=hypermodel).study
    assert read_trials(study) == read_trials(raced.study)


def test_the_oracle_learns_the_score_of_a_beaten_trial(raced):
    for record in raced.records:
        trial = raced.oracle.trials[f"{record.trial:02d}"]
        assert trial.status == "COMPLETED"
        assert trial.score == pytest.approx(record.result.score)


def test_trials_do_not_race_where_settings_are_compared(tmp_path, rows):
    """A comparison rests on what the worse trials come to in the end, too."""
    space = SPACE.replace("depth = 1", "depth = { min = 0, max = 1 }")
    hypermodel = make_mlp(space, epochs=SETTINGS.epochs, compare="depth")
    tuner = search(tmp_path, rows, replace(SETTINGS, max_trials=8), hypermodel=hypermodel)
    assert {record.result.status for record in tuner.records} == {"completed"}


def test_if_the_leader_of_a_race_diverges_the_search_says_what_to_do(tmp_path, rows, hypermodel):
    """A trial that led at all rungs may diverge later; then there is no trial to pick."""

    class DivergingTrainer(LanesTrainer):
        def train(self, jobs, hypermodel, *, problem, plan):
            for job in jobs:
                losses = np.full(len(problem.rows), 1.0 + job.trial)
                scores = {"cross_entropy": 1.0 + job.trial}
                pruned = TrialResult(job.trial, "pruned", scores=scores)
                for rung in plan.hooks.race.rungs:
                    curve = [1.0 + job.trial] * rung
                    plan.hooks.race.reach(job.trial, curve, losses, lambda pruned=pruned: pruned)
                yield TrialResult.from_failure(job.trial, "diverged", "the loss is not finite")

    tuner = FoldTuner(hypermodel, replace(SETTINGS, max_trials=3), directory=tmp_path)
    tuner.trainer = DivergingTrainer()
    with pytest.raises(SearchFailed) as error:
        tuner.search(*rows)
    assert str(error.value) == (
        "no trial was completed; trial 0: the loss is not finite; search again with --no-racing"
    )


def test_networks_with_planned_schedules_do_not_race():
    space = make_space('[optimizer]\noptimizer = "adamw"\nschedule = "coslog4"\n')
    hypermodel = SimpleNamespace(space=space)
    oracle = SimpleNamespace(races=True)
    assert RaceDriver(SETTINGS, oracle, hypermodel).race is None
    hypermodel.space = make_space()
    assert RaceDriver(SETTINGS, oracle, hypermodel).race is not None
