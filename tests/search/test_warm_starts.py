"""A search begins with the best trials of another study, and resumes without that study."""

import shutil
from dataclasses import replace

import keras_tuner
import pytest

from tests.helpers.searches import Interrupt, make_mlp, make_rows, read_trials
from tuner import KFoldTuner
from tuner.errors import StudyError, UserError
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


@pytest.fixture
def overwrite(tmp_path):
    """Write studies `earlier` and `mine`, and return a search that overwrites a study."""
    for name in ("earlier", "mine"):
        search(tmp_path, replace(SETTINGS, max_trials=1), name)

    def run(name, **arguments):
        tuner = KFoldTuner(
            make_mlp(epochs=1),
            settings=replace(SETTINGS, max_trials=1),
            directory=tmp_path,
            project_name=name,
            overwrite=True,
            **arguments,
        )
        tuner.search(*make_rows(), verbose=0)
        return tuner.study

    return run


def test_a_study_that_replaces_another_begins_with_the_trials_that_it_names(overwrite, tmp_path):
    (first,) = Study.open("earlier", tmp_path).list_trials()
    study = overwrite("mine", from_study="earlier", seed=4)
    assert study.record.warm_start.study == "earlier"
    (trial,) = study.list_trials()
    assert trial.hyperparameters == first.hyperparameters


def test_no_study_is_replaced_if_the_warm_start_is_refused(overwrite, tmp_path):
    before = Study.open("mine", tmp_path).record.id
    with pytest.raises(StudyError, match=r"^there is no study gone in "):
        overwrite("mine", from_study="gone")
    with pytest.raises(StudyError, match=r"^--from: study mine cannot begin with its own trials; "):
        overwrite("mine", from_study="mine")
    oracle = keras_tuner.oracles.RandomSearchOracle(
        objective=keras_tuner.Objective("cross_entropy", "min"), max_trials=2
    )
    with pytest.raises(UserError, match=r"^oracle RandomSearchOracle: it cannot begin"):
        overwrite("mine", from_study="earlier", oracle=oracle)
    assert Study.open("mine", tmp_path).record.id == before
