"""What programs call searches on workers, too; they are threads of this process here."""

from pathlib import Path

import keras
import numpy as np
import pytest

from tests.helpers.crews import ThreadCrew
from tests.helpers.problems import make_problem
from tests.helpers.searches import read_trials
from tuner import KFoldClassifier, KFoldTuner
from tuner.errors import UserError
from tuner.training.remote import Engine

SPACE = str(Path(__file__).with_name("one_network.toml"))
PROBLEM = make_problem(rows=64)
OPTIONS = {"max_trials": 3, "folds": 2, "epochs": 2, "seed": 1, "test_size": 0}


@pytest.fixture
def crews(monkeypatch):
    """Give threads in place of Ray's workers; return the crews that were started."""
    started = []

    def start(self, trainer, on_note):
        if self.name == "local":
            return None
        started.append(ThreadCrew())
        return started[-1]

    monkeypatch.setattr(Engine, "check", lambda self: None)
    monkeypatch.setattr(Engine, "start", start)
    return started


def build(hp):
    inputs = keras.Input((4,))
    hidden = keras.layers.Dense(4, activation="relu")(inputs)
    model = keras.Model(inputs, keras.layers.Dense(3, activation="softmax")(hidden))
    rate = hp.Float("rate", 0.01, 0.3)  # trials of all rates share a program
    model.compile(keras.optimizers.SGD(rate), "sparse_categorical_crossentropy")
    return model


def test_a_kfold_tuner_searches_on_workers_and_again(crews, tmp_path):
    def search(engine):
        tuner = KFoldTuner(build, directory=tmp_path / engine, engine=engine, **OPTIONS)
        tuner.search(PROBLEM.x, PROBLEM.y, study="mine", verbose=0)
        return tuner

    here, there = search("local"), search("ray")
    assert read_trials(there.study) == read_trials(here.study)
    assert [crew.closed for crew in crews] == [True]
    assert there.get_best_models()[0].predict(PROBLEM.x, verbose=0).shape == (64, 3)
    there.search(PROBLEM.x, PROBLEM.y, verbose=0)  # finds all trials ended
    assert [(crew.closed, crew.units) for crew in crews[1:]] == [(True, [])]


def test_workers_are_let_go_if_a_search_cannot_begin(crews, tmp_path):
    made = {"directory": tmp_path, "engine": "ray", "project_name": "mine"}
    for seed in (1, 2):
        tuner = KFoldTuner(build, **made, **OPTIONS | {"seed": seed})
        if seed == 1:
            tuner.search(PROBLEM.x, PROBLEM.y, verbose=0)
            continue
        with pytest.raises(UserError, match="seed is 1 there and 2 here"):
            tuner.search(PROBLEM.x, PROBLEM.y, verbose=0)
    assert [crew.closed for crew in crews] == [True, True]


def test_a_classifier_is_fitted_on_workers(crews):
    made = {"max_trials": 2, "folds": 2, "epochs": 4}
    here, there = (
        KFoldClassifier(SPACE, engine=engine, **made).fit(PROBLEM.x, PROBLEM.y)
        for engine in ("local", "ray")
    )
    np.testing.assert_array_equal(there.predict_proba(PROBLEM.x), here.predict_proba(PROBLEM.x))
    assert [crew.closed for crew in crews] == [True]


@pytest.mark.parametrize(
    ("made", "fault"),
    [({"engine": "rya"}, "there is no engine rya"), ({"ray_workers": 2}, "give .* too, or leave")],
)
def test_what_no_engine_is_like_is_refused(made, fault):
    with pytest.raises(UserError, match=fault):
        KFoldTuner(build, **made)
    with pytest.raises(ValueError, match=fault):
        KFoldClassifier(SPACE, **made).fit(PROBLEM.x, PROBLEM.y)
