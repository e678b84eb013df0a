"""A search begins with the best trials of another study, and resumes without that study."""

import shutil
from dataclasses import replace

import keras_tuner
import pytest

from tests.helpers.searches import Interrupt, make_mlp, make_rows, read_trials
from tuner.errors import UserError
from tuner.search import FoldTuner
from tuner.search.warm_starts import give_warm_start
from tuner.study import SearchSettings, Study, WarmStart

SETTINGS = SearchSettings(max_trials=4, folds=2, epochs=1, test_size=0.0, seed=3)
WARM = replace(SETTINGS, seed=4, from_study="earlier", max_trials=6)


def search(folder, settings, study, *listeners):
    tuner = FoldTuner(make_mlp(epochs=1), settings, directory=folder, listeners=listeners)
    tuner.search(*make_rows(), study=study)
    return tuner


def test_the_first_trials_are_the_best_ones_of_the_other_study_also_after_a_break(tmp_path):
    earlier = search(tmp_path, SETTINGS, "earlier")
    ranked = sorted(earlier.records, key=lambda record: record.result.score)
    whole = read_trials(search(tmp_path, WARM, "whole").study)
    expected = [record.hyperparameters for record in ranked]
    assert [whole[trial][0] for trial in range(4)] == expected
    assert all(whole[trial][0] not in expected for trial in (4, 5))
    with pytest.raises(KeyboardInterrupt):
        search(tmp_path, WARM, "broken", Interrupt("trial", 2))
    shutil.rmtree(Study.open("earlier", tmp_path).folder)
    assert read_trials(search(tmp_path, WARM, "broken").study) == whole


def test_kerastuners_own_oracles_begin_as_they_do(tmp_path):
    oracle = keras_tuner.oracles.RandomSearchOracle(
        objective=keras_tuner.Objective("cross_entropy", "min"), max_trials=2
    )
    tuner = FoldTuner(make_mlp(epochs=1), SETTINGS, oracle=oracle, directory=tmp_path)
    with pytest.raises(UserError, match=r"^oracle RandomSearchOracle: it cannot begin"):
        give_warm_start(tuner._search_oracle, WarmStart("earlier", "1", ({"learning_rate": 0.1},)))
