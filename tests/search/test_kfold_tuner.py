"""KFoldTuner as a person uses it from Python, with a hypermodel of their own."""

import time
from dataclasses import replace

import keras
import keras_tuner
import numpy as np
import pytest

from tests.helpers.problems import make_problem
from tests.helpers.spaces import SMALL, make_space
from tuner.errors import DataError, SearchFailed, UserError
from tuner.model.mlp import MLPHyperModel
from tuner.scoring import OBJECTIVES
from tuner.search import ORACLES, KFoldTuner
from tuner.study import Listener, SearchSettings, Study
from tuner.training.lanes import LanesTrainer

QUICK = SearchSettings(max_trials=3, folds=3, epochs=2, test_size=0.0, seed=3)


class Own(keras_tuner.HyperModel):
    def build(self, hp):
        model = keras.Sequential([keras.Input((4,))])
        if hp.Boolean("hidden"):
            with hp.conditional_scope("hidden", [True]):
                model.add(keras.layers.Dense(hp.Choice("units", [4, 8]), activation="relu"))
        model.add(keras.layers.Dense(3, activation="softmax"))
        rate = hp.Float("learning_rate", 1e-3, 1e-1, sampling="log")
        model.compile(keras.optimizers.Adam(rate), "sparse_categorical_crossentropy")
        return model

    def fit(self, hp, model, *args, **kwargs):
        return model.fit(*args, batch_size=hp.Choice("batch_size", [8, 16]), **kwargs)


@pytest.fixture
def rows():
    problem = make_problem()
    return problem.x, np.array(["low", "mid", "top"])[problem.y]


@pytest.fixture
def make(tmp_path):
    def make(hypermodel=None, settings=QUICK, **kwargs):
        return KFoldTuner(hypermodel or Own(), settings, directory=tmp_path / "runs", **kwargs)

    return make


def test_a_users_hypermodel_is_searched_and_its_best_network_returned(make, rows, capsys):
    tuner = make()
    tuner.search(*rows, study="mine")
    assert isinstance(tuner, keras_tuner.Tuner)
    assert sorted(record.trial for record in tuner.records) == [0, 1, 2]
    best = min(tuner.records, key=lambda record: record.result.score)
    (hp,) = tuner.get_best_hyperparameters()
    assert hp.values == best.hyperparameters
    (model,) = tuner.get_best_models()
    probabilities = model.predict(rows[0], verbose=0)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-5)
    assert capsys.readouterr().out == ""
    tuner.results_summary()
    assert f"Results in {tuner.study.folder}" in capsys.readouterr().out


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_any_objective_decides_which_trial_is_best(make, rows, objective):
    network = MLPHyperModel(make_space(SMALL), features=4, classes=3, epochs=QUICK.epochs)
    tuner = make(network, replace(QUICK, objective=objective))
    tuner.search(*rows)
    scores = {record.trial: record.result.scores[objective] for record in tuner.records}
    best = (min if objective == "cross_entropy" else max)(scores.values())
    (hp,) = tuner.get_best_hyperparameters()
    winners = [r.hyperparameters for r in tuner.records if scores[r.trial] == best]
    assert hp.values in winners


def test_a_hyperparameter_that_only_fit_asks_for_is_searched_too(make, rows):
    tuner = make()
    tuner.search(*rows)
    assert all("batch_size" in record.hyperparameters for record in tuner.records)


def test_only_active_hyperparameters_are_recorded(make, rows):
    tuner = make(settings=SearchSettings(max_trials=6, folds=2, epochs=1, test_size=0.0))
    tuner.search(*rows)
    for record in tuner.records:
        assert ("units" in record.hyperparameters) == record.hyperparameters["hidden"]


def test_the_same_search_gives_the_same_trials_and_scores(make, rows):
    first, second = make(), make()
    for tuner in (first, second):
        tuner.search(*rows)
    found = [  # by number: trials end in any order
        {r.trial: (r.hyperparameters, r.result.curves) for r in tuner.records}
        for tuner in (first, second)
    ]
    assert found[0] == found[1]


def test_the_journal_has_every_trial_before_and_after_it_ran(make, rows):
    tuner = make()
    tuner.search(*rows, study="mine")
    study = Study.open("mine", tuner.root)
    events = [event["event"] for event in study.journal.read()]
    assert sorted(events) == ["begun"] + ["proposed"] * 3 + ["trial"] * 3
    assert events[:2] == ["begun", "proposed"]
    assert [r.to_dict() for r in study.read_trials()] == [r.to_dict() for r in tuner.records]
    assert not list(study.folder.glob("trial_*"))  # KerasTuner's own files


def test_a_stock_oracle_of_kerastuner_is_taken(make, rows):
    oracle = keras_tuner.oracles.GridSearchOracle(
        objective=keras_tuner.Objective("cross_entropy", "min"), max_trials=3, seed=1
    )
    oracle.verbose = 0
    tuner = make(oracle=oracle)
    tuner.search(*rows)
    assert len(tuner.records) == 3
    with pytest.raises(UserError) as error:
        tuner.search(*rows)
    assert str(error.value) == (
        f"this tuner has searched study {tuner.study.record.name} already; make a new KFoldTuner "
        "for another search"
    )


def test_a_stock_oracle_with_another_objective_is_refused_before_anything_is_trained(make):
    oracle = keras_tuner.oracles.RandomSearchOracle(
        objective=keras_tuner.Objective("val_accuracy", "max")
    )
    with pytest.raises(UserError) as error:
        make(oracle=oracle)
    assert str(error.value) == (
        'oracle RandomSearchOracle: the objective Objective(name="val_accuracy", '
        'direction="max") is not an objective of a k-fold search; give the oracle one of '
        'Objective("cross_entropy", "min"), Objective("accuracy", "max"), '
        'Objective("balanced_accuracy", "max"), Objective("roc_auc", "max")'
    )


def test_keras_tuners_hyperband_is_refused_since_its_rungs_are_not_ours(make):
    oracle = keras_tuner.oracles.HyperbandOracle(
        objective=keras_tuner.Objective("cross_entropy", "min")
    )
    with pytest.raises(UserError) as error:
        make(oracle=oracle)
    assert str(error.value) == (
        "oracle HyperbandOracle: the epochs of its rungs are for keras_tuner.Hyperband alone; "
        'give SearchSettings(oracle="hyperband") instead'
    )


def test_a_users_attributes_of_the_same_names_are_left_alone(make, rows):
    class Named(Own):
        space = "mine"

    tuner = make(Named())
    tuner.search(*rows)
    assert len(tuner.records) == 3


def test_one_hot_classes_are_refused(make, rows):
    with pytest.raises(DataError) as error:
        make().search(rows[0], np.eye(3)[np.arange(60) % 3])
    assert str(error.value) == (
        "x and y: expected finite rows, and one class for each; received x of shape (60, 4) with "
        "0 values that are not finite, and y of shape (60, 3)"
    )


def test_a_space_is_searched_until_it_is_exhausted(make, problem, make_study):
    space = make_space("[network]\ndepth = { min = 0, max = 1 }\nunits = 4\n")
    hypermodel = MLPHyperModel(space, features=4, classes=3, epochs=2)
    settings = SearchSettings(max_trials=9, folds=3, epochs=2)
    sentence = make(hypermodel, settings).run(problem, make_study())
    assert sentence == "all 2 configurations that the random oracle has were tried"


def test_no_cohort_begins_after_the_time_is_up_but_the_first(make, problem, make_study):
    settings = SearchSettings(max_trials=9, max_seconds=0.01, folds=3, epochs=2, trainer="fit")
    hypermodel = MLPHyperModel(make_space(SMALL), features=4, classes=3, epochs=2)
    sentence = make(hypermodel, settings).run(problem, make_study())
    assert sentence == "0.01 seconds were over after 1 trial"


def test_a_cohort_is_cut_to_what_the_time_left_allows(make, problem, make_study):
    sizes = []

    class Recorder(LanesTrainer):
        def train(self, jobs, hypermodel, *, problem, plan):
            sizes.append(len(jobs))
            time.sleep(0.5)
            return super().train(jobs, hypermodel, problem=problem, plan=plan)

    hypermodel = MLPHyperModel(make_space(SMALL), features=4, classes=3, epochs=1)
    settings = SearchSettings(max_trials=500, max_seconds=6.0, folds=3, epochs=1)
    tuner = make(hypermodel, settings)
    tuner.trainer = Recorder()
    started = time.monotonic()
    tuner.run(problem, make_study())
    assert sizes[0] == 4
    assert 4 < sum(sizes) < 500
    assert time.monotonic() - started < 30


def test_listeners_are_told_in_order(make, problem, make_study):
    told = []

    class Recorder(Listener):
        def on_study_begin(self, study):
            told.append("study")

        def on_trial_begin(self, trial, hyperparameters):
            told.append(f"begin {trial}")

        def on_trial_end(self, record):
            told.append(f"end {record.trial}")

        def on_search_end(self, study, sentence):
            told.append(sentence)

    hypermodel = MLPHyperModel(make_space(SMALL), features=4, classes=3, epochs=2)
    settings = SearchSettings(max_trials=2, folds=3, epochs=1)
    make(hypermodel, settings, listeners=[Recorder()]).run(problem, make_study())
    assert told[:3] == ["study", "begin 0", "begin 1"]
    assert sorted(told[3:5]) == ["end 0", "end 1"]  # in the order in which cores finish them
    assert told[5:] == ["2 trials were asked for"]


def test_a_search_in_which_every_trial_fails_says_why_the_first_did(make, rows):
    class Broken(Own):
        def fit(self, hp, model, *args, **kwargs):
            raise RuntimeError(f"no fit {kwargs['epochs']}")

    with pytest.raises(SearchFailed) as error:
        make(Broken()).search(*rows)
    assert str(error.value) == "every trial failed; trial 0: RuntimeError: no fit 1"


def test_rows_and_classes_that_do_not_fit_together_are_refused(make, rows):
    x, y = rows
    x = x.copy()
    x[0, 0] = np.nan
    with pytest.raises(DataError) as error:
        make().search(x, y[:-1])
    assert str(error.value) == (
        "x and y: expected finite rows, and one class for each; received x of shape (60, 4) with "
        "1 values that are not finite, and y of shape (59,)"
    )


def test_there_are_no_models_before_a_search(make):
    with pytest.raises(UserError) as error:
        make().get_best_models()
    assert str(error.value) == "there was no search yet; call search(x, y) first"


class OneAtATime(LanesTrainer):
    def choose_cohort_size(self, problem):
        return 1


@pytest.mark.parametrize("oracle", ORACLES)
def test_how_many_are_trained_at_once_changes_nothing(make, problem, make_study, oracle):
    found = {}
    for trainer in (LanesTrainer(), OneAtATime()):
        hypermodel = MLPHyperModel(make_space(SMALL), features=4, classes=3, epochs=3)
        settings = SearchSettings(max_trials=5, folds=3, epochs=3, oracle=oracle)
        tuner = make(hypermodel, settings)
        tuner.trainer = trainer
        tuner.run(problem, make_study(f"{trainer.choose_cohort_size(problem)}", max_trials=5))
        found[trainer.choose_cohort_size(problem)] = {
            record.trial: (record.hyperparameters, record.result.curves) for record in tuner.records
        }
    assert len(found[1]) == 5
    assert found[1] == found[LanesTrainer().choose_cohort_size(problem)]
