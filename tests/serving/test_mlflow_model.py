"""The MLflow model of an exported folder: its signature, its example and its files."""

import json
import shutil

import mlflow
import numpy as np

from tests.helpers.exports import get_probabilities
from tuner.serving.export_folder import check_export_folder
from tuner.serving.file_hashes import add_hashes, check_hashes


def test_it_names_its_columns_and_has_an_example_that_it_answers(exported, mlflow_model):
    dataset = exported.dataset
    signature = mlflow_model.metadata.signature
    assert signature.inputs.input_names() == list(dataset.raw)
    assert signature.outputs.input_names() == [
        "class", *(f"probability_{name}" for name in dataset.classes)
    ]  # fmt: skip
    example = mlflow_model.input_example
    assert len(mlflow_model.predict(example)) == len(example) == 3
    assert example["2nd"].tolist() == dataset.raw["2nd"][:3].tolist()


def test_nothing_in_it_is_pickled(exported):
    # Python adds compiled code where another test has loaded it
    added = exported.folder / "mlflow_model" / "__pycache__"
    files = [p for p in exported.folder.rglob("*") if p.is_file() and p.parent != added]
    assert {path.suffix for path in files} == {
        ".md", ".json", ".keras", ".onnx", ".pb", ".index", ".data-00000-of-00001", ".yaml", ".txt",
        ".py", "",
    }  # fmt: skip
    assert not [path for path in files if path.read_bytes().startswith(b"\x80")]
    folder = str(exported.folder / "mlflow_model")
    flavor = mlflow.models.Model.load(folder).flavors["python_function"]
    assert flavor["loader_module"] == "mlflow.pyfunc.loaders.code_model"
    assert "python_model" not in flavor


def test_compiled_code_that_python_adds_to_it_is_neither_a_strangers_nor_checked(
    exported, tmp_path
):
    folder = shutil.copytree(exported.folder, tmp_path / "model")
    content = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    mlflow.pyfunc.load_model(str(folder / "mlflow_model"))
    (compiled,) = folder.rglob("*.pyc")
    check_export_folder(folder)
    check_hashes(content, folder)
    assert add_hashes({k: v for k, v in content.items() if k != "sha256"}, folder) == content
    # version 0.2.0 took it for a file of the export
    name = compiled.relative_to(folder).as_posix()
    check_hashes({**content, "sha256": {**content["sha256"], name: "0" * 64}}, folder)


def test_arrays_are_a_tensor(exported_images):
    model = mlflow.pyfunc.load_model(str(exported_images.folder / "mlflow_model"))
    (tensor,) = model.metadata.signature.inputs.inputs
    assert (tensor.name, tensor.shape) == ("x", (-1, 4, 4))
    raw = exported_images.dataset.raw
    answer = get_probabilities(model.predict({"x": raw["x"].astype(np.float32)}))
    np.testing.assert_allclose(answer, exported_images.trained.predict_proba(raw), atol=1e-5)
