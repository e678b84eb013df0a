"""A new study deletes nothing that is not a study's."""

import json
import os
import shutil
from pathlib import Path

import numpy as np
import pytest

from tests.helpers.errors import read_error
from tests.helpers.problems import make_problem
from tests.helpers.results import make_probabilities, make_result
from tests.helpers.studies import create_study
from tuner.errors import StudyError
from tuner.files.checksums import digest_file
from tuner.study import Study, TrialRecord

OLD = Path(__file__).parents[1] / "old_studies" / "0.1.0" / "before"


@pytest.fixture
def study(tmp_path):
    """A study with a trial, and all other files that a study has."""
    problem = make_problem()
    study = create_study(tmp_path / "runs", problem)
    study.begin(study.record.settings)
    result = make_result(0, make_probabilities(problem, 1.0, seed=0), problem)
    study.write_trial(TrialRecord(0, {}, {}, result), {"losses_1": np.zeros(2)})
    for name in ("model", "baselines.npz"):
        copy = shutil.copytree if (OLD / name).is_dir() else shutil.copy
        copy(OLD / name, study.folder / name)
    shutil.copytree(OLD / "model", study.folder / "model-pareto" / "trial-0")
    shutil.copytree(OLD / "model", study.folder / "model-smallest")
    (study.folder / "figures").mkdir()
    (study.folder / "figures" / "trials.vl.json").write_text("{}")
    (study.folder / "report.html").write_text("<!doctype html>\n")
    (study.folder / "results.csv").write_text("trial,status\n")
    (study.folder / "oof" / f".trial_00001.npy-{'0' * 16}.tmp").write_bytes(b"half")
    return study


def create(study, *, overwrite):
    return Study.create(study.record, study.root, overwrite=overwrite)


def list_all(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_study_is_overwritten_with_all_that_it_has(study):
    again = create(study, overwrite=True)
    names = sorted(path.relative_to(again.folder).as_posix() for path in again.folder.rglob("*"))
    assert [name for name in names if not name.endswith((".lock", ".holder"))] == [
        "oof", "study.json",
    ]  # fmt: skip
    assert again.count_trials() == 0


STRANGERS = {
    "thesis.txt": "dear",
    "study.json.bak": "{}",
    "notes/thesis.txt": "dear",
    "oof/thesis.npy": "dear",
    "oof/trial_00007.npy": "dear",  # by its name it could be ours
    "results.csv": "name,grade\n",
    "report.html": "<html>",
    "figures/photo.png": "dear",
    "model/letters.txt": "dear",
    "model/saved_model/letters.txt": "dear",
    "model/saved_model/variables/letters.txt": "dear",
    "model/mlflow_model/artifacts/letters.txt": "dear",
    "model-pareto/trial-0/letters.txt": "dear",
    "model-pareto/letters.txt": "dear",
}


@pytest.mark.parametrize("name", STRANGERS)
def test_a_strangers_file_is_not_deleted_with_a_study(study, name):
    path = study.folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(STRANGERS[name])
    found = "notes/" if name.startswith("notes") else name
    message = (
        f"study folder {study.folder} holds {found}, which this package did not write; move that, "
        "or give --study another name"
    )
    assert read_error(lambda: create(study, overwrite=True), StudyError) == message
    (study.folder / "study.json").unlink()
    before = list_all(study.folder)
    assert read_error(lambda: create(study, overwrite=False), StudyError) == message
    assert list_all(study.folder) == before


@pytest.mark.parametrize("model", ["model", "model-smallest", "model-pareto/trial-0"])
def test_a_model_card_that_people_have_changed_is_not_deleted_with_a_study(study, model):
    card, description = study.folder / model / "README.md", study.folder / model / "model.json"
    content = json.loads(description.read_text())
    description.write_text(json.dumps({**content, "sha256": {"README.md": digest_file(card)}}))
    with card.open("a") as file:
        file.write("What I know of it.")
    before = list_all(study.folder)
    with pytest.raises(StudyError) as error:
        create(study, overwrite=True)
    assert str(error.value) == (
        f"study folder {study.folder} holds {model}/README.md with changes, which this package "
        "did not write; move that, or give --study another name"
    )
    assert list_all(study.folder) == before


def test_a_study_that_lost_its_description_is_not_deleted_unasked(study):
    (study.folder / "study.json").unlink()
    before = list_all(study.folder)
    root = study.root
    assert read_error(lambda: create(study, overwrite=False), StudyError) == (
        f"study study in {root} has lost its study.json; restore the file from a copy, or give "
        "--study another name, or --overwrite to delete the study first"
    )
    assert list_all(study.folder) == before
    assert create(study, overwrite=True).count_trials() == 0


@pytest.mark.parametrize("begun", [[], ["oof/"], ["oof/", "search.lock", "search.holder"]])
def test_what_a_process_leaves_that_is_killed_while_it_creates_a_study_is_used(study, begun):
    shutil.rmtree(study.folder)
    study.folder.mkdir()
    for name in begun:
        path = study.folder / name
        path.mkdir() if name.endswith("/") else path.touch()
    (study.folder / f".study.json-{'0' * 16}.tmp").write_bytes(b"{")
    assert create(study, overwrite=False).count_trials() == 0
    assert not list(study.folder.glob(".study*"))


def test_links_are_not_followed(study, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    shutil.move(study.folder / "oof", elsewhere)
    (study.folder / "oof").symlink_to(elsewhere)
    before = list_all(elsewhere)
    create(study, overwrite=True)
    assert list_all(elsewhere) == before


def test_a_folder_that_cannot_be_read_is_named(study, monkeypatch):
    def refuse(path):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(os, "scandir", refuse)  # root can read everything
    assert read_error(lambda: create(study, overwrite=True), StudyError) == (
        f"study folder {study.folder} cannot be read (Permission denied); fix that, or give "
        "--study another name"
    )


OF_SYSTEMS = {
    ".nfs000000000123abcd00000001": "deleted, and open elsewhere",
    "oof/.nfs000000000123abcd00000002": "deleted, and open elsewhere",
    "model/saved_model/.fuse_hidden0000000200000001": "deleted, and open elsewhere",
    "oof/.DS_Store": "\0\0\0\1Bud1\0",
    "oof/._trial_00000.npy": "\0\x05\x16\x07\0",
    ".journal.jsonl.Xy1Zw2": '{"event": "begun", "ma',  # rsync was stopped
    "oof/.trial_00001.npy.Ab3dEf": "",
}


def test_what_systems_and_stopped_copies_leave_does_not_stand_in_the_way(study):
    for name, text in OF_SYSTEMS.items():
        (study.folder / name).write_text(text)
    again = create(study, overwrite=True)
    assert again.count_trials() == 0
    left = {path.relative_to(again.folder).as_posix() for path in list_all(again.folder)}
    open_elsewhere = {name for name in OF_SYSTEMS if "hidden" in name or ".nfs" in name}
    assert left - {"study.json", "search.lock", "journal.lock"} == open_elsewhere
    again.begin(again.record.settings)
    assert Study.open("study", again.root).count_trials() == 0


@pytest.mark.parametrize("name", [".DS_Store", "oof/._letters.txt", ".thesis.txt.Xy1Zw2"])
def test_a_name_alone_makes_no_file_one_of_a_system(study, name):
    (study.folder / name).write_text("dear")
    with pytest.raises(StudyError, match=f"holds {name}, which this package did not write"):
        create(study, overwrite=True)
