"""A space file may name the configurations that a search begins with."""

import json

import pytest

from tests.helpers.spaces import make_space
from tuner.errors import SpaceError
from tuner.space import Space

SPACE = """
[network]
depth = { min = 0, max = 3 }
units = [64, 128]
activation = ["relu", "selu"]
[regularizer]
dropout = [0.0, 0.1]
kind = ["none", "l2"]
strength = { min = 1e-4, max = 1e-2, log = true }
[sgd]
learning_rate = { min = 0.001, max = 0.05, log = true }
"""
FIRST = """
[[first]]
name = "two layers"
depth = 2
activation = "selu"
learning_rate = 0.01

[[first]]
name = "logistic regression"
depth = 0
learning_rate = 0.02
"""
SGD = {"momentum": 0.9, "nesterov": True, "batch_size": 32, "schedule": "constant"}


def test_a_first_trial_has_its_own_values_fixed_ones_and_usual_ones() -> None:
    two, none = make_space(SPACE + FIRST).first
    assert (two.name, none.name) == ("two layers", "logistic regression")
    assert two.values == {
        "depth": 2,
        "units": 128,
        "activation": "selu",
        "kind": "none",
        "dropout": 0.0,
        "input_dropout": 0.0,
        "learning_rate": 0.01,
        **SGD,
    }
    assert none.values == {
        "depth": 0,
        "kind": "none",
        "input_dropout": 0.0,
        "learning_rate": 0.02,
        **SGD,
    }


def test_a_space_keeps_its_first_trials_and_one_without_is_as_those_of_earlier_versions() -> None:
    space = make_space(SPACE + FIRST)
    assert Space.from_dict(json.loads(json.dumps(space.to_dict()))) == space
    assert "first" not in make_space(SPACE).to_dict()


MISTAKES = [
    (
        "first = 3",
        "[[first]]: expected tables, received 3; write [[first]] on a line for each",
    ),
    (
        "[first]\ndepth = 2",
        "[[first]]: expected tables, received { depth = 2 }; write [[first]] on a line for each",
    ),
    (
        "[[first]]\ndepth = 2",
        '[[first]] 1, name: missing; write for example name = "logistic regression"',
    ),
    (
        '[[first]]\nname = " "',
        '[[first]] 1, name: expected one line of text in quotes, received " "; '
        'write for example name = "logistic regression"',
    ),
    (
        '[[first]]\nname = "a\\nb"',
        r'[[first]] 1, name: expected one line of text in quotes, received "a\nb"; '
        'write for example name = "logistic regression"',
    ),
    (
        "[[first]]\nname = 7",
        "[[first]] 1, name: expected a text in quotes, received 7; "
        'write for example name = "logistic regression"',
    ),
    (
        f'[[first]]\nname = "{"a" * 61}"',
        "[[first]] 1, name: it has 61 letters; give 60 at most, since it stands in tables",
    ),
    (
        '[[first]]\nname = "a"\nlearning_rate = 0.01\nunit = 64',
        '[[first]] "a": no such key unit; did you mean units? Known are name, depth, units, '
        "activation, kind, strength, dropout, input_dropout, learning_rate, momentum, nesterov, "
        "batch_size, schedule",
    ),
    (
        '[[first]]\nname = "a"\nblocks = 2',
        '[[first]] "a": this space has no blocks; give it in [network], or leave it out here',
    ),
    (
        '[[first]]\nname = "a"\ndepth = "two"',
        '[[first]] "a": expected a whole number as depth, received "two"; '
        "write for example depth = 1",
    ),
    (
        '[[first]]\nname = "a"\nlearning_rate = 0.01\nunits = 32',
        '[[first]] "a": units 32 is not in the space, which has 64, 128; '
        "give one of these, or add it there",
    ),
    (
        '[[first]]\nname = "a"\nlearning_rate = 0.1',
        '[[first]] "a": learning_rate 0.1 is not in the space, which has 0.001 … 0.05, '
        "log; give one of these, or add it there",
    ),
    (
        '[[first]]\nname = "a"\nlearning_rate = 0.01\nmomentum = 0.5',
        '[[first]] "a": momentum 0.5 is not in the space, which has 0.9; '
        "give one of these, or add it there",
    ),
    (
        '[[first]]\nname = "a"\ndepth = 2',
        '[[first]] "a": it has no learning_rate, and the usual one, 0.1, is not in the space, '
        "which has 0.001 … 0.05, log; give it",
    ),
    (
        '[[first]]\nname = "a"\nlearning_rate = 0.01\ndepth = 0\nunits = 64',
        '[[first]] "a": units does nothing with depth 0; leave it out',
    ),
    (
        '[[first]]\nname = "a"\nlearning_rate = 0.01\nstrength = 1e-3',
        '[[first]] "a": strength does nothing with kind none; leave it out',
    ),
    (
        FIRST + '[[first]]\nname = "two layers"\nlearning_rate = 0.01',
        '[[first]]: "two layers" has the name of "two layers"; change one of them',
    ),
    (
        FIRST + '[[first]]\nname = "b"\nlearning_rate = 0.02\ndepth = 0',
        '[[first]]: "b" has the configuration of "logistic regression"; change one of them',
    ),
]


@pytest.mark.parametrize(("text", "problem"), MISTAKES)
def test_a_mistake_gives_one_sentence(text: str, problem: str) -> None:
    # a key without a table has to come before the tables
    text = f"{text}\n{SPACE}" if text.startswith("first") else SPACE + text
    with pytest.raises(SpaceError) as caught:
        make_space(text)
    assert str(caught.value) == f"space file test.toml, {problem}"


def test_compared_settings_begin_alike() -> None:
    with pytest.raises(SpaceError) as caught:
        make_space('compare = "depth"\n' + SPACE + FIRST)
    assert str(caught.value) == (
        "space file test.toml, [[first]]: the space compares settings of depth, which must all "
        "begin alike; drop compare or the first trials"
    )
