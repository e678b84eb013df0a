"""Processes beside a run: what they do for it, and a run without them."""

import errno
import signal
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from tests.helpers.setups import write_untrained_study
from tuner.machine.memory import Memory
from tuner.run import pipeline, side_processes
from tuner.run.baselines import ensure_baselines, has_baselines
from tuner.run.run import Run
from tuner.run.side_processes import SideProcesses
from tuner.study import Listener


class Notes(Listener):
    def __init__(self):
        self.notes = []

    def on_note(self, note):
        self.notes.append(note)


def start_worker(companion):
    """Start a process in the companion's group, where its workers are."""
    return subprocess.Popen(
        [sys.executable, "-c", "input()"], stdin=subprocess.PIPE, process_group=companion.pid
    )


@pytest.fixture
def run(setup, tmp_path, monkeypatch):
    """A run whose process that checks the model never starts."""
    monkeypatch.setattr(SideProcesses, "start_checker", lambda self, run: None)
    return Run(setup, write_untrained_study(setup, tmp_path / "runs", []), [Notes()])


def test_the_companion_trains_the_baselines_that_the_run_would_train(run):
    study = run.study
    with SideProcesses(study.root) as processes:
        processes.begin(run)
        assert processes.trains_baselines
        processes.wait_for_baselines(600.0)
        assert not processes.trains_baselines
    arrays = study.arrays.read_baselines()
    (study.folder / "baselines.npz").unlink()
    ensure_baselines(run.setup, study)
    expected = study.arrays.read_baselines()
    assert arrays.keys() == expected.keys()
    for name in arrays:
        if not name.endswith("/seconds"):
            np.testing.assert_array_equal(arrays[name], expected[name])


@pytest.mark.usefixtures("shadowed")
def test_no_file_of_the_current_folder_takes_the_place_of_a_library(run):
    with SideProcesses(run.study.root) as processes:
        processes.begin(run)
        processes.wait_for_baselines(600.0)
    assert has_baselines(run.study)


@pytest.mark.usefixtures("usual_processes")
def test_a_companion_ends_with_its_workers_when_its_run_is_killed(run):
    with SideProcesses(run.study.root) as processes:
        processes.start_companion()
        process = processes._companion
        with start_worker(process) as worker:
            process.stdin.close()  # as the system does
            assert process.wait(600.0) == -signal.SIGTERM
            assert worker.wait(600.0) == -signal.SIGTERM


def test_a_run_that_ends_ends_the_workers_of_its_companion(run):
    with SideProcesses(run.study.root) as processes:
        processes.start_companion()
        worker = start_worker(processes._companion)
    with worker:
        assert worker.wait(600.0) == -signal.SIGTERM


@pytest.mark.usefixtures("usual_processes")
def test_a_companion_that_gets_no_time_leaves_the_baselines_to_the_run(run, monkeypatch):
    monkeypatch.setattr(pipeline, "_PATIENCE", -2 * run.estimates.baselines + 0.1)
    with SideProcesses(run.study.root) as processes:
        processes.start_companion()
        processes._companion.send_signal(signal.SIGSTOP)
        processes.begin(run)
        pipeline._wait_for_baselines(run, processes, idle=False)
        assert processes._companion is None
    assert has_baselines(run.study)
    assert run.listeners[0].notes == [
        "the process that trains simple classifiers beside the search is too slow, so they are "
        "trained again without it"
    ]


def test_nobody_waits_for_a_companion_that_was_not_asked(run):
    with SideProcesses(run.study.root) as processes:
        processes.start_companion()
        assert not processes.wait_for_baselines(float("inf"))


def test_a_system_that_starts_no_process_is_noted_and_the_search_begins(setup, run, monkeypatch):
    def refuse(*arguments, **options):
        raise OSError(errno.ENOMEM, "Cannot allocate memory")

    monkeypatch.undo()  # so that the process that checks the model is to start, too
    monkeypatch.setattr(subprocess, "Popen", refuse)
    with SideProcesses(run.study.root) as processes:
        processes.start_companion()
        processes.begin(run)
        assert not processes.wait_for_baselines(600.0)
    assert run.listeners[0].notes == [
        "the process that checks the model cannot be started (Cannot allocate memory)",
        "no process for simple classifiers can be started (Cannot allocate memory); they are "
        "trained after the search",
    ]


def test_a_process_that_died_before_it_checked_the_model_starts_again(run, monkeypatch):
    monkeypatch.undo()
    with SideProcesses(run.study.root) as processes:
        first = processes.start_checker(run)._process
        assert processes.start_checker(run)._process is first
        first.kill()
        first.wait()
        second = processes.start_checker(run)._process
        assert second.poll() is None
    assert second.poll() == -signal.SIGKILL


def test_a_companion_that_died_leaves_the_baselines_to_the_run(run):
    with SideProcesses(run.study.root) as processes:
        processes.start_companion()
        processes._companion.kill()
        processes.begin(run)
        processes.wait_for_baselines(600.0)
    assert not has_baselines(run.study)


def test_nothing_starts_early_where_memory_or_time_is_short(run, monkeypatch):
    short = replace(run.setup, settings=replace(run.setup.settings, max_seconds=1.0))
    with SideProcesses(run.study.root) as processes:
        processes.begin(Run(short, run.study))
        assert not processes.trains_baselines
        monkeypatch.setattr(side_processes, "read_memory", lambda: Memory(2**20, 2**34))
        processes.begin(run)
        assert not processes.trains_baselines
