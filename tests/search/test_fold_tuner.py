"""KerasTuner's interface to a search, with a custom hypermodel."""

from dataclasses import replace

import keras_tuner
import numpy as np
import pytest

from tests.helpers.searches import (
    CustomHyperModel,
    make_mlp,
    make_rows,
    read_trials,
    search,
)
from tuner.errors import UserError
from tuner.scoring import OBJECTIVES
from tuner.search import FoldTuner
from tuner.study import SearchSettings

SETTINGS = SearchSettings(max_trials=3, folds=2, epochs=2, test_size=0.0, seed=3)


@pytest.fixture(scope="module")
def rows():
    return make_rows()


@pytest.fixture(scope="module")
def searched(rows, tmp_path_factory):
    """One search of a custom hypermodel, which the tests look at."""
    return search(tmp_path_factory.mktemp("runs"), rows, SETTINGS, hypermodel=CustomHyperModel())


@pytest.fixture
def make(tmp_path):
    def make(hypermodel=None, settings=SETTINGS, **kwargs):
        hypermodel = hypermodel or make_mlp(epochs=settings.epochs)
        return FoldTuner(hypermodel, settings, directory=tmp_path / "runs", **kwargs)

    return make


def test_a_custom_hypermodel_is_searched_and_its_best_network_returned(searched, rows):
    assert isinstance(searched, keras_tuner.Tuner)
    assert sorted(record.trial for record in searched.records) == [0, 1, 2]
    best = min(searched.records, key=lambda record: record.result.score)
    (hp,) = searched.get_best_hyperparameters()
    assert hp.values == best.hyperparameters
    (model,) = searched.get_best_models()
    probabilities = model.predict(rows[0], verbose=0)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-5)


def test_kerastuners_summaries_are_printed(searched, capsys):
    assert capsys.readouterr().out == ""  # a search prints nothing
    searched.results_summary()
    assert f"Results in {searched.study.folder}" in capsys.readouterr().out
    searched.search_space_summary()
    assert "learning_rate (Float)" in capsys.readouterr().out


def test_a_trial_has_its_active_hyperparameters_and_those_that_only_fit_declares(searched):
    assert {record.hyperparameters["hidden"] for record in searched.records} == {True, False}
    for record in searched.records:
        expected = {"hidden", "learning_rate", "batch_size"}
        expected |= {"units"} if record.hyperparameters["hidden"] else set()
        assert set(record.hyperparameters) == expected


def test_the_same_search_gives_the_same_trials_and_scores(searched, rows, tmp_path):
    again = search(tmp_path, rows, SETTINGS, hypermodel=CustomHyperModel())
    assert read_trials(again.study) == read_trials(searched.study)


def test_the_journal_has_every_trial_before_and_after_it_trained(searched):
    study = searched.study
    events = [event["event"] for event in study.journal.read()]
    assert sorted(events) == ["begun"] + ["proposed"] * 3 + ["trial"] * 3
    assert events[:2] == ["begun", "proposed"]
    assert [record.brief for record in study.read_trials()] == searched.records
    assert not list(study.folder.glob("trial_*"))  # KerasTuner's own files


def test_a_tuner_searches_once(searched, rows):
    with pytest.raises(UserError) as error:
        searched.search(*rows)
    assert str(error.value) == (
        "this tuner has searched study mine already; make a new KFoldTuner for another search"
    )


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_any_objective_ranks_the_trials(make, rows, objective):
    tuner = make(settings=replace(SETTINGS, objective=objective))
    tuner.search(*rows)
    scores = {record.trial: record.result.scores[objective] for record in tuner.records}
    best = (min if objective == "cross_entropy" else max)(scores.values())
    (hp,) = tuner.get_best_hyperparameters()
    winners = [r.hyperparameters for r in tuner.records if scores[r.trial] == best]
    assert hp.values in winners


def test_a_stock_oracle_of_kerastuner_proposes_the_trials(make, rows):
    oracle = keras_tuner.oracles.GridSearchOracle(
        objective=keras_tuner.Objective("cross_entropy", "min"), max_trials=3, seed=1
    )
    oracle.verbose = 0
    tuner = make(oracle=oracle)
    assert tuner.oracle is oracle
    tuner.search(*rows)
    assert [record.trial for record in tuner.records] == [0, 1, 2]
    rates = [record.hyperparameters["learning_rate"] for record in tuner.records]
    assert rates == sorted(rates)  # the grid's own order


def test_an_attribute_of_a_custom_hypermodel_is_not_taken_for_a_space(make):
    class WithSpace(CustomHyperModel):
        space = "mine"

    tuner = make(WithSpace())
    names = {hp.name for hp in tuner.oracle.get_space().space}
    assert names == {"hidden", "learning_rate", "batch_size"}


def test_no_network_is_built_to_find_the_hyperparameters_of_a_space(make, monkeypatch):
    hypermodel = make_mlp(epochs=2)
    monkeypatch.setattr(type(hypermodel), "build", None)
    declared = make(hypermodel).oracle.get_space()
    assert {hp.name for hp in declared.space} == {
        hp.name for hp in hypermodel.space.hyperparameters
    }


@pytest.mark.parametrize("method", ["get_best_models", "get_best_hyperparameters"])
def test_there_are_no_results_before_a_search(make, method):
    with pytest.raises(UserError) as error:
        getattr(make(), method)()
    assert str(error.value) == "there was no search yet; call search(x, y) first"
