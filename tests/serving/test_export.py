"""An exported model answers raw rows as the network in memory does: real formats, real process."""

import errno
import json
from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import pandas as pd
import pytest
import tensorflow as tf

from tuner.data import Column, Schema, fit_scaler, load_dataset
from tuner.errors import DataError, ExportMismatch, UserError
from tuner.serving.export import _write, export_model
from tuner.serving.exported_model import ExportedModel
from tuner.serving.fresh_process import FORMATS, FreshProcess
from tuner.serving.input_names import make_input_names, rename_columns
from tuner.serving.preprocessing import add_preprocessing
from tuner.serving.sample import pick_sample
from tuner.serving.trained_network import TrainedNetwork
from tuner.study import list_versions

DESCRIPTION = {
    "study": "test",
    "question": "Is it so?",
    "objective": "cross_entropy",
    "picked": "best",
    "pick": {
        "trial": 3,
        "hyperparameters": {"depth": 1, "learning_rate": 0.1},
        "derived": {},
        "parameters": 100,
        "epoch": 7,
        "corrected_score": 0.55,
        "corrected_interval": [0.4, 0.7],
    },
    "cross_validated": {
        "cross_entropy": {"score": 0.5, "standard_error": 0.05, "interval": [0.402, 0.598]}
    },
    "test": {"cross_entropy": {"score": 0.6, "standard_error": 0.1, "interval": [0.404, 0.796]}},
    "calibration": {
        "applied": True,
        "temperature": 1.25,
        "fitted_temperature": 1.25,
        "cross_entropy": 0.5,
        "calibrated_cross_entropy": 0.45,
        "standard_error_of_difference": 0.01,
    },
    "measured": {
        "trials": 5,
        "split": "3 folds",
        "scored_rows": 32,
        "training_rows": 32,
        "test_rows": 8,
    },
    "data": {"name": "mixed", "rows": 40, "fingerprint": "0123"},
    "versions": list_versions(),
}

HEADER = "len (cm),ab/c,ab\\c,colour,flag,2nd,constant"
# parameters and keywords of Python, and what Keras calls its own operations
TAKEN = (
    "self,self_2,cls,args,kwargs,inputs,name,training,file,class,None,"
    "stack,cast,concatenate,where,sequential,string_lookup"
)
COLOURS = ["red", "green", "", "blue, dark", "[UNK]", "[[UNK]]", "é", "日本", "a. b"]

UNSCALED = 2


def table(rows=40):
    """Numbers and words, with gaps, and booleans; names and levels that Keras does not take."""
    rng = np.random.default_rng(0)
    lines = [f"{HEADER},{TAKEN},kind"]
    taken = TAKEN.count(",") + 1
    for row in range(rows):
        gap = "" if row % 7 == 0 else f"{rng.normal(5, 2):.3f}"
        colour = COLOURS[row % len(COLOURS)]
        quoted = f'"{colour}"'
        flag = ["true", "false"][row % 2]
        kind = ["yes", "no", "may be"][row % 3]
        others = ",".join(f"{number:.3f}" for number in rng.normal(size=taken))
        lines.append(f"{rng.normal():.3f},{gap},{row},{quoted},{flag},{row % 5},1,{others},{kind}")
    return "\n".join(lines) + "\n"


def trained(source):
    """A network with random weights: what an export does not depend on is how good it is."""
    dataset = load_dataset(str(source))
    keras.utils.set_random_seed(0)
    network = keras.Sequential(
        [
            keras.Input((dataset.x.shape[1],)),
            keras.layers.Dense(8, activation="relu"),
            keras.layers.Dense(len(dataset.classes), activation="softmax"),
        ]
    )
    scaler = fit_scaler(dataset.x, np.arange(len(dataset.y)), dataset.schema.scaled)
    scale = scaler.scale.copy()
    scale[UNSCALED] = np.inf  # as if no training row had a value
    return TrainedNetwork(network, dataset.schema, replace(scaler, scale=scale)), dataset


@pytest.fixture(scope="module")
def mixed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("mixed")
    (folder / "mixed.csv").write_text(table(), encoding="utf-8")
    return folder / "mixed.csv"


@pytest.fixture(scope="module")
def images(tmp_path_factory):
    path = tmp_path_factory.mktemp("images") / "images.npz"
    rng = np.random.default_rng(0)
    np.savez(path, x=rng.integers(0, 255, (30, 4, 4), np.uint8), y=np.arange(30) % 3)
    return path


def export(source, folder):
    network, dataset = trained(source)
    with FreshProcess() as fresh:
        sample = pick_sample(dataset.raw, dataset.schema)
        export_model(network, DESCRIPTION, folder, sample=sample, fresh=fresh)
    return network, dataset


@pytest.fixture(scope="module")
def exported(mixed, tmp_path_factory):
    folder = tmp_path_factory.mktemp("exported") / "model"
    network, dataset = export(mixed, folder)
    return network, dataset, folder


def test_every_format_answers_in_a_fresh_process_as_the_network_in_memory(exported):
    network, dataset, folder = exported
    sample = pick_sample(dataset.raw, dataset.schema)
    inputs = rename_columns(sample, make_input_names(dataset.schema))
    with FreshProcess() as fresh:
        answers = fresh.predict(folder, inputs)
    assert set(answers) == set(FORMATS)
    for answer in answers.values():
        np.testing.assert_allclose(answer, network.predict_proba(sample), atol=1e-5)


def test_arrays_are_exported_as_one_input(images, tmp_path):
    network, dataset = export(images, tmp_path / "model")
    model = ExportedModel.open(tmp_path / "model")
    assert model.inputs == {"x": "x"}
    (predicted,) = model.predict(model.read(str(images)))
    probabilities = predicted.filter(like="probability_").to_numpy()
    np.testing.assert_allclose(probabilities, network.predict_proba(dataset.raw), atol=1e-5)


def test_the_folder_says_what_it_takes_and_where_it_comes_from(exported):
    _, dataset, folder = exported
    assert sorted(path.name for path in folder.iterdir()) == [
        "README.md", "mlflow_model", "model.json", "model.keras", "saved_model",
    ]  # fmt: skip
    description = json.loads((folder / "model.json").read_text())
    assert description["study"] == "test"
    assert description["schema"] == dataset.schema.to_dict()
    assert [path.name for path in folder.parent.iterdir()] == ["model"]


def test_the_model_needs_nothing_of_this_package_and_is_safe_to_load(exported):
    model = keras.saving.load_model(exported[2] / "model.keras", safe_mode=True)
    modules = {type(layer).__module__.partition(".")[0] for layer in model.layers}
    assert modules == {"keras"}


def test_input_names_are_what_keras_takes_and_differ_from_each_other(exported):
    assert make_input_names(exported[1].schema) == {
        "len (cm)": "len__cm_",
        "ab/c": "ab_c",
        "ab\\c": "ab_c_2",
        "colour": "colour",
        "flag": "flag",
        "2nd": "column_2nd",
        **{name: name for name in TAKEN.split(",")},
        "self": "self_2",
        "self_2": "self_2_2",
        "class": "class_2",
        "None": "None_2",
    }


def test_the_sample_has_missing_values_and_levels_that_the_data_did_not_have(exported):
    _, dataset, _ = exported
    sample = pick_sample(dataset.raw, dataset.schema)
    assert len(sample["colour"]) == 42
    assert np.isnan(sample["ab/c"][-2:]).all()
    assert sample["colour"][-2] == ""
    assert sample["colour"][-1] not in {*dataset.raw["colour"]}


def test_a_model_that_answers_differently_is_not_exported(mixed, tmp_path, monkeypatch):
    network, dataset = trained(mixed)
    other = TrainedNetwork(network.network, dataset.schema, network.scaler)
    sample = pick_sample(dataset.raw, dataset.schema)
    wrong = np.full((42, 3), 1 / 3, np.float32)
    difference = np.abs(network.predict_proba(sample) - wrong).max()
    monkeypatch.setattr(TrainedNetwork, "predict_proba", lambda self, raw: wrong)
    folder = tmp_path / "model"
    with FreshProcess() as fresh, pytest.raises(ExportMismatch) as error:
        export_model(other, DESCRIPTION, folder, sample=sample, fresh=fresh)
    assert str(error.value) == (
        f"exported model {folder}: keras differs from the network in memory by {difference:.2g} "
        "in a probability, more than 1e-05; nothing was exported"
    )
    assert not [*tmp_path.iterdir()]


def test_a_model_that_cannot_be_loaded_is_not_exported(tmp_path):
    (tmp_path / "empty").mkdir()
    with FreshProcess() as fresh, pytest.raises(ExportMismatch) as error:
        fresh.predict(tmp_path / "empty", {"x": np.zeros(1, np.float32)})
    assert str(error.value) == (
        f"exported model {tmp_path}/empty cannot be used in a fresh process: ValueError: "
        f"File not found: filepath={tmp_path}/empty/model.keras"
    )


@keras.saving.register_keras_serializable()
class Twice(keras.layers.Layer):
    """A layer that a fresh process does not know."""

    def call(self, x):
        return 2 * x


class Through(keras.layers.Layer):
    """A layer that Keras cannot describe."""

    def __init__(self, function):
        super().__init__()
        self.function = function

    def call(self, x):
        return self.function(x)


@pytest.mark.parametrize(
    ("layer", "fault"),
    [
        (
            lambda: keras.layers.Lambda(lambda x: 2 * x),
            "loaded in a fresh process (Requested the deserialization of a `Lambda` layer whose "
            "`function` is a Python lambda)",
        ),
        (Twice, "loaded in a fresh process (Could not locate class 'Twice')"),
        (
            lambda: Through(abs),
            "saved (Object Through was created by passing non-serializable argument values in "
            "`__init__()`, and therefore the object must override `get_config()` in order to be "
            "serializable)",
        ),
    ],
    ids=["lambda", "unknown", "undescribed"],
)
def test_a_layer_that_is_not_safe_to_load_is_named_and_the_earlier_export_stays(
    images, tmp_path, layer, fault
):
    network, dataset = trained(images)
    unsafe = replace(network, network=keras.Sequential([layer(), *network.network.layers]))
    folder = tmp_path / "model"
    folder.mkdir()
    for name in ("model.json", "model.keras"):
        (folder / name).write_text("earlier")
    sample = pick_sample(dataset.raw, dataset.schema)
    with FreshProcess() as fresh, pytest.raises(ExportMismatch) as error:
        export_model(unsafe, DESCRIPTION, folder, sample=sample, fresh=fresh)
    assert str(error.value) == (
        f"exported model {folder} cannot be {fault}: Lambda layers and custom layers that are "
        "not Keras's own cannot be loaded safely; replace them"
    )
    assert [path.name for path in tmp_path.iterdir()] == ["model"]
    assert (folder / "model.json").read_text() == "earlier"


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "No space left on device"),
        (OSError("Can't write data (file write failed)"), "Can't write data (file write failed)"),
        (tf.errors.ResourceExhaustedError(None, None, "sm/x; disk full"), "sm/x; disk full"),
    ],
    ids=["system", "hdf5", "tensorflow"],
)
def test_a_fault_of_the_disk_is_one_sentence_and_leaves_nothing(
    images, tmp_path, monkeypatch, fault, reason
):
    def save(self, path):
        raise fault

    monkeypatch.setattr(keras.Model, "save", save)
    folder = tmp_path / "model"
    with pytest.raises(UserError) as error:
        export(images, folder)
    assert str(error.value) == (
        f"output folder {folder} cannot be written ({reason}); mend that, or give --output "
        "another folder"
    )
    assert not [*tmp_path.iterdir()]


def test_a_number_that_json_does_not_have_is_refused_before_anything_is_written(images, tmp_path):
    network, dataset = trained(images)
    sample = pick_sample(dataset.raw, dataset.schema)
    description = {**DESCRIPTION, "test": {"accuracy": float("nan")}}
    with FreshProcess() as fresh, pytest.raises(ValueError, match="not JSON compliant"):
        export_model(network, description, tmp_path / "model", sample=sample, fresh=fresh)
    assert not [*tmp_path.iterdir()]


def test_a_folder_with_other_things_in_it_is_not_replaced(mixed, tmp_path):
    (tmp_path / "letters.txt").write_text("dear")
    with pytest.raises(UserError) as error:
        export(mixed, tmp_path)
    assert str(error.value) == (
        f"output folder {tmp_path} exists and is not an exported model; give --output another "
        "folder"
    )
    assert (tmp_path / "letters.txt").read_text() == "dear"


def test_predictions_are_those_of_the_network_whatever_the_order_of_columns(exported, tmp_path):
    network, dataset, folder = exported
    shuffled = pd.read_csv(Path(dataset.source), dtype=str, keep_default_na=False)
    shuffled = shuffled[shuffled.columns[::-1]].drop(columns="kind").assign(extra="1")
    shuffled.to_csv(tmp_path / "rows.csv", index=False)
    model = ExportedModel.open(folder)
    (predicted,) = model.predict(model.read(str(tmp_path / "rows.csv")))
    expected = network.predict_proba(dataset.raw)
    assert list(predicted.columns) == [
        "class", "probability_may be", "probability_no", "probability_yes",
    ]  # fmt: skip
    np.testing.assert_allclose(predicted.iloc[:, 1:].to_numpy(), expected, atol=1e-5)
    assert list(predicted["class"]) == [dataset.classes[i] for i in expected.argmax(axis=1)]


def test_a_missing_column_is_named(exported, tmp_path):
    (tmp_path / "rows.csv").write_text("colour,flag\nred,true\n")
    with pytest.raises(DataError) as error:
        ExportedModel.open(exported[2]).read(str(tmp_path / "rows.csv"))
    assert str(error.value) == (
        f"data file {tmp_path}/rows.csv: it lacks the columns len (cm), ab/c, ab\\c, 2nd, self, "
        "self_2, cls, args and 13 more, which the model reads; its columns are colour, flag"
    )


def test_a_folder_that_is_no_model_is_refused(tmp_path):
    with pytest.raises(UserError) as error:
        ExportedModel.open(tmp_path)
    assert str(error.value) == (
        f"{tmp_path} is not an exported model (it has no model.json); give the folder that "
        "search or export wrote"
    )


def test_scaling_and_encoding_are_exact_in_front_of_the_network(exported):
    network, dataset, _ = exported
    features = keras.Sequential([keras.Input((dataset.x.shape[1],)), keras.layers.Identity()])
    front = add_preprocessing(features, dataset.schema, network.scaler)
    inputs = rename_columns(dataset.raw, make_input_names(dataset.schema))
    encoded = front({name: tf.constant(values) for name, values in inputs.items()}).numpy()
    np.testing.assert_allclose(encoded, network.scaler.apply(dataset.x), rtol=1e-6, atol=1e-6)
    assert np.isfinite(dataset.x[:, UNSCALED]).any()
    assert not encoded[:, UNSCALED].any()


def test_levels_are_encoded_whatever_they_are_called(exported):
    _, dataset, _ = exported
    colour = next(column for column in dataset.schema.used if column.name == "colour")
    assert set(colour.levels) == {*COLOURS} - {""}
    assert colour.missing


def test_text_reaches_the_fresh_process_as_it_is(tmp_path):
    """Fixed-width text would lose the null character."""
    texts = np.array(["", "é", "日本", "a\0", "a"], dtype=object)
    given = keras.Input((), name="word", dtype="string")
    lookup = keras.layers.StringLookup(vocabulary=["", "é", "日本", "a"], output_mode="one_hot")
    model = keras.Model({"word": given}, lookup(given))
    _write(model, tmp_path, label=tmp_path)
    levels = ("é", "日本", "a", "[UNK]", "[[UNK]]")
    schema = Schema((Column("word", "categorical", levels),), "kind", levels).to_dict()
    content = {"schema": schema, "inputs": {"word": "word"}, "versions": list_versions()}
    (tmp_path / "model.json").write_text(json.dumps(content), encoding="utf-8")
    with FreshProcess() as fresh:
        answers = fresh.predict(tmp_path, {"word": texts}, complete=True)
    assert set(answers) == set(FORMATS)
    for answer in answers.values():
        assert answer.argmax(axis=1).tolist() == [1, 2, 3, 0, 4]
