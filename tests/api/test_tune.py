"""`tune`: what it takes, keeps and refuses."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from io import StringIO

import keras
import numpy as np
import pandas as pd
import pytest

import tuner
from tests.helpers.command_line import make_things
from tests.helpers.errors import read_error
from tests.helpers.no_mirror import without_mlflow
from tests.helpers.search_only import stop_after_trials
from tuner.errors import DataError, SpaceError, StudyError, UserError

WRONG_TYPES = (
    ({"max_trials": "5"}, "--max-trials: expected a whole number, such as 3; received '5'"),
    ({"max_seconds": "9"}, "--max-seconds: expected a number, such as 0.5; received '9'"),
    ({"ignore": 5}, "--ignore: expected a list, such as ['a', 'b']; received 5"),
    ({"missing": [None]}, "--missing: None is in the list; leave it out"),
    ({"study": 5}, "--study: expected a text; received 5"),
    ({"from_study": 5}, "--from: expected a text; received 5"),
    ({"engine": None}, "--engine: expected a text; received None"),
    ({"tracking_uri": 5}, "--tracking-uri: expected a text; received 5"),
    ({"root": 5}, "--root: expected a path; received 5"),
    ({"root": ""}, "--root: the path is empty; give one"),
)


def test_a_mistake_is_an_error_before_anything_is_written(tmp_path, capsys):
    for given, message in WRONG_TYPES:
        arguments = {"root": tmp_path, **given}
        assert read_error(partial(tuner.tune, "iris", **arguments), UserError) == message
    with pytest.raises(UserError, match="tune has no argument max_trial; did you mean max_trials"):
        tuner.tune("iris", root=tmp_path, max_trial=3)
    with pytest.raises(
        UserError, match=r"tune has no argument roots; did you mean root\? Known"
    ) as e:
        tuner.tune("iris", roots=tmp_path)
    assert " x, y, space, " in str(e.value)
    assert " verbose, max_trials, " in str(e.value)
    with pytest.raises(SpaceError, match="no search space is called mlp_dept"):
        tuner.tune("iris", space="mlp_dept", root=tmp_path)
    assert not list(tmp_path.iterdir())
    assert capsys.readouterr() == ("", "")


@pytest.fixture(autouse=True)
def no_mirror():
    with without_mlflow():
        yield


@pytest.fixture(scope="module")
def frame():
    """The rows of the command's search, as a program has them."""
    return pd.read_csv(StringIO(make_things().to_csv(index=False)))


def build(hp, features, classes):
    """A hypermodel as a program may give it, of networks that share a program."""
    rate = hp.Choice("rate", [0.01, 0.03, 0.1])
    hidden = keras.layers.Dense(4, activation="relu")
    output = keras.layers.Dense(classes, activation="softmax")
    model = keras.Sequential([keras.Input((features,)), hidden, output])
    model.compile(keras.optimizers.SGD(rate), "sparse_categorical_crossentropy")
    return model


def interrupt(*_):
    raise KeyboardInterrupt


# Over 40 lines: one search after another costs less than a search for each of them.
def test_a_frame_is_kept_and_a_function_searched_and_rows_predicted(
    frame, tmp_path, capfd, monkeypatch
):
    rows = frame.drop(columns="kind").set_index(np.arange(90) * 2)
    kind = pd.Series((frame["kind"] == "big").astype(int).to_numpy(), rows.index, name="kind")
    arguments = {
        "space": build, "study": "mine-build-1", "name": "mine", "groups": np.arange(90) // 2,
        "ignore": ["flag"], "max_trials": 2, "folds": 2, "epochs": 2, "root": tmp_path,
    }  # fmt: skip
    with monkeypatch.context() as patch:
        patch.setattr("tuner.terminal.progress.Progress.on_trial_end", interrupt)
        with pytest.raises(KeyboardInterrupt):
            tuner.tune(rows, kind, **arguments)
    shown = capfd.readouterr().err.splitlines()
    assert shown[0].startswith("data mine: 90 rows, 6 features after encoding; 72 rows in 2 ")
    assert "study mine-build-1: Which network is best?" in shown
    assert "ended before the interrupt" in shown[-1]
    with ThreadPoolExecutor(1) as other:  # where Python allows no signal handlers
        study = other.submit(tuner.tune, rows, kind, **arguments).result()
    assert study.summary["trials"] == 2
    (kept,) = (tmp_path / "data").iterdir()
    classes = study.predict(rows.head())
    assert list(classes.index) == [0, 2, 4, 6, 8]
    assert set(study.predict_proba(rows.head().to_dict("list")).columns) == {0, 1}

    again = tuner.open_study("mine-build-1", tmp_path)
    assert list(again.trials_dataframe().trial) == [0, 1]
    with pytest.raises(SpaceError, match="hypermodel build: it is of a Python program"):
        again.resume(max_trials=3, verbose=0)
    with pytest.raises(StudyError, match="not searched with this open; its space is build"):
        tuner.open_study("mine-build-1", tmp_path, hypermodel=open).export(0, verbose=0)
    given = tuner.open_study("mine-build-1", tmp_path, hypermodel=build)
    capfd.readouterr()
    with stop_after_trials():
        given.resume(max_trials=3, verbose=0)
    assert capfd.readouterr() == ("", "")
    assert len(given.trials_dataframe()) == 3

    kept.unlink()
    with pytest.raises(DataError, match="it is not there any more"):
        tuner.open_study("mine-build-1", tmp_path).trials_dataframe()


def build_logit(hp, features):
    rate = hp.Fixed("learning_rate", 0.1)
    model = keras.Sequential([keras.Input((features,)), keras.layers.Dense(1)])
    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(rate), loss, metrics=[keras.metrics.AUC(from_logits=True)])
    return model


def test_a_network_of_a_logit_is_exported_with_probabilities_and_the_labels_own_names(
    tmp_path, capfd
):
    rng = np.random.default_rng(0)
    numbers = np.arange(60) % 2
    x = rng.normal(size=(60, 2)) + 6 * np.stack([numbers, numbers == 1], axis=1)
    arguments = {"max_trials": 1, "folds": 2, "epochs": 30, "root": tmp_path, "verbose": 0}
    study = tuner.tune(x, numbers.astype(str), space=build_logit, **arguments)
    assert capfd.readouterr() == ("", "")
    probabilities = study.predict_proba(x)
    assert list(probabilities.columns) == ["0", "1"]  # texts, as they were given
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-5)
    assert (study.predict(x) == numbers.astype(str)).mean() > 0.9
    outputs = study.model.predict({"x": x}, verbose=0)
    np.testing.assert_allclose(outputs, probabilities, atol=1e-5)
    assert study.verbose == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"x": "iris", "y": [0, 1]}, "y: rows of iris are read from there"),
        ({"x": "iris", "y": "target", "target": "kind"}, "there are two, target and kind"),
        ({"target": "kind", "y": np.zeros(90)}, "there are two, y and kind"),
        ({"ignore": ["colours"]}, "there is no column colours; did you mean colour"),
        ({"ignore": [("colour", "dark")]}, "there is no column colour_dark; did you mean colour"),
        ({"y": np.zeros(5)}, "it has 5 values, but x has 90 rows"),
    ],
    ids=["labels of a file", "two names", "two targets", "no column", "no levels", "too few"],
)
def test_what_cannot_be_kept_is_refused(arguments, message, frame, tmp_path):
    with pytest.raises(DataError, match=message):
        tuner.tune(**{"x": frame, **arguments}, root=tmp_path, verbose=0)
