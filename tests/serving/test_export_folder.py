"""An export may take the place of an earlier one, and of nothing else."""

import json
import os
import shutil
from pathlib import Path

import pytest

from tuner.errors import UserError
from tuner.serving.export_folder import check_export_folder
from tuner.serving.file_hashes import add_hashes, check_hashes

OLD = Path(__file__).parents[1] / "old_studies" / "0.1.0" / "before" / "model"


def write_earlier_model(folder: Path) -> Path:
    """A folder with the files of an exported model."""
    shutil.copytree(OLD, folder)
    return folder


def list_names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_absent_empty_and_exported_folders_may_be_written(tmp_path):
    check_export_folder(tmp_path / "absent" / "deep")
    check_export_folder(tmp_path)
    check_export_folder(write_earlier_model(tmp_path / "model"))
    assert list_names(tmp_path) == ["model"]


@pytest.mark.parametrize("name", ["letters.txt", "model.json"])
def test_a_folder_with_other_things_is_refused(tmp_path, name):
    (tmp_path / name).write_text("dear")
    with pytest.raises(UserError) as error:
        check_export_folder(tmp_path)
    assert str(error.value) == (
        f"output folder {tmp_path} exists and is not an exported model; give --output another "
        "folder"
    )


def test_the_root_of_the_disk_is_refused():
    with pytest.raises(UserError) as error:
        check_export_folder(Path("/"))
    assert str(error.value) == (
        "output folder / exists and is not an exported model; give --output another folder"
    )


def test_a_file_is_refused(tmp_path):
    (tmp_path / "file").write_text("dear")
    with pytest.raises(UserError) as error:
        check_export_folder(tmp_path / "file")
    assert str(error.value) == (
        f"output folder {tmp_path}/file exists and is not an exported model; give --output "
        "another folder"
    )


def test_a_users_file_beside_a_model_is_not_deleted(tmp_path):
    (write_earlier_model(tmp_path / "model") / "letters.txt").write_text("dear")
    with pytest.raises(UserError) as error:
        check_export_folder(tmp_path / "model")
    assert str(error.value) == (
        f"output folder {tmp_path}/model holds letters.txt beside an exported model, and "
        "replacing the model would delete that; move it, or give --output another folder"
    )


@pytest.mark.parametrize(
    "name",
    [
        "saved_model/letters.txt",
        "saved_model/variables/letters.txt",
        "saved_model/assets/letters.txt",
        "mlflow_model/letters.txt",
        "mlflow_model/artifacts/letters.txt",
        "letters/",
    ],
)
def test_a_users_file_within_a_model_is_not_deleted(tmp_path, name):
    path = write_earlier_model(tmp_path / "model") / name
    path.parent.mkdir(exist_ok=True)
    path.mkdir() if name.endswith("/") else path.write_text("dear")
    with pytest.raises(UserError) as error:
        check_export_folder(tmp_path / "model")
    assert str(error.value) == (
        f"output folder {tmp_path}/model holds {name} beside an exported model, and replacing the "
        "model would delete that; move it, or give --output another folder"
    )


@pytest.mark.parametrize("text", ["", "{}", "[]", "dear", '{"classes": ["a", "b"]}', "[" * 100_000])
def test_files_that_only_have_the_names_of_a_model_are_not_deleted(tmp_path, text):
    folder = write_earlier_model(tmp_path / "model")
    (folder / "model.json").write_text(text)
    with pytest.raises(UserError, match="exists and is not an exported model; give --output "):
        check_export_folder(folder)
    study = tmp_path / "study"
    study.mkdir()
    (study / "study.json").touch()
    own = folder.rename(study / "model")  # there it is a damaged model, which is replaced
    check_export_folder(own)
    (own / "model.keras").write_bytes(b"garbage")
    check_export_folder(own)
    (own / "model.keras").unlink()
    check_export_folder(own)
    (own / "saved_model" / "letters.txt").write_text("dear")
    with pytest.raises(UserError, match=r"holds saved_model/letters\.txt beside an exported model"):
        check_export_folder(own)


def test_a_card_that_people_have_changed_is_not_deleted(tmp_path):
    folder = write_earlier_model(tmp_path / "model")
    content = json.loads((folder / "model.json").read_text())
    (folder / "model.json").write_text(json.dumps(add_hashes(content, folder)))
    check_export_folder(folder)
    with (folder / "README.md").open("a") as card:
        card.write("What I know of it.")
    with pytest.raises(UserError) as error:
        check_export_folder(folder)
    assert str(error.value) == (
        f"output folder {folder} holds a README.md that was changed beside an exported model, and "
        "replacing the model would delete that; move it, or give --output another folder"
    )
    check_hashes(json.loads((folder / "model.json").read_text()), folder)  # it is no fault


def test_a_folder_below_a_file_is_refused(tmp_path):
    (tmp_path / "file").write_text("dear")
    with pytest.raises(UserError) as error:
        check_export_folder(tmp_path / "file" / "model")
    assert str(error.value) == (
        f"output folder {tmp_path}/file/model cannot be written ({tmp_path}/file is not a "
        "folder); fix that, or give --output another folder"
    )


def test_a_folder_that_is_not_writable_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "access", lambda path, mode: False)  # root can write everywhere
    with pytest.raises(UserError) as error:
        check_export_folder(tmp_path / "model")
    assert str(error.value) == (
        f"output folder {tmp_path}/model cannot be written ({tmp_path} is not writable); fix "
        "that, or give --output another folder"
    )


def test_the_current_folder_may_be_an_earlier_export(tmp_path, monkeypatch):
    monkeypatch.chdir(write_earlier_model(tmp_path / "model"))
    check_export_folder(Path("."))


@pytest.mark.parametrize("name", ["model", "model/saved_model", "figures", "oof/deep"])
def test_a_folder_within_what_is_replaced_as_a_whole_is_refused(tmp_path, name):
    """It would be a stranger there, because of which the study exports and reports no more."""
    (tmp_path / "study.json").touch()
    write_earlier_model(tmp_path / "model")
    around = tmp_path / name.removesuffix("/saved_model").removesuffix("/deep")
    with pytest.raises(UserError) as error:
        check_export_folder(tmp_path / name / "mine")
    assert str(error.value) == (
        f"output folder {tmp_path}/{name}/mine is within {around}, where nothing else may lie; "
        "give --output another folder"
    )
    with pytest.raises(UserError, match="is within"):
        check_export_folder(tmp_path / "model" / "trial-1")
    check_export_folder(tmp_path / "mine")
    check_export_folder(tmp_path / "model-pareto" / "trial-1")
