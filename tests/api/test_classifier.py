"""`KFoldClassifier`: its rows, labels and study, and scikit-learn's tools around it."""

import pickle
import subprocess
from pathlib import Path

import keras
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.datasets import make_blobs
from sklearn.exceptions import NotFittedError
from sklearn.impute import SimpleImputer
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline

import tuner
from tests.helpers.search_only import stop_after_trials
from tuner import KFoldClassifier, SearchSettings

SPACE = str(Path(__file__).with_name("one_network.toml"))
ROWS = 40


def make_classifier(**parameters) -> KFoldClassifier:
    return KFoldClassifier(SPACE, **{"max_trials": 1, "folds": 2, "epochs": 8, **parameters})


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    random = np.random.default_rng(0)
    kind = random.choice(["p", "q"], ROWS)
    size = np.where(kind == "p", 0.0, 3.0) + random.normal(size=ROWS)
    size[5] = np.nan
    return pd.DataFrame(
        {
            "size": size,
            "colour": pd.Categorical(random.choice([1, 2], ROWS)),
            "day": pd.date_range("2024-01-01", periods=ROWS),
            "kind": kind,
        },
        index=range(100, 100 + ROWS),
    )


@pytest.fixture(scope="module")
def fitted(frame) -> KFoldClassifier:
    return make_classifier().fit(frame.drop(columns="kind"), frame["kind"])


def build(hp):
    layers = [keras.Input((4,)), keras.layers.Dense(hp.Choice("units", [4, 8, 16]), "relu")]
    model = keras.Sequential([*layers, keras.layers.Dense(2, "softmax")])
    model.compile(keras.optimizers.Adam(0.05), "sparse_categorical_crossentropy")
    return model


def test_a_function_that_builds_networks_is_searched_on_and_can_be_cloned(tmp_path):
    x, y = make_blobs(60, n_features=4, centers=2, random_state=0)
    classifier = KFoldClassifier(build, max_trials=2, folds=2, epochs=8, root=tmp_path)
    fitted = clone(classifier).fit(x, y)
    assert fitted.score(x, y) > 0.9
    assert fitted.study_.best.hyperparameters.keys() == {"units"}
    before = fitted.study_.trials_dataframe()
    with stop_after_trials():
        fitted.study_.resume(max_trials=3)
    trials = fitted.study_.trials_dataframe()
    assert list(trials.trial) == [0, 1, 2]
    assert list(trials.score[:2]) == list(before.score)


def test_a_frame_keeps_its_columns(frame, fitted):
    rows = frame.drop(columns="kind")
    assert fitted.classes_.tolist() == ["p", "q"]
    assert fitted.feature_names_in_.tolist() == ["size", "colour", "day"]
    assert fitted.score(rows, frame["kind"]) > 0.8
    kinds = [column.kind for column in fitted._network.schema.columns]
    assert kinds == ["numeric", "categorical", "date"]
    arrow = pa.Table.from_pandas(rows, preserve_index=False)
    np.testing.assert_array_equal(fitted.predict_proba(arrow), fitted.predict_proba(rows))
    with pytest.warns(UserWarning, match="X does not have valid feature names"):
        array = fitted.predict_proba(rows.to_numpy())
    np.testing.assert_array_equal(array, fitted.predict_proba(rows))


def test_levels_that_were_not_seen_are_warned_of(frame, fitted):
    rows = frame.drop(columns="kind").assign(colour="3")
    message = f"column colour: {ROWS} cells of levels that the model has not seen, such as '3'; "
    with pytest.warns(UserWarning, match=message):
        fitted.predict(rows)


def test_networks_that_take_long_for_a_row_are_excluded(frame):
    classifier = make_classifier(max_row_microseconds=1e-9)
    with pytest.raises(ValueError, match="max_row_microseconds: the fastest network of space one_"):
        classifier.fit(frame[["size"]], frame["kind"])


def test_a_frame_without_rows_is_refused(frame):
    with pytest.raises(ValueError, match="X and y have no rows; give some of each class"):
        make_classifier().fit(frame[["size"]][:0], frame["kind"][:0])


def test_the_study_can_be_asked(fitted):
    assert fitted.study_.answer.startswith("A network with the hyperparameters of trial 0")
    assert fitted.study_.best.trial == 0
    assert len(fitted.study_.trials_dataframe()) == 1
    assert not (fitted.study_.folder / "model").exists()
    shown = repr(fitted.study_).splitlines()[-3:]
    assert shown == [
        "trials: 1",
        "model: none yet; export() trains and exports the best network",
        "report: none yet; the attribute report writes it",
    ]


def test_a_copy_predicts_the_same_and_has_no_temporary_study(frame, fitted):
    copy = pickle.loads(pickle.dumps(fitted))
    rows = frame.drop(columns="kind")
    np.testing.assert_array_equal(copy.predict_proba(rows), fitted.predict_proba(rows))
    assert not hasattr(copy, "study_")


def test_a_temporary_study_lives_as_long_as_its_object(frame):
    classifier = make_classifier().fit(frame[["size"]], frame["kind"])
    study = classifier.study_
    del classifier
    assert study.folder.exists()
    folder = study.folder
    del study
    assert not folder.exists()


def test_a_fit_starts_nothing_and_prints_nothing(frame, monkeypatch, capfd, tmp_path):
    def refuse(*arguments, **options):
        raise AssertionError(f"a process is started: {arguments}")

    monkeypatch.setattr(subprocess, "Popen", refuse)
    monkeypatch.chdir(tmp_path)
    make_classifier().fit(frame[["size"]], frame["kind"])
    assert capfd.readouterr() == ("", "")
    assert not list(tmp_path.iterdir())


def test_a_root_keeps_the_study(frame, tmp_path, capfd):
    classifier = make_classifier(root=tmp_path / "runs", verbose=1)
    classifier.fit(frame[["size"]], frame["kind"])
    assert "[1/1] trial 0" in capfd.readouterr().err
    study = tuner.open_study(classifier.study_.name, tmp_path / "runs")
    assert study.best == classifier.study_.best
    assert pickle.loads(pickle.dumps(classifier)).study_.answer == study.answer


LABELS = {
    "truth values": np.array([True, False] * (ROWS // 2)),
    "numbers": np.array([7, -3] * (ROWS // 2), np.int8),
    "placeholders": np.array(["", "NA"] * (ROWS // 2)),
}


@pytest.mark.parametrize("labels", LABELS.values(), ids=LABELS)
def test_labels_come_back_with_their_type(labels):
    x = np.random.default_rng(0).normal(size=(ROWS, 2))
    x[labels == labels[0]] += 3
    classifier = make_classifier(epochs=20).fit(x, labels)
    predicted = classifier.predict(x)
    assert predicted.dtype == labels.dtype
    assert (predicted == labels).mean() > 0.9


def test_numbers_may_be_missing_in_rows_to_predict_only():
    x, y = make_blobs(ROWS, centers=2, random_state=0)
    classifier = make_classifier().fit(x, y)
    one = x[:1].copy()
    one[0, 0] = np.nan
    assert np.isfinite(classifier.predict_proba(one)).all()
    with pytest.raises(ValueError, match="X holds a number that is not finite in float32"):
        classifier.predict(np.full((1, 2), 1e300))


def test_texts_of_an_array_mean_the_same_in_any_rows_beside_them():
    random = np.random.default_rng(0)
    codes, numbers = random.choice(["01", "02", "ab"], ROWS), random.normal(size=ROWS)
    x = np.stack([codes.astype(object), numbers.astype(str)], axis=1)
    classifier = make_classifier().fit(x, np.where(codes == "01", "p", "q"))
    whole = [codes == "01", codes == "02"]  # whose cells could all be numbers
    for rows in whole:
        expected = classifier.predict_proba(x)[rows]
        np.testing.assert_allclose(classifier.predict_proba(x[rows]), expected, atol=1e-6)


@pytest.mark.parametrize("kind", [object, str])
def test_numbers_as_objects_or_texts_are_numbers(kind):
    x, y = make_blobs(ROWS, centers=2, n_features=3, random_state=0)
    classifier = make_classifier().fit(x.astype(kind), y)
    assert classifier._network.schema.array_shape == (3,)
    np.testing.assert_array_equal(
        classifier.predict_proba(x.astype(kind)), classifier.predict_proba(x)
    )


def test_an_array_of_objects_may_hold_dates_and_missing_numbers():
    x, y = make_blobs(ROWS, centers=2, random_state=0)
    x = x.astype(object)
    x[3, 1] = pd.NA
    classifier = make_classifier(epochs=20).fit(x, y)
    assert classifier.score(x, y) > 0.9
    x[:, 1] = pd.date_range("2024-01-01", periods=ROWS)
    columns = make_classifier().fit(x, y)._network.schema.columns
    assert [column.kind for column in columns] == ["numeric", "date"]
    with pytest.raises(ValueError, match="X: the model was fitted on numbers, and a cell is none"):
        make_classifier().fit(x[:, :1], y).predict(x[:, 1:])


@pytest.mark.parametrize("make", [lambda y: y, lambda y: y.to_frame()], ids=["series", "frame"])
def test_labels_whose_index_has_the_rows_in_another_order_are_refused(frame, make):
    labels = make(frame["kind"].sample(frac=1, random_state=0))
    with pytest.raises(ValueError, match=r"^y: it has the rows of x in another order"):
        make_classifier().fit(frame[["size"]], labels)


def test_a_column_of_the_name_of_the_labels_stays(frame):
    rows = pd.DataFrame({"size": frame["size"], "y": (frame["kind"] == "p").astype(int)})
    classifier = make_classifier().fit(rows, frame["kind"])
    assert [column.name for column in classifier._network.schema.columns] == ["size", "y"]
    assert make_classifier().fit(rows[["y"]], frame["kind"]).classes_.tolist() == ["p", "q"]


def test_a_fit_that_fails_leaves_nothing_of_an_earlier_one(frame):
    classifier = make_classifier().fit(frame[["size"]], frame["kind"])
    with pytest.raises(ValueError, match="epochs: 0 is too small"):
        classifier.set_params(epochs=0).fit(frame[["size"]], frame["kind"].str.upper())
    with pytest.raises(NotFittedError):
        classifier.predict(frame[["size"]])
    assert not hasattr(classifier, "study_")


def test_images_are_rows_too():
    x = np.random.default_rng(0).integers(0, 255, (ROWS, 4, 4)).astype(np.uint8)
    y = np.arange(ROWS) % 2
    x[y == 1, :2] //= 4
    assert make_classifier(epochs=20).fit(x, y).score(x, y) > 0.9


def test_a_class_of_few_rows_lowers_the_folds(frame):
    labels = np.array(["a"] * (ROWS - 3) + ["b"] * 3)
    classifier = make_classifier(folds=5)
    message = "class b has 3 rows, so that there are 3 folds instead of 5"
    with pytest.warns(UserWarning, match=message):
        classifier.fit(frame[["size"]], labels)
    assert classifier.folds_ == 3


def test_a_class_of_one_row_is_left_out_and_keeps_its_place(frame):
    labels = np.array(["a", "c"] * (ROWS // 2))
    labels[-1] = "b"
    classifier = make_classifier()
    message = r"classes with too few rows for the folds are left out: b \(1 row\); their"
    with pytest.warns(UserWarning, match=message):
        classifier.fit(frame[["size"]], labels)
    probabilities = classifier.predict_proba(frame[["size"]])
    assert classifier.classes_.tolist() == ["a", "b", "c"]
    assert not probabilities[:, 1].any()
    assert np.allclose(probabilities.sum(axis=1), 1)
    assert set(classifier.predict(frame[["size"]])) <= {"a", "c"}


@pytest.mark.parametrize(
    ("parameters", "labels", "message"),
    [
        ({}, ["a"] * ROWS, "y has one class only, a; give rows of two or more classes"),
        ({}, ["a"] * (ROWS - 1) + ["b"], "class b has 1 row, and cross-validation takes at least"),
        (
            {"rare_classes": "refuse"},
            ["a", "b"] * (ROWS // 2 - 1) + ["a", "c"],
            "class c has 1 row, and cross-validation takes at least",
        ),
        (
            {"rare_classes": "pool"},
            ["a", "b"] * (ROWS // 2),
            "rare_classes: there is no choice pool; give refuse or leave-out",
        ),
        (
            {"space": "mpl"},
            ["a", "b"] * (ROWS // 2),
            "no search space is called mpl; did you mean mlp?",
        ),
        ({"epochs": 0}, ["a", "b"] * (ROWS // 2), "epochs: 0 is too small; give at least 1"),
        ({"folds": "3"}, ["a", "b"] * (ROWS // 2), "folds: expected a whole number, such as 3; re"),
        ({"root": 3}, ["a", "b"] * (ROWS // 2), "root: expected a path; received 3"),
        ({"root": ""}, ["a", "b"] * (ROWS // 2), "root: the path is empty; give one"),
        ({}, np.array(["a", None] * (ROWS // 2)), "y: 20 of 40 labels are missing; leave these"),
        ({}, np.array(["a", 1] * (ROWS // 2), object), "labels are of several types, int and str;"),
        (
            {},
            np.ma.array([0, 1] * (ROWS // 2), mask=[0] * 38 + [1] * 2),
            "y: 2 of 40 labels are ma",
        ),
    ],
)
def test_mistakes_are_value_errors(frame, parameters, labels, message):
    classifier = make_classifier().set_params(**parameters)
    with pytest.raises(ValueError, match=message):
        classifier.fit(frame[["size"]], labels)


def test_its_parameters_are_settings_of_a_search_with_their_defaults():
    own = {"space", "categorical", "ignore", "missing", "rare_classes", "root", "verbose"}
    own |= {"engine", "ray_address", "ray_workers"}  # of where it trains, not of the study
    # on the space; nothing is held back
    depending = {"max_trials", "oracle", "test_size", "epochs", "patience"}
    settings, defaults = set(KFoldClassifier().get_params()) - own, SearchSettings()
    assert settings < set(SearchSettings.__dataclass_fields__)
    for name in settings - depending:
        assert getattr(KFoldClassifier(), name) == getattr(defaults, name)


def test_it_works_in_a_pipeline_that_is_cross_validated():
    x, y = make_blobs(ROWS, centers=2, random_state=0)
    x[::7, 0] = np.nan
    pipeline = make_pipeline(SimpleImputer(), make_classifier())
    assert cross_val_score(pipeline, x, y, cv=2).mean() > 0.8


def test_it_works_in_a_grid_search():
    x, y = make_blobs(ROWS, centers=2, random_state=0)
    grid = GridSearchCV(make_classifier(), {"epochs": [1, 12]}, cv=2, scoring="neg_log_loss")
    assert grid.fit(x, y).best_params_ == {"epochs": 12}
    assert grid.best_estimator_.study_.settings.epochs == 12


def test_it_can_be_calibrated():
    x, y = make_blobs(ROWS, centers=2, random_state=0)
    calibrated = CalibratedClassifierCV(make_classifier(), cv=2, ensemble=False).fit(x, y)
    assert calibrated.predict_proba(x).shape == (ROWS, 2)
