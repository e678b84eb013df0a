"""Cohorts cut into units of work for several processes."""

from tests.helpers.training import make_job, make_jobs, make_mlp
from tuner.training import TRAINERS
from tuner.training.lanes.cutting import cut_into_units

DEPTHS = "[network]\ndepth = { min = 0, max = 3 }\nunits = 8\n"


def cut(plan, jobs, workers, trainer="lanes"):
    units = TRAINERS[trainer]().cut(jobs, make_mlp(DEPTHS), plan=plan, workers=workers)
    return [[job.trial for job in unit] for unit in units]


def test_every_trial_is_in_one_unit_with_trials_of_its_shape(plan):
    jobs = [make_job(trial, depth=trial % 4, units=8) for trial in range(24)]
    units = cut(plan, jobs, workers=2)
    assert sorted(trial for unit in units for trial in unit) == list(range(24))
    assert all(len({trial % 4 for trial in unit}) == 1 for unit in units)
    assert len(units) < 24


def test_the_more_workers_there_are_the_smaller_are_the_units(plan):
    jobs = make_jobs(16, depth=1, units=8)
    assert [len(unit) for unit in cut(plan, jobs, workers=1)] == [4] * 4
    assert [len(unit) for unit in cut(plan, jobs, workers=4)] == [1] * 16
    assert [len(unit) for unit in cut(plan, jobs, workers=100)] == [1] * 16


def test_the_largest_units_come_first(plan):
    jobs = [make_job(0, depth=0), make_job(1, depth=3, units=8), make_job(2, depth=1, units=8)]
    assert cut(plan, jobs, workers=8) == [[1], [2], [0]]


def test_fit_trains_each_trial_on_its_own(plan):
    assert cut(plan, make_jobs(3, depth=1, units=8), workers=1, trainer="fit") == [[0], [1], [2]]


def test_nothing_is_cut_into_nothing():
    assert cut_into_units([], lambda trial: 1.0, 3) == []


def test_small_networks_are_no_less_work_than_their_rows(plan):
    """Else all of them would be one unit, which the other workers wait for."""
    large = [make_job(trial, depth=1, units=512) for trial in range(8)]
    small = [make_job(8 + trial, depth=0) for trial in range(24)]
    units = cut(plan, large + small, workers=2)
    assert max(len(unit) for unit in units if unit[0] >= 8) <= 6
