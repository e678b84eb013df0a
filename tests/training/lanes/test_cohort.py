"""Too little memory for a block, or for a trial; and trials that follow others."""

from dataclasses import replace

import pytest
import tensorflow as tf

from tests.helpers.training import (
    CustomHyperModel,
    SteppingHyperModel,
    assert_same,
    make_job,
    make_jobs,
    make_mlp,
    train,
)
from tuner.training import Hooks
from tuner.training.lanes import LanesTrainer
from tuner.training.lanes.block import LaneBlock
from tuner.training.lanes.stacked_mlps.weights import StackedWeights
from tuner.training.race import Race


@pytest.fixture
def hypermodel():
    return make_mlp("[network]\nunits = 8\n")


def test_if_memory_runs_out_a_block_is_halved_with_the_same_results(
    problem, plan, hypermodel, monkeypatch
):
    jobs = make_jobs(5)
    expected = train("lanes", hypermodel, problem, plan, jobs)
    tried = []
    load = StackedWeights.load

    def load_two_trials(self, lanes):
        tried.append(len(lanes) // len(problem.folds))
        if tried[-1] > 2:
            raise tf.errors.ResourceExhaustedError(None, None, "OOM when allocating")
        load(self, lanes)

    monkeypatch.setattr(StackedWeights, "load", load_two_trials)
    trainer = LanesTrainer()
    trainer.machine.threads = 1  # so that one block has all lanes
    halved = train(trainer, hypermodel, problem, plan, jobs)
    assert tried == [5, 3, 2, 1, 2]
    for trial, result in expected.items():
        assert_same(result, halved[trial])


def test_a_trial_that_does_not_fit_alone_fails_with_the_reason(
    problem, plan, hypermodel, monkeypatch
):
    def load_nothing(self, lanes):
        raise tf.errors.ResourceExhaustedError(None, None, "OOM when allocating\nmore")

    monkeypatch.setattr(StackedWeights, "load", load_nothing)
    (result,) = train("lanes", hypermodel, problem, plan).values()
    assert (result.status, result.failure) == ("failed", "out_of_memory")
    assert result.reason == ("out of memory: ResourceExhaustedError: OOM when allocating more")


@pytest.fixture
def following(plan):
    """A plan that lets one more trial follow, if it is asked for more."""
    further = iter([[make_job(1)]])
    return replace(plan, epochs=1, hooks=Hooks(ask_more=lambda: next(further, [])))


def test_a_trial_follows_one_whose_networks_are_not_stacked(problem, following):
    assert set(train("lanes", CustomHyperModel(), problem, following)) == {0, 1}


def test_none_follows_where_blocks_or_results_have_their_memory(problem, following):
    assert set(train("lanes", make_mlp(), problem, following)) == {0}
    racing = replace(following, hooks=replace(following.hooks, race=Race(1, following.objective)))
    assert set(train("lanes", CustomHyperModel(), problem, racing)) == {0}


def test_none_follows_a_trial_that_waits_for_the_end_of_its_cohort(problem, following, monkeypatch):
    assert set(train("lanes", SteppingHyperModel(), problem, following)) == {0}  # it needs `fit`

    def load_nothing(self):
        raise tf.errors.ResourceExhaustedError(None, None, "OOM when allocating")

    monkeypatch.setattr(LaneBlock, "_load_initial_variables", load_nothing)
    (starved,) = train("lanes", CustomHyperModel(), problem, following).values()
    assert starved.failure == "out_of_memory"


@pytest.mark.parametrize("ended", [True, False])
def test_a_trial_that_ran_out_of_memory_is_tried_again_only_while_there_is_time(
    problem, plan, monkeypatch, ended
):
    """Unless no trial has ended: a search needs one."""
    tried = []
    load = LaneBlock._load_initial_variables

    def load_none_but_the_first(self):
        tried.append(None)
        if len(tried) > 1 or not ended:
            raise tf.errors.ResourceExhaustedError(None, None, "OOM when allocating")
        load(self)

    monkeypatch.setattr(LaneBlock, "_load_initial_variables", load_none_but_the_first)
    trainer = LanesTrainer()
    trainer.machine.threads = 1
    late = replace(plan, epochs=1, hooks=Hooks(time_is_up=lambda: len(tried) > 1))
    results = train(trainer, CustomHyperModel(), problem, late, [make_job(0), make_job(1)])
    assert list(results) == [0]
    assert results[0].failure == (None if ended else "out_of_memory")
