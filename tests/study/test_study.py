from pathlib import Path

import numpy as np
import pytest

from tests.helpers.errors import read_error
from tuner.errors import StudyError
from tuner.study import Study, list_study_names


def test_a_study_comes_back_from_the_disk(make_study, make_record):
    study = make_study()
    written = [make_record(trial) for trial in range(3)]
    for record in written:
        study.write_trial(record, {})
    opened = Study.open("study", study.root)
    assert opened.record.to_dict() == study.record.to_dict()
    assert [record.to_dict() for record in opened.read_trials()] == [r.to_dict() for r in written]
    for record in written:
        probabilities = opened.arrays.read_probabilities(record.trial)
        np.testing.assert_array_equal(probabilities, record.result.probabilities)


def test_a_trial_counts_only_once_its_probabilities_are_there(make_study, make_record, monkeypatch):
    study = make_study()
    monkeypatch.setattr(
        np, "save", lambda *_, **__: (_ for _ in ()).throw(OSError(28, "disk full"))
    )
    with pytest.raises(StudyError, match=r"trial_00000.npy cannot be written \(disk full\); fix"):
        study.write_trial(make_record(0), {})
    assert list(study.read_trials()) == []


def test_a_taken_name_is_refused_unless_overwritten(make_study, make_record):
    study = make_study()
    study.write_trial(make_record(0), {})
    root = study.root
    assert read_error(lambda: Study.create(study.record, root), StudyError) == (
        f"study study already exists in {root}; give --study another name, or --overwrite to "
        "delete it first"
    )
    assert len(list(study.read_trials())) == 1
    again = Study.create(study.record, root, overwrite=True)
    assert list(again.read_trials()) == []


def test_an_unknown_study_is_answered_with_the_known_ones(make_study, tmp_path):
    assert read_error(lambda: Study.open("digits", tmp_path), StudyError) == (
        f"there is no study digits; there are none in {tmp_path}"
    )
    root = make_study("digits-mlp-1").root
    assert list_study_names(root) == ["digits-mlp-1"]
    assert read_error(lambda: Study.open("digits-mlp-2", root), StudyError) == (
        f"there is no study digits-mlp-2 in {root}; did you mean digits-mlp-1?"
    )


@pytest.mark.parametrize(
    ("root", "named"),
    [("mlruns", ""), ("my runs", " --root 'my runs'"), ("/data/mlruns", " --root /data/mlruns")],
)
def test_a_command_names_the_root_where_it_is_not_the_usual_one(make_study, root, named):
    study = Study(make_study().record, Path(root) / "studies" / "study")
    assert study.make_command("report") == f"tuner report study{named}"
    resume = f"tuner resume study --max-trials 40{named}"
    assert study.make_command("resume", "--max-trials", "40") == resume


def test_a_command_leaves_out_the_usual_root_in_whole_too(make_study):
    study = Study(make_study().record, Path("mlruns").absolute() / "studies" / "study")
    assert study.make_command("report") == "tuner report study"


def test_a_study_whose_folder_is_gone_does_not_seem_to_have_no_trials(make_study):
    study = make_study()
    study.folder.rename(study.root / "moved")
    fault = read_error(study.count_trials, StudyError)
    assert fault == f"study study is not in {study.root} any more; open it where it is now"


def test_a_damaged_description_is_named(make_study):
    study = make_study()
    path = study.folder / "study.json"
    path.write_text("{}")
    assert read_error(lambda: Study.open("study", study.root), StudyError) == (
        f"study description {path} cannot be read (space: it is missing); "
        "correct that, or restore the file from a copy"
    )


def test_a_folder_that_cannot_be_written_is_named(make_study):
    study = make_study()
    file = study.folder / "study.json"  # a file where a folder is needed
    assert read_error(lambda: Study.create(study.record, file), StudyError) == (
        f"study folder {file}/studies/study cannot be written (Not a directory); fix that, or "
        "give --root another folder"
    )


def test_a_folder_that_was_renamed_gives_the_study_its_name(make_study):
    study = make_study("one")
    study.folder.rename(study.folder.with_name("two"))
    opened = Study.open("two", study.root)
    assert (opened.record.name, opened.record.id) == ("two", study.record.id)
