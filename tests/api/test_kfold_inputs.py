"""Searches with `KFoldTuner` of networks other than a softmax on one array."""

import keras
import keras_tuner
import numpy as np
import pandas as pd
import pytest
import tensorflow as tf

from tests.helpers.problems import make_problem
from tuner import KFoldTuner
from tuner.analysis import make_results_table
from tuner.api.lost_numbers import warn_about_lost_numbers
from tuner.errors import SearchFailed, UserError
from tuner.tracking.metrics import make_trial_metrics

X = make_problem(rows=64).x
Y = np.where(X[:, 0] > X[:, 1], "yes", "no")
OPTIONS = {"max_trials": 2, "folds": 2, "epochs": 2, "seed": 1, "test_size": 0}


class Logit(keras_tuner.HyperModel):
    """One logit of rows that the network normalises itself, scored by F1."""

    def build(self, hp):
        inputs = keras.Input((4,))
        hidden = keras.layers.Normalization(name="normal")(inputs)
        model = keras.Model(inputs, keras.layers.Dense(1)(hidden))
        model.compile(
            keras.optimizers.SGD(hp.Float("rate", 0.01, 1.0, sampling="log")),
            keras.losses.BinaryCrossentropy(from_logits=True),
            metrics=[keras.metrics.F1Score(threshold=1e-9, name="f1"), "accuracy"],
        )
        return model

    def adapt(self, hp, model, x):
        model.get_layer("normal").adapt(x)


@pytest.fixture(scope="module")
def searched(tmp_path_factory):
    """A search of `Logit` on a dataset, which the tests look at."""
    tuner = KFoldTuner(
        Logit(),
        keras_tuner.Objective("val_f1", "max"),
        directory=tmp_path_factory.mktemp("runs"),
        project_name="mine",
        **OPTIONS,
    )
    tuner.search(tf.data.Dataset.from_tensor_slices((X, Y)).batch(10), verbose=0)
    return tuner


def test_a_metric_of_the_networks_own_is_the_objective(searched):
    assert searched.study.record.settings.objective == "max f1"
    scores = {r.trial: r.result.scores["f1"] for r in searched.records}
    assert [r.result.score for r in searched.records] == [scores[r.trial] for r in searched.records]
    (hp,) = searched.get_best_hyperparameters()
    best = max(searched.records, key=lambda record: record.result.score)
    assert hp.values == best.hyperparameters
    (trial,) = searched.oracle.get_best_trials(1)
    assert trial.score == best.result.score


def test_its_table_of_results_and_mlflow_have_the_metric(searched):
    study = searched.study
    table = make_results_table(study, searched.problem.truth)
    best = table[table.rank_test_score == 1].iloc[0]
    assert best.f1 == best.score == table.score.max()
    assert best.f1_standard_error > 0
    record = next(study.read_trials())
    curve = [m.value for m in make_trial_metrics(record, study.record, 0) if m.key == "val_f1"]
    assert curve[:2] == record.result.metrics["f1"]


def test_the_best_network_is_as_its_hypermodel_built_it(searched):
    (model,) = searched.get_best_models()
    moments = model.get_layer("normal")
    np.testing.assert_allclose(np.ravel(moments.mean), X.mean(axis=0), rtol=1e-4, atol=1e-5)
    labels = (Y == "yes").astype(np.float32)[:, None]
    scores = model.evaluate(X, labels, verbose=0, return_dict=True)
    assert set(scores) == {"loss", "f1", "accuracy"}
    logits = model.predict(X, verbose=0)[:, 0]
    right = (logits > 0) == (Y == "yes")
    assert right.mean() > 0.7


def test_a_search_goes_on_with_the_same_rows_as_arrays(searched):
    again = KFoldTuner(
        Logit(),
        keras_tuner.Objective("val_f1", "max"),
        directory=searched.root,
        project_name="mine",
        **OPTIONS,
    )
    again.search(X, Y, verbose=0)
    assert [r.result.score for r in again.records] == [r.result.score for r in searched.records]


def test_the_trials_are_found_after_the_program_has_changed_its_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    tuner = KFoldTuner(Logit(), "val_f1", directory="runs", **OPTIONS)
    tuner.search(X, Y, verbose=0)
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert len(tuner.records) == 2
    assert tuner.project_dir.startswith(str(tmp_path / "runs" / "studies"))


def test_a_metric_whose_direction_no_name_tells_is_asked_for(tmp_path):
    with pytest.raises(UserError, match=r'keras_tuner.Objective\("val_spread", "max"\)'):
        KFoldTuner(Logit(), "val_spread", directory=tmp_path)


@pytest.mark.parametrize("form", [np.asarray, pd.DataFrame, lambda x: (x[:, 1], X)])
def test_numbers_that_float32_does_not_hold_are_told(form, tmp_path, capsys):
    """Even if the network cannot be trained, as here, so that the test is quick."""
    tuner = KFoldTuner(Logit(), directory=tmp_path, **OPTIONS)
    x = X.astype(float)
    x[:, 1] += 1.7e9
    with pytest.raises((UserError, SearchFailed)):
        tuner.search(form(x), np.arange(64) % 3)
    assert capsys.readouterr().err.count("float32 does not hold the numbers of 1 of its") == 1
    warn_about_lost_numbers(X.astype(float), pytest.fail)  # these are held


def test_what_a_refused_search_would_show_is_not_shown_of_the_next(tmp_path, capsys):
    tuner = KFoldTuner(Logit(), directory=tmp_path, project_name="no/name", max_trials=1, folds=2)
    for rows, verbose, notes in ((64, 1, 1), (60, 0, 0), (50, 1, 1)):
        with pytest.raises(UserError, match="no/name"):
            tuner.search(X[:rows], Y[:rows], verbose=verbose)
        assert capsys.readouterr().err.count(f"of {rows} are the test part") == notes


def test_a_network_of_other_classes_ends_the_search_with_a_sentence(tmp_path):
    tuner = KFoldTuner(Logit(), directory=tmp_path, **OPTIONS)
    three = np.arange(64) % 3
    with pytest.raises((UserError, SearchFailed)) as error:
        tuner.search(X, three, verbose=0)
    assert str(error.value) == (
        "hypermodel Logit: the network has 1 output, but the rows have 3 classes; end it with "
        "Dense(3), one output for each class, and compile it with sparse_categorical_crossentropy"
    )


def test_what_cannot_belong_to_the_rows_is_refused_before_there_is_a_study(tmp_path):
    tuner = KFoldTuner(Logit(), directory=tmp_path, **OPTIONS)
    rows, labels = pd.DataFrame(X), pd.Series(Y)
    other = labels.sample(frac=1, random_state=0)
    for name in ("y", "groups", "order", "sample_weight"):
        with pytest.raises(UserError) as error:
            tuner.search(rows, **{"y": labels, name: other}, verbose=0)
        assert str(error.value).startswith(f"{name}: it has the rows of x in another order")
    with pytest.raises(UserError, match=r"^validation_data, y: it has the rows of x in another"):
        tuner.search(rows, labels, validation_data=(rows, other), verbose=0)
    for x, part in (((X, rows), r"x\[1\]"), ({"a": rows}, r"x\['a'\]")):
        with pytest.raises(UserError, match=f"^y: it has the rows of {part} in another order"):
            tuner.search(x, other, verbose=0)
    masked = np.ma.array(Y, mask=X[:, 0] > 0)
    for validation in ((X, masked), (X, Y)):
        y = masked if validation[1] is Y else Y
        with pytest.raises(UserError, match=r"for each of 64 rows; \d+ are masked"):
            tuner.search(X, y, validation_data=validation, verbose=0)
    with pytest.raises(UserError, match="all 64 rows are of class no; give rows of two or more"):
        tuner.search(X, ["no"] * 64, verbose=0)
    assert not list(tmp_path.iterdir())
