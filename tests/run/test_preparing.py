"""What is checked of a space, its data and the settings before a search begins."""

import pytest

from tuner.errors import SpaceError
from tuner.run.preparing import prepare
from tuner.run.request import DataRequest, default_limits
from tuner.study import MOST_ROUNDS, SearchSettings

IRIS = DataRequest("iris")


def prepare_depths(max_parameters):
    limits = default_limits("mlp_depth", "random")
    assert limits["max_trials"] == 7 * MOST_ROUNDS
    return prepare("mlp_depth", IRIS, SearchSettings(**limits, max_parameters=max_parameters))


def test_settings_whose_networks_are_too_large_take_no_trials():
    setup = prepare_depths(30_000)
    assert setup.definition.count_settings() == 3
    assert setup.settings.max_trials == 3 * MOST_ROUNDS
    assert setup.warnings == (
        "depth 3, 4, 5, 6 have no network within --max-parameters, and are left out",
    )
    assert all(
        setup.limit.allows(values) for values in setup.definition.list_configurations(grid=True)
    )


def test_a_time_limit_ends_a_search_of_planned_schedules_and_no_number_of_trials_does():
    assert default_limits("tabular", "tpe", max_seconds=119.5) == {"max_trials": 120}
    assert default_limits("tabular", "tpe", max_seconds=5.0) == {"max_trials": 20}
    assert default_limits("tabular", "tpe") == {}
    assert default_limits("mlp", "tpe", max_seconds=119.5) == {}


def test_a_limit_that_excludes_nothing_changes_nothing():
    setup = prepare_depths(10**7)
    assert setup.definition.count_settings() == 7
    assert setup.settings.max_trials == 7 * MOST_ROUNDS
    assert setup.warnings == ()


def test_a_limit_below_all_networks_is_one_sentence():
    with pytest.raises(
        SpaceError, match=r"^--max-parameters: the smallest network of space mlp_depth has 15 "
    ):
        prepare_depths(10)
