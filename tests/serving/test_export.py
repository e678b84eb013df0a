"""An exported model answers raw rows as the network in memory does: real formats, real process."""

import errno
import json
from dataclasses import replace

import keras
import numpy as np
import pytest
import tensorflow as tf

from tests.helpers.exports import DESCRIPTION, export_model
from tuner.errors import ExportMismatch, UserError
from tuner.serving.export_folder import check_export_folder
from tuner.serving.formats import FORMATS
from tuner.serving.fresh_process import FreshProcess
from tuner.serving.sample import pick_sample
from tuner.serving.trained_network import TrainedNetwork


@pytest.fixture(scope="module")
def unused():
    """A fresh process for exports that fail before they ask it anything."""
    with FreshProcess() as fresh:
        yield fresh


@pytest.fixture
def images(exported_images):
    """The network of images and its sample, to be exported elsewhere."""
    dataset = exported_images.dataset
    return exported_images.trained, pick_sample(dataset.raw, dataset.schema)


def test_every_format_answers_in_a_fresh_process_as_the_network_in_memory(exported):
    dataset = exported.dataset
    sample = pick_sample(dataset.raw, dataset.schema)
    assert set(exported.answers) == set(FORMATS) - {"litert"}
    for answer in exported.answers.values():
        np.testing.assert_allclose(answer, exported.trained.predict_proba(sample), atol=1e-5)


def test_the_folder_describes_the_model_and_has_nothing_beside_it(exported):
    assert sorted(path.name for path in exported.folder.iterdir()) == [
        "README.md", "mlflow_model", "model.json", "model.keras", "model.onnx", "saved_model",
    ]  # fmt: skip
    description = json.loads((exported.folder / "model.json").read_text())
    assert description["study"] == "test"
    *written, litert = description["formats"].items()
    assert dict(written) == dict.fromkeys(FORMATS[:-1], "written")
    assert litert == ("litert", "it takes columns of float32 only, and column colour is of string")
    assert description["schema"] == exported.dataset.schema.to_dict()
    assert [path.name for path in exported.folder.parent.iterdir()] == ["model"]
    check_export_folder(exported.folder)  # all of it is known, so that it can be replaced


def test_the_model_needs_nothing_of_this_package_and_is_safe_to_load(exported):
    model = keras.saving.load_model(exported.folder / "model.keras", safe_mode=True)
    modules = {type(layer).__module__.partition(".")[0] for layer in model.layers}
    assert modules == {"keras"}


def test_a_model_that_answers_in_another_shape_is_not_exported(images, tmp_path, monkeypatch):
    trained, sample = images
    short = {name: values[:2] for name, values in sample.items()}
    few = trained.predict_proba(short)
    monkeypatch.setattr(TrainedNetwork, "predict_proba", lambda self, raw: few)
    with FreshProcess() as fresh, pytest.raises(ExportMismatch, match=r"in memory with \(2, "):
        export_model(trained, DESCRIPTION, tmp_path / "model", sample=sample, fresh=fresh)


def test_a_model_that_answers_differently_is_not_exported(images, tmp_path, monkeypatch):
    trained, sample = images
    right = trained.predict_proba(sample)
    wrong = np.full_like(right, 1 / 3)
    difference = np.abs(right - wrong).max()
    monkeypatch.setattr(TrainedNetwork, "predict_proba", lambda self, raw: wrong)
    folder = tmp_path / "model"
    with FreshProcess() as fresh, pytest.raises(ExportMismatch) as error:
        export_model(trained, DESCRIPTION, folder, sample=sample, fresh=fresh)
    assert str(error.value) == (
        f"exported model {folder}: keras differs from the network in memory by {difference:.2g} "
        "in a probability, more than 1e-05; nothing was exported"
    )
    assert not [*tmp_path.iterdir()]


def test_a_network_that_rounds_to_16_bits_may_answer_differently_by_that(images, tmp_path):
    trained, sample = images
    policy = "mixed_bfloat16"
    hidden = [keras.layers.Dense(64, "relu", dtype=policy) for _ in range(3)]
    ending = [keras.layers.Dense(3, "softmax", dtype=policy), keras.layers.Identity()]
    network = keras.Sequential([keras.Input((16,)), *hidden, *ending])
    rng = np.random.default_rng(0)
    network.set_weights([rng.normal(size=each.shape) / 4 for each in network.get_weights()])
    rounded = replace(trained, network=network)
    with FreshProcess() as fresh:
        export_model(
            rounded,
            DESCRIPTION,
            tmp_path / "model",
            sample=sample,
            fresh=fresh,
            formats=("keras", "saved_model"),
        )
    assert (tmp_path / "model" / "saved_model").is_dir()


def test_a_model_of_numbers_is_written_in_every_format(exported_images):
    content = json.loads((exported_images.folder / "model.json").read_text())
    assert content["formats"] == dict.fromkeys(FORMATS, "written")
    assert set(exported_images.answers) == set(FORMATS)
    assert {"model.onnx", "model.tflite"} <= content["sha256"].keys()


def test_a_format_that_cannot_say_a_layer_is_left_out_with_its_reason(images, tmp_path):
    trained, sample = images
    memory = keras.layers.GRU(3, activation="softmax", name="memory")
    network = keras.Sequential([keras.Input((16,)), keras.layers.Reshape((16, 1)), memory])
    folder = tmp_path / "model"
    with FreshProcess() as fresh:
        export_model(
            replace(trained, network=network),
            DESCRIPTION,
            folder,
            sample=sample,
            fresh=fresh,
            formats=("keras", "onnx", "litert"),
        )
    said = json.loads((folder / "model.json").read_text())["formats"]
    assert said["keras"] == "written"
    assert said["onnx"] == "layer memory (GRU) has no translation"
    assert said["litert"].startswith("TensorFlow cannot convert it (")
    assert sorted(path.name for path in folder.iterdir()) == [
        "README.md", "model.json", "model.keras",
    ]  # fmt: skip
    card = (folder / "README.md").read_text()
    assert "The format onnx is left out: layer memory (GRU) has no translation." in card
    assert "onnxruntime" not in card
    assert "mlflow" not in card.partition("```")[2]


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
    trained, sample = images
    unsafe = replace(trained, network=keras.Sequential([layer(), *trained.network.layers]))
    folder = tmp_path / "model"
    folder.mkdir()
    earlier = json.dumps({key: {} for key in ("schema", "classes", "inputs", "fingerprint")})
    (folder / "model.json").write_text(earlier)
    (folder / "model.keras").write_text("PK")
    with FreshProcess() as fresh, pytest.raises(ExportMismatch) as error:
        export_model(unsafe, DESCRIPTION, folder, sample=sample, fresh=fresh)
    assert str(error.value) == (
        f"exported model {folder} cannot be {fault}: Lambda layers and custom layers that are "
        "not Keras's own cannot be loaded safely; replace them"
    )
    assert [path.name for path in tmp_path.iterdir()] == ["model"]
    assert (folder / "model.json").read_text() == earlier


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "No space left on device"),
        (OSError("Can't write data (file write failed)"), "Can't write data (file write failed)"),
        (tf.errors.ResourceExhaustedError(None, None, "sm/x; disk full"), "disk full"),
    ],
    ids=["system", "hdf5", "tensorflow"],
)
def test_a_fault_of_the_disk_is_one_sentence_and_leaves_nothing(
    images, unused, tmp_path, monkeypatch, fault, reason
):
    def save(self, path):
        raise fault

    monkeypatch.setattr(keras.Model, "save", save)
    trained, sample = images
    folder = tmp_path / "model"
    with pytest.raises(UserError) as error:
        export_model(trained, DESCRIPTION, folder, sample=sample, fresh=unused)
    assert str(error.value) == (
        f"output folder {folder} cannot be written ({reason}); fix that, or give --output "
        "another folder"
    )
    assert not [*tmp_path.iterdir()]


def test_a_number_that_json_does_not_have_is_refused_before_anything_is_written(
    images, unused, tmp_path
):
    trained, sample = images
    description = {**DESCRIPTION, "test": {"accuracy": float("nan")}}
    with pytest.raises(ValueError, match="not JSON compliant"):
        export_model(trained, description, tmp_path / "model", sample=sample, fresh=unused)
    assert not [*tmp_path.iterdir()]


def test_a_folder_with_other_files_is_not_replaced(images, unused, tmp_path):
    trained, sample = images
    (tmp_path / "letters.txt").write_text("dear")
    with pytest.raises(UserError) as error:
        export_model(trained, DESCRIPTION, tmp_path, sample=sample, fresh=unused)
    assert str(error.value) == (
        f"output folder {tmp_path} exists and is not an exported model; give --output another "
        "folder"
    )
    assert (tmp_path / "letters.txt").read_text() == "dear"
