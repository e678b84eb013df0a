"""An interrupt in the middle of a long epoch."""

import signal
import threading
import time

import pytest

from tests.training.test_lanes import hypermodel, jobs
from tuner.training import FinalJob, Plan
from tuner.training.lanes import LanesTrainer
from tuner.training.lanes.interfaces import LaneProgram

TEXT = "[network]\nunits = 8\n"


@pytest.fixture
def long_epochs(monkeypatch):
    """Epochs that take a minute unless let go; the first one sends an interrupt when it begins."""
    let_go, begun = threading.Event(), threading.Event()
    call = LaneProgram._call

    def slow(self, *arguments):
        if not begun.is_set():
            begun.set()
            signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)
        let_go.wait(60)
        return call(self, *arguments)

    monkeypatch.setattr(LaneProgram, "_call", slow)
    yield
    let_go.set()


@pytest.mark.parametrize(("trials", "workers"), [(1, 1), (1, 2), (4, 2)])
def test_it_is_not_waited_for(problem, plan, long_epochs, trials, workers):
    """One block has all cores, in threads of its own; several have one each."""
    trainer = LanesTrainer()
    trainer.machine.workers = workers
    results = trainer.train(jobs(trials), hypermodel(TEXT), problem=problem, plan=plan)
    started = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        list(results)
    assert time.monotonic() - started < 20


def test_nor_is_the_final_training_waited_for(problem, long_epochs):
    started = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        LanesTrainer().train_on_all_rows(
            [FinalJob(jobs(1)[0], 50)], hypermodel(TEXT), problem=problem, plan=Plan()
        )
    assert time.monotonic() - started < 20
