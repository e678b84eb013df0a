"""The sizes that a machine's memory allows."""

import pytest

from tuner.training.lanes import LanesTrainer, machine


@pytest.mark.parametrize(("free", "trials"), [(2**34, 64), (2**20, 20), (0, 1)])
def test_fewer_trials_are_asked_for_if_their_results_would_fill_the_memory(
    problem, monkeypatch, free, trials
):
    monkeypatch.setattr(machine, "_read_free_bytes", lambda: free)
    assert LanesTrainer().choose_cohort_size(problem) == trials


def test_more_workers_get_more_trials_at_once(problem, monkeypatch):
    monkeypatch.setattr(machine, "_read_free_bytes", lambda: 2**34)
    sizes = [LanesTrainer(1).choose_cohort_size(problem, workers) for workers in (1, 2, 3, 10)]
    assert sizes == [64, 64, 128, 320]
