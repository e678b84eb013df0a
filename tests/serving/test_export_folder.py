"""An export may take the place of an earlier one, and of nothing else."""

import os
from pathlib import Path

import pytest

from tuner.errors import UserError
from tuner.serving.export_folder import check_export_folder


def write_earlier_model(folder: Path, text: str = "earlier") -> Path:
    """A folder with the files of an exported model."""
    (folder / "saved_model").mkdir(parents=True)
    for name in ("model.json", "model.keras"):
        (folder / name).write_text(text)
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
