"""What is checked of a space, its data and the settings before a search begins."""

import pytest

from tuner.errors import SpaceError
from tuner.run.preparing import prepare
from tuner.run.request import DataRequest, make_settings
from tuner.study import MOST_ROUNDS

IRIS = DataRequest("iris")


def prepare_depths(max_parameters):
    settings = make_settings("mlp_depth", {"max_parameters": max_parameters})
    assert settings.max_trials == 7 * MOST_ROUNDS
    return prepare("mlp_depth", IRIS, settings)


def test_settings_whose_networks_are_too_large_take_no_trials():
    setup = prepare_depths(30_000)
    assert setup.space.count_settings() == 3
    assert setup.settings.max_trials == 3 * MOST_ROUNDS
    assert setup.warnings == (
        "depth 3, 4, 5, 6 have no network within --max-parameters, and are left out",
    )
    assert all(
        setup.size_limit.allows(values) for values in setup.space.list_configurations(grid=True)
    )


def test_a_time_limit_ends_a_search_of_planned_schedules_and_no_number_of_trials_does():
    def most_trials(space, max_seconds):
        return make_settings(space, {"max_seconds": max_seconds}).max_trials

    assert most_trials("tabular", 119.5) == 120
    assert most_trials("tabular", 5.0) == most_trials("tabular", None) == 20
    assert most_trials("mlp", 119.5) == 20


def test_a_limit_that_excludes_nothing_changes_nothing():
    setup = prepare_depths(10**7)
    assert setup.space.count_settings() == 7
    assert setup.settings.max_trials == 7 * MOST_ROUNDS
    assert setup.warnings == ()


def test_a_limit_below_all_networks_is_one_sentence():
    with pytest.raises(
        SpaceError, match=r"^--max-parameters: the smallest network of space mlp_depth has 15 "
    ):
        prepare_depths(10)
