"""What an oracle keeps for each trial is light, and otherwise as KerasTuner's."""

import gc
import pickle
import tracemalloc

import keras_tuner
import pytest

from tests.helpers.oracles import INFINITE, ask_many, make_oracle
from tests.helpers.spaces import make_space
from tuner.search.oracles.light_trials import LightHyperParameters
from tuner.training import TrialResult


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


def test_a_trial_that_has_ended_has_its_scores_as_in_kerastuner(tmp_path):
    oracle = make_oracle("random", make_space(INFINITE), tmp_path)
    (job,) = ask_many(oracle, 1)
    oracle.tell(
        TrialResult(0, "completed", epoch=3, scores={"cross_entropy": 0.5, "accuracy": 0.75})
    )
    (trial,) = oracle.get_best_trials(1)
    assert trial.metrics.get_best_value("val_accuracy") == 0.75
    assert trial.metrics.get_best_step("val_accuracy") == 2
    assert (trial.score, trial.best_step) == (0.5, 2)
    metrics = trial.get_state()["metrics"]["metrics"]
    assert metrics["cross_entropy"] == {
        "direction": "min",
        "observations": [{"value": [0.5], "step": 2}],
    }
    assert job.hyperparameters.values == trial.hyperparameters.values


def test_a_network_can_be_built_of_a_trial_that_has_ended(light):
    light.values |= {"depth": 1, "rate": 0.25}
    light.forget_builds()
    light.forget_builds()
    with light.conditional_scope("depth", [1, 2]):
        assert light.Float("rate", 0.0, 0.5) == 0.25
    assert not hasattr(light, "no_such_name")


def test_a_trial_takes_a_few_kilobytes(tmp_path):
    """So a search of 100,000 trials fits into any machine."""
    most, oracle = 400, make_oracle("random", make_space(INFINITE), tmp_path, max_trials=1000)

    def run(trials):
        for job in ask_many(oracle, trials):
            oracle.tell(TrialResult(job.trial, "completed", epoch=3, scores={"cross_entropy": 0.5}))
        gc.collect()
        return tracemalloc.get_traced_memory()[0]

    tracemalloc.start()
    try:
        before = run(most // 4)
        assert (run(most) - before) / most < 1500
    finally:
        tracemalloc.stop()
