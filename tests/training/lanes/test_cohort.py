"""Too little memory for a block, or for a trial."""

import pytest
import tensorflow as tf

from tests.helpers.training import assert_same, make_jobs, make_mlp, train
from tuner.training.lanes import LanesTrainer
from tuner.training.lanes.stacked_mlps.weights import StackedWeights


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
        tried.append(len(lanes) // 3)
        if tried[-1] > 2:
            raise tf.errors.ResourceExhaustedError(None, None, "OOM when allocating")
        load(self, lanes)

    monkeypatch.setattr(StackedWeights, "load", load_two_trials)
    trainer = LanesTrainer()
    trainer.machine.workers = 1  # so that one block has all lanes
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
