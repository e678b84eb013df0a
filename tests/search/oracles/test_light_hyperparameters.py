"""What an oracle keeps for each trial is light, and otherwise as KerasTuner's."""

import pickle

import keras_tuner
import pytest

from tests.helpers.oracles import INFINITE, ask_many, make_oracle
from tests.helpers.spaces import make_space
from tuner.search.oracles.light_hyperparameters import LightHyperParameters


@pytest.fixture
def whole():
    hp = keras_tuner.HyperParameters()
    hp.Int("depth", 0, 2)
    with hp.conditional_scope("depth", [1, 2]):
        hp.Float("rate", 0.0, 0.5)
    return hp


@pytest.fixture
def light(whole):
    return LightHyperParameters.from_config(whole.get_config())


def test_a_copy_is_that_of_kerastuner(whole, light):
    assert light.copy().get_config() == whole.copy().get_config()
    assert pickle.loads(pickle.dumps(light.copy())).get_config() == whole.get_config()


@pytest.mark.parametrize("changed", [0, 1])
def test_what_one_copy_declares_the_other_does_not_have(light, changed):
    copies = light, light.copy()
    copies[changed].Choice("kind", ["a", "b"])
    copies[changed].values["depth"] = 2
    assert [hp.name for hp in copies[changed].space] == ["depth", "rate", "kind"]
    assert [hp.name for hp in copies[1 - changed].space] == ["depth", "rate"]
    assert copies[1 - changed].values == {"depth": 0}


def test_a_condition_counts_in_a_copy(light):
    copied = light.copy()
    copied.values["depth"] = 1
    copied.ensure_active_values()
    assert set(copied.values) == {"depth", "rate"}
    copied.values["depth"] = 0
    copied.ensure_active_values()
    assert set(copied.values) == {"depth"}


def test_trials_share_their_space_and_leave_no_files(tmp_path):
    oracle = make_oracle("random", make_space(INFINITE), tmp_path)
    first, second = ask_many(oracle, 2)
    assert first.hyperparameters.space is second.hyperparameters.space
    assert not list(tmp_path.rglob("trial.json"))
