"""A configuration of another space is taken into a space where it has a place there."""

import random

import pytest

from tests.helpers.spaces import make_space
from tuner.space import find_nearest_configuration

SPACE = """
[network]
depth = { min = 0, max = 3 }
units = [64, 16, 256]
[regularizer]
kind = ["none", "l2"]
strength = { min = 1e-4, max = 1e-1, log = true }
dropout = { min = 0.0, max = 0.5, step = 0.25 }
[sgd]
learning_rate = { min = 0.01, max = 0.3, log = true }
nesterov = [true, false]
batch_size = 32
"""
VALUES = {
    "depth": 2, "units": 60, "activation": "relu", "kind": "l2", "strength": 0.01, "dropout": 0.3,
    "learning_rate": 0.123, "nesterov": False, "batch_size": 128, "momentum": 0.5, "other": 3,
}  # fmt: skip


def adapt(**changes):
    values = {name: v for name, v in {**VALUES, **changes}.items() if v is not None}
    return find_nearest_configuration(make_space(SPACE), values, random.Random(0))


def test_numbers_become_the_nearest_of_the_space_and_what_it_fixes_stays_fixed():
    found = adapt()
    expected = {"depth": 2, "units": 64, "kind": "l2", "strength": 0.01, "dropout": 0.25}
    assert {name: found[name] for name in expected} == expected
    assert (found["learning_rate"], found["nesterov"], found["batch_size"]) == (0.123, False, 32)
    assert found["momentum"] == 0.9
    assert "other" not in found


@pytest.mark.parametrize(
    "changes",
    [
        {"depth": 4}, {"units": 8}, {"kind": "l1"}, {"strength": 0.2}, {"learning_rate": 0.001},
        {"nesterov": 1}, {"depth": True}, {"kind": 2}, {"units": "64"},
    ],
    ids=str,
)  # fmt: skip
def test_a_value_outside_the_space_has_no_place_in_it(changes):
    assert adapt(**changes) is None


def test_what_a_trial_lacks_is_drawn_and_what_does_not_act_is_left_out():
    found = adapt(kind="none", strength=None, learning_rate=None, depth=0, units=None)
    assert 0.01 <= found["learning_rate"] <= 0.3
    assert not {"strength", "units"} & found.keys()
    assert adapt(strength=None)["strength"] == adapt(strength=None)["strength"]


def test_a_trial_that_shares_only_what_is_fixed_has_no_place():
    values = {"batch_size": 32, "momentum": 0.9, "number_of_trees": 100}
    assert find_nearest_configuration(make_space(SPACE), values, random.Random(0)) is None
