"""A search trains no network that is larger than its settings allow."""

import threading
from dataclasses import replace

import keras_tuner
import pytest

from tests.helpers.problems import CLASSES, FEATURES
from tests.helpers.searches import CustomHyperModel, make_mlp, make_rows, search
from tuner.errors import SpaceError, UserError
from tuner.search import FoldTuner
from tuner.search.network_limits import BuiltSizeLimit
from tuner.study import SearchSettings
from tuner.training.network_building import BUILDING

SETTINGS = SearchSettings(max_trials=6, folds=2, epochs=1, test_size=0.0, seed=3)
LINEAR = (FEATURES + 1) * CLASSES
FOUR, EIGHT = ((FEATURES + 1) * units + (units + 1) * CLASSES for units in (4, 8))


def test_networks_of_a_custom_hypermodel_are_built_to_be_counted(tmp_path):
    settings = replace(SETTINGS, max_trials=4, max_parameters=EIGHT - 1, oracle="tpe")
    tuner = search(tmp_path, make_rows(), settings, hypermodel=CustomHyperModel())
    assert {record.result.parameters for record in tuner.records} == {LINEAR, FOUR}
    assert sorted(record.trial for record in tuner.records) == list(range(4))


def test_no_network_is_counted_while_a_trial_draws_its_weights():
    limit, allowed = BuiltSizeLimit(EIGHT, CustomHyperModel()), []
    counting = threading.Thread(target=lambda: allowed.append(limit.allows({"units": 4})))
    with BUILDING:
        counting.start()
        counting.join(0.2)
        assert counting.is_alive()
    counting.join()
    assert allowed == [True]


def test_the_networks_of_a_space_are_not_built(tmp_path, monkeypatch):
    monkeypatch.setattr("tuner.search.network_limits.BuiltSizeLimit", None)
    space = "[network]\ndepth = [0, 1]\nunits = 8\n[sgd]\nlearning_rate = [0.1, 0.2]\n"
    settings = replace(SETTINGS, max_parameters=EIGHT - 1)
    tuner = search(tmp_path, make_rows(), settings, hypermodel=make_mlp(space, epochs=1))
    assert [record.result.parameters for record in tuner.records] == [LINEAR] * 2


def test_a_limit_that_allows_no_network_is_refused_before_a_study_is_begun(tmp_path, monkeypatch):
    monkeypatch.setattr("tuner.search.network_limits._MOST_DRAWS", 5)  # each is built
    settings = replace(SETTINGS, max_parameters=5)
    with pytest.raises(SpaceError) as error:
        FoldTuner(CustomHyperModel(), settings, directory=tmp_path / "runs")
    assert str(error.value) == (
        "--max-parameters: the smallest of 5 networks of hypermodel CustomHyperModel has "
        f"{LINEAR} parameters, more than 5; give at least {LINEAR}"
    )
    assert not (tmp_path / "runs").exists()


def test_kerastuners_own_oracles_know_no_limit(tmp_path):
    oracle = keras_tuner.oracles.RandomSearchOracle(
        objective=keras_tuner.Objective("cross_entropy", "min"), max_trials=2
    )
    settings = replace(SETTINGS, max_parameters=50)
    with pytest.raises(UserError) as error:
        FoldTuner(make_mlp(epochs=1), settings, oracle=oracle, directory=tmp_path)
    assert str(error.value) == (
        "oracle RandomSearchOracle: it proposes networks of any size, whatever a limit on them "
        'says; give SearchSettings(oracle="tpe") or another name instead'
    )
