"""The lanes trainer: an interrupt in a long epoch, and the time of the final training."""

import signal
import threading
from types import SimpleNamespace

import pytest

from tests.helpers.training import make_job, make_jobs, make_mlp
from tuner.training import TRAINERS, FinalJob, Plan
from tuner.training.lanes import LanesTrainer
from tuner.training.lanes.interfaces import LaneProgram


@pytest.fixture
def long_epochs(monkeypatch):
    """Epochs of a minute unless they are released; the first one sends an interrupt.

    Returns those that took their minute.
    """
    released, begun, ended = threading.Event(), threading.Event(), []
    call = LaneProgram._call

    def call_slowly(self, *arguments):
        if not begun.is_set():
            begun.set()
            signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)
        if not released.wait(60):
            ended.append(self)
        return call(self, *arguments)

    monkeypatch.setattr(LaneProgram, "_call", call_slowly)
    yield ended
    released.set()


@pytest.mark.parametrize(("trials", "threads"), [(1, 1), (1, 2), (4, 2)])
def test_an_interrupt_does_not_wait_for_the_epoch_to_end(
    problem, plan, long_epochs, trials, threads
):
    """One block has all cores, in threads of its own; several blocks have one core each."""
    trainer = LanesTrainer()
    trainer.machine.threads = threads
    hypermodel = make_mlp("[network]\nunits = 8\n")
    results = trainer.train(make_jobs(trials), hypermodel, problem=problem, plan=plan)
    with pytest.raises(KeyboardInterrupt):
        list(results)
    assert not long_epochs


def test_an_interrupt_of_the_final_training_does_not_wait_either(problem, long_epochs):
    hypermodel = make_mlp("[network]\nunits = 8\n")
    with pytest.raises(KeyboardInterrupt):
        LanesTrainer().train_on_all_rows(
            [FinalJob(make_job(), 50)], hypermodel, problem=problem, plan=Plan()
        )
    assert not long_epochs


def test_final_fold_times_are_counted_per_core_and_one_by_one_after_networks_that_need_fit():
    trainer = LanesTrainer()
    assert trainer.at_once == trainer.machine.threads
    assert trainer.estimate_fold_times(5) == 2 * -(-5 // trainer.machine.threads)
    one_by_one = SimpleNamespace(stacks=False, alone=False)  # takes the same time alone
    trainer.programs = SimpleNamespace(used=[one_by_one])
    assert trainer.estimate_fold_times(5) == -(-5 // trainer.machine.threads)
    trainer.programs.used.append(SimpleNamespace(stacks=True, alone=False))
    assert trainer.estimate_fold_times(5) == 2 * -(-5 // trainer.machine.threads)
    list(trainer._note_reasons(make_mlp(), ["its network has a train_step of its own"]))
    assert trainer.estimate_fold_times(5) == TRAINERS["fit"]().estimate_fold_times(5) == 5


def test_trials_that_train_again_share_the_cores_but_none_is_cut():
    trainer = TRAINERS["lanes"]()
    assert trainer.estimate_training_again([8.0, 1.0]) == max(8.0, 9.0 / trainer.machine.threads)
    assert trainer.estimate_training_again([3.0] * 40) == 120.0 / trainer.machine.threads
    assert TRAINERS["fit"]().estimate_training_again([8.0, 1.0]) == 9.0
