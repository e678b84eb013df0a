"""An exported folder whose files were changed is refused before anything of it is loaded."""

import json
import shutil
from pathlib import Path

import pytest

from tuner.errors import UserError
from tuner.serving.exported_model import ExportedModel

OLD = Path(__file__).parents[1] / "old_studies" / "0.1.0" / "before" / "model"


@pytest.fixture
def folder(exported, tmp_path):
    return shutil.copytree(exported.folder, tmp_path / "model")


@pytest.fixture
def old(tmp_path):
    """An export of a version that wrote no hashes."""
    return shutil.copytree(OLD, tmp_path / "old")


def list_files(folder):
    return [path for path in folder.rglob("*") if path.is_file() and path.name != "README.md"]


def change(path, key, value):
    content = json.loads(path.read_text())
    part = content["schema"] if key in {"columns", "classes"} else content
    part[key] = value
    path.write_text(json.dumps(content))


def refuse(folder, words):
    """Check that the folder is refused, with some words."""
    with pytest.raises(UserError) as error:
        ExportedModel.open(folder)
    assert words in str(error.value)
    assert str(error.value).endswith("; export the model again")


def test_every_file_but_the_card_is_known(folder):
    for path in list_files(folder):
        content = path.read_bytes()
        if path.name == "model.json" and path.parent == folder:
            damaged = content.replace(b'"study": "test"', b'"study": "text"')
        else:
            damaged = content[:-1] + bytes([content[-1] ^ 1]) if content else b"x"
        path.write_bytes(damaged)
        refuse(folder, f"{path} was changed after it was exported")
        path.write_bytes(content)
    (folder / "README.md").write_text("mine")
    (folder / "mlflow_model" / "registered_model_meta").write_text("MLflow's own")
    assert ExportedModel.open(folder).schema.classes


@pytest.mark.parametrize("name", ["model.keras", "mlflow_model/MLmodel", "saved_model"])
def test_a_file_that_is_missing_is_named(folder, name):
    path = folder / name
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    refuse(folder, "is missing")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("inputs", {"a": "a"}),
        ("inputs", []),
        ("classes", ["one"]),
        ("classes", ["one", "one"]),
        ("columns", []),
        ("columns", 5),
        ("schema", None),
        ("schema", []),
        ("sha256", []),
        ("sha256", 1),
        ("sha256", {}),
        ("sha256", {"model.json": None, "model.keras": {}}),
        ("sha256", {"model.json": "", "model.keras": "", "../../x": ""}),
    ],
)
def test_a_description_that_lies_is_refused(folder, key, value):
    change(folder / "model.json", key, value)
    refuse(folder, f"{folder}/model.json ")


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "[" * 100_000, '"\\ud800"', "{}"])
def test_a_description_that_is_none_is_refused(folder, text):
    (folder / "model.json").write_text(text)
    refuse(folder, f"{folder}/model.json cannot be read")


def test_a_network_of_other_classes_is_refused(folder):
    """Its hashes may have been made again by whoever changed it."""
    content = json.loads((folder / "model.json").read_text())
    del content["sha256"]
    content["schema"]["classes"].append("more")
    shutil.rmtree(folder / "mlflow_model")
    (folder / "model.json").write_text(json.dumps(content))
    with pytest.raises(UserError, match="does not take the columns, or predict the classes, that"):
        ExportedModel.open(folder).load_network()


def test_an_export_without_hashes_is_opened(old):
    assert ExportedModel.open(old).schema.classes
    shutil.rmtree(old / "mlflow_model")
    assert ExportedModel.open(old).schema.classes


@pytest.mark.parametrize("name", ["MLmodel", "artifacts/model.keras", "artifacts/model.json"])
@pytest.mark.parametrize("content", [None, b"not: [yaml"], ids=["missing", "changed"])
def test_an_export_without_hashes_is_compared_with_its_copy(old, name, content):
    path = old / "mlflow_model" / name
    path.unlink() if content is None else path.write_bytes(content)
    refuse(old, str(path))
