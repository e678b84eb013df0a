"""Processes beside a run: what they do for it, and a run without them."""

from dataclasses import replace

import numpy as np
import pytest

from tests.helpers.setups import write_untrained_study
from tuner.memory import Memory
from tuner.run import beside
from tuner.run.baselines import ensure_baselines, has_baselines
from tuner.run.beside import Beside
from tuner.run.run import Run


@pytest.fixture
def run(setup, tmp_path, monkeypatch):
    """A run whose process that checks the model never starts."""
    monkeypatch.setattr(Beside, "start_fresh", lambda self: None)
    return Run(setup, write_untrained_study(setup, tmp_path / "runs", []))


def test_the_companion_trains_the_baselines_that_the_run_would_train(run):
    study = run.study
    with Beside(study.folder.parents[1]) as processes:
        processes.begin(run)
        assert processes.trains_baselines
        processes.wait_for_baselines(60.0)
        assert not processes.trains_baselines
    arrays = study.arrays.read_baselines()
    (study.folder / "baselines.npz").unlink()
    ensure_baselines(run.setup, study)
    expected = study.arrays.read_baselines()
    assert arrays.keys() == expected.keys()
    for name in arrays:
        if not name.endswith("/seconds"):
            np.testing.assert_array_equal(arrays[name], expected[name])


def test_a_companion_ends_when_its_run_is_killed(run):
    with Beside(run.study.folder.parents[1]) as processes:
        processes.start_companion()
        process = processes._companion
        process.stdin.close()  # as the system does
        assert process.wait(60.0) == 1


def test_a_companion_that_died_leaves_the_baselines_to_the_run(run):
    with Beside(run.study.folder.parents[1]) as processes:
        processes.start_companion()
        processes._companion.kill()
        processes.begin(run)
        processes.wait_for_baselines(60.0)
    assert not has_baselines(run.study)


def test_nothing_starts_early_where_memory_or_time_is_short(run, monkeypatch):
    short = replace(run.setup, settings=replace(run.setup.settings, max_seconds=1.0))
    with Beside(run.study.folder.parents[1]) as processes:
        processes.begin(Run(short, run.study))
        assert not processes.trains_baselines
        monkeypatch.setattr(beside, "read_memory", lambda: Memory(2**20, 2**34))
        processes.begin(run)
        assert not processes.trains_baselines
