"""How many trials a search may have that is resumed with another time limit."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from tests.helpers.setups import DEPTHS, make_setup, write_untrained_study
from tests.helpers.spaces import PLANNED, make_space
from tuner.api.search import Search
from tuner.run.resumed_trials import choose_time_limits
from tuner.study import TrialRecord
from tuner.training import TrialResult


@pytest.fixture
def make_study(tmp_path):
    """Return a function that makes a study of runs with limits, and three trials in the first."""

    def make_study(*runs, space=PLANNED):
        setup = make_setup(make_space(space))
        limits = [
            replace(setup.settings, oracle="tpe", max_trials=most, max_seconds=seconds)
            for most, seconds in runs
        ]
        setup = replace(setup, settings=limits[0])
        study = write_untrained_study(setup, tmp_path, [])
        study.begin(limits[0])
        write_failed_trials(study)
        for each in limits[1:]:
            study.begin(each)
        return study

    return make_study


def write_failed_trials(study):
    for trial in range(3):
        result = TrialResult(trial, "failed", "loss is NaN in epoch 1")
        study.write_trial(TrialRecord(trial, {}, {}, result), {})


@pytest.mark.parametrize(
    ("runs", "most"),
    [
        ([(70, 70.0)], 3603),
        ([(20, 9.5)], 3603),
        ([(20, None)], None),  # no limit chose it
        ([(70, 70.0), (70, 600.0)], 3603),  # by an earlier version
        ([(70, 70.0), (603, 600.0)], 3603),
        ([(70, 70.0), (90, 600.0)], None),  # a person said 90
        ([(71, 70.0)], None),
        ([(1_000_000, 2e6)], 3603),  # more are refused
    ],
)
def test_a_number_of_trials_that_a_time_limit_chose_is_chosen_anew(make_study, runs, most):
    assert choose_time_limits(make_study(*runs), 3600.0).get("max_trials") == most


def test_a_search_that_does_not_go_on_until_its_limit_keeps_its_number(make_study):
    study = make_study((20, None), space=DEPTHS)
    assert choose_time_limits(study, 3600.0) == {"max_seconds": 3600.0}


def test_a_resumed_search_with_another_limit_has_as_many_trials_as_fit(
    make_study, tmp_path, monkeypatch
):
    make_study((70, 70.0))
    seen = []
    monkeypatch.setattr(
        Search, "_find_finished", lambda search, study, settings: seen.append(settings) or True
    )
    search = Search(SimpleNamespace(messages=None, import_heavy=None, started=0.0), tmp_path, None)
    search.resume("study", max_seconds=3600.0)
    search.resume("study", max_seconds=3600.0, max_trials=80)
    search.resume("study")
    limits = [(settings.max_trials, settings.max_seconds) for settings in seen]
    assert limits == [(3603, 3600.0), (80, 3600.0), (70, 70.0)]
