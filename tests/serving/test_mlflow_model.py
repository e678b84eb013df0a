"""The MLflow model of an exported folder: its signature, its example and its files."""

import mlflow
import numpy as np

from tests.helpers.exports import get_probabilities


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
    files = [path for path in exported.folder.rglob("*") if path.is_file()]
    assert {path.suffix for path in files} == {
        ".md", ".json", ".keras", ".onnx", ".pb", ".index", ".data-00000-of-00001", ".yaml", ".txt",
        ".py", "",
    }  # fmt: skip
    assert not [path for path in files if path.read_bytes().startswith(b"\x80")]
    folder = str(exported.folder / "mlflow_model")
    flavor = mlflow.models.Model.load(folder).flavors["python_function"]
    assert flavor["loader_module"] == "mlflow.pyfunc.loaders.code_model"
    assert "python_model" not in flavor


def test_arrays_are_a_tensor(exported_images):
    model = mlflow.pyfunc.load_model(str(exported_images.folder / "mlflow_model"))
    (tensor,) = model.metadata.signature.inputs.inputs
    assert (tensor.name, tensor.shape) == ("x", (-1, 4, 4))
    raw = exported_images.dataset.raw
    answer = get_probabilities(model.predict({"x": raw["x"].astype(np.float32)}))
    np.testing.assert_allclose(answer, exported_images.trained.predict_proba(raw), atol=1e-5)
