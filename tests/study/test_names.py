import pytest

from tests.helpers.errors import read_error
from tuner.errors import StudyError
from tuner.study import Study, check_root, find_free_name, list_study_names


@pytest.mark.parametrize("name", ["../out", "a/b", "", ".hidden", "a" * 101, "a b", "..", "a\n"])
def test_a_name_cannot_leave_the_folder(make_study, name, tmp_path):
    expected = (
        f"study name {name!r} is not allowed; use at most 100 letters, digits, '.', '_' and '-', "
        "beginning with a letter or digit"
    )
    assert read_error(lambda: make_study(name), StudyError) == expected
    assert read_error(lambda: Study.open(name, tmp_path), StudyError) == expected


def test_the_path_of_a_study_in_place_of_its_name_is_told_by_its_name(make_study):
    study = make_study("one")
    with pytest.raises(StudyError) as error:
        Study.open(str(study.folder), study.root)
    assert str(error.value) == (
        f"study name {str(study.folder)!r} is not allowed; give the name alone, one"
    )


def test_free_names_count_up_and_are_always_allowed(make_study):
    root = make_study("digits-mlp-1").root
    assert find_free_name("digits-mlp", root) == "digits-mlp-2"
    assert find_free_name("../my data (1)", root) == "my_data_1_-1"
    assert find_free_name("...", root) == "study-1"


def test_a_root_that_cannot_be_written_is_refused_before_anything_is_computed(tmp_path):
    (tmp_path / "file").write_text("")
    assert read_error(lambda: check_root(tmp_path / "file" / "runs"), StudyError) == (
        f"folder {tmp_path}/file/runs cannot be written (Not a directory); fix that, or give "
        "--root another folder"
    )
    check_root(tmp_path / "new" / "runs")
    assert (tmp_path / "new" / "runs").is_dir()


def test_a_root_that_cannot_be_read_does_not_count_as_empty(tmp_path):
    (tmp_path / "studies").write_text("")
    assert read_error(lambda: list_study_names(tmp_path), StudyError) == (
        f"folder {tmp_path}/studies cannot be read (Not a directory); fix that, or give --root "
        "another folder"
    )
    long = tmp_path / ("r" * 300)
    shown = tmp_path / f"{'r' * 30}…{'r' * 10} (300 characters)"
    assert read_error(lambda: list_study_names(long), StudyError) == (
        f"folder {shown}/studies cannot be read (File name too long); fix that, or give --root "
        "another folder"
    )
    assert list_study_names(tmp_path / "absent") == []


def test_a_study_whose_folder_cannot_be_read_is_listed(make_study, monkeypatch):
    study = make_study("one")

    def refuse(path, **kwargs):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(type(study.folder), "stat", refuse)  # root can read everything
    assert list_study_names(study.root) == ["one"]
