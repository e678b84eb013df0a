"""What is read of a study is as it was written, or an error says that it is not."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from tests.helpers.errors import read_error
from tests.helpers.problems import make_problem
from tests.helpers.results import make_probabilities, make_result
from tests.helpers.studies import create_study
from tuner.errors import StudyError
from tuner.study import (
    EventKind,
    PredictionTime,
    PredictionTimes,
    Study,
    TrialRecord,
    find_damaged_trials,
    recover_study,
)
from tuner.training import TrialResult

LEADS = {"losses_1": np.arange(4.0), "before_1": np.array(0.5)}


def write_study(root: Path) -> None:
    """Write a study of four trials: the second led the race, the last failed."""
    problem = make_problem()
    study = create_study(root, problem)
    study.begin(study.record.settings)
    for trial in range(4):
        result = make_result(trial, make_probabilities(problem, 1.0, seed=trial), problem)
        if trial == 3:
            result = TrialResult.from_failure(3, "diverged", "the loss is not finite")
        study.journal.append(EventKind.PROPOSED, trial=trial, hyperparameters={"depth": 1})
        record = TrialRecord(trial, {"depth": 1}, {}, result)
        study.write_trial(record, LEADS if trial == 1 else {})
    study.write_prediction_times(PredictionTimes({0: PredictionTime(0.1, 0.2)}, 3, 1, "CPU"))


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    root = tmp_path_factory.mktemp("written")
    write_study(root)
    return root


@pytest.fixture
def study(written, tmp_path):
    """A copy, which a test may damage."""
    shutil.copytree(written, tmp_path / "runs")
    return Study.open("study", tmp_path / "runs")


def read_all(root: Path) -> list:
    """Return all that is read of a study, except what can be made again."""
    study = Study.open("study", root)
    records = list(study.read_trials())
    arrays = [
        (study.arrays.read_probabilities(record.trial).tobytes(), study.arrays.read_leads(1))
        for record in records
        if record.completed
    ]
    return [repr(part) for part in (study.record.to_dict(), list(study.journal.read()), arrays)]


def swap(first: Path, second: Path) -> None:
    """Let two files change places."""
    content = first.read_bytes()
    first.write_bytes(second.read_bytes())
    second.write_bytes(content)


def flip(path: Path, place: int) -> None:
    """Flip a bit of a file."""
    content = bytearray(path.read_bytes())
    content[place % len(content)] ^= 1 << place % 7
    path.write_bytes(content)


DAMAGES = {
    "deleted": lambda path: path.unlink(),
    "emptied": lambda path: path.write_bytes(b""),
    "cut": lambda path: path.write_bytes(path.read_bytes()[:300]),
    "longer": lambda path: path.write_bytes(path.read_bytes() + b"\0"),
    "flipped": lambda path: flip(path, 501),
    "of another kind": lambda path: np.savetxt(path, np.zeros((5, 2))),
    "of another trial": lambda path: swap(path, path.with_name("trial_00000.npy")),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
@pytest.mark.parametrize("name", ["trial_00001.npy", "trial_00001_leads.npz"])
def test_a_trial_with_a_damaged_array_is_not_used_and_is_dropped_on_resume(study, name, damage):
    path = study.folder / "oof" / name
    damage(path)
    fault = "is missing" if not path.exists() else "is not as it was written"
    read = study.arrays.read_leads if "leads" in name else study.arrays.read_probabilities
    assert read_error(lambda: read(1), StudyError) == (
        f"array {path} {fault}; restore the file from a copy, or resume study study, which trains "
        "its trial again"
    )
    faults = find_damaged_trials(study)
    assert faults[1] == f"oof/{name} {fault}"
    before = study.journal.path.read_bytes()
    note = recover_study(study)[-1]
    assert note.endswith(f"because of damaged arrays: {', '.join(faults.values())}")
    assert study.journal.path.read_bytes().startswith(before)
    kept = [record.trial for record in study.read_trials()]
    assert kept == [trial for trial in range(4) if trial not in faults]
    assert study.count_trials() == len(kept)
    assert find_damaged_trials(study) == {}
    assert recover_study(study) == []


def test_a_trial_that_was_trained_again_counts_once_and_its_new_arrays_are_read(study):
    (study.folder / "oof" / "trial_00001.npy").unlink()
    recover_study(study)
    problem = make_problem()
    result = make_result(1, make_probabilities(problem, 0.5, seed=9), problem)
    study.write_trial(TrialRecord(1, {"depth": 1}, {}, result), {})
    assert sorted(record.trial for record in study.read_trials()) == [0, 1, 2, 3]
    np.testing.assert_array_equal(study.arrays.read_probabilities(1), result.probabilities)
    assert study.arrays.read_leads(1) == {}
    assert find_damaged_trials(study) == {}


def test_a_folder_of_arrays_that_is_gone_drops_no_trial(study):
    shutil.rmtree(study.folder / "oof")
    assert read_error(lambda: recover_study(study), StudyError) == (
        f"folder {study.folder}/oof is missing; restore it from a copy, or make an empty one and "
        "resume the study, which trains all its trials again"
    )
    (study.folder / "oof").mkdir()
    (note,) = recover_study(study)
    assert note.startswith("3 trials are trained again, because of damaged arrays: oof/trial_0000")
    assert [record.trial for record in study.read_trials()] == [3]


def test_an_array_that_cannot_be_read_drops_no_trial(study):
    path = study.folder / "oof" / "trial_00002.npy"
    path.unlink()
    path.mkdir()
    assert read_error(lambda: recover_study(study), StudyError) == (
        f"array {path} cannot be read (Is a directory); fix that"
    )
    assert study.count_trials() == 4


@pytest.mark.parametrize("name", ["journal.jsonl", "study.json"])
def test_no_changed_bit_of_a_study_goes_unseen(written, study, name):
    root, whole = study.root, read_all(written)
    path = study.folder / name
    content = path.read_bytes()
    unseen = []
    for place in np.random.default_rng(0).choice(len(content), 150, replace=False):
        flip(path, int(place))
        try:
            read = read_all(root)
        except StudyError:
            read = whole
        unseen += [place] if read != whole else []
        path.write_bytes(content)
    assert not unseen


JOURNALS = {
    "a line is missing": (lambda lines: [*lines[:3], *lines[4:]], 4),
    "a line is there twice": (lambda lines: [*lines[:5], lines[4], *lines[5:]], 6),
    "two lines changed places": (lambda lines: [*lines[:2], lines[4], *lines[3:]], 3),
    "the first line is missing": (lambda lines: lines[1:], 1),
    "a line has no checksum": (lambda lines: [*lines[:4], b'{"event": "trial"}\n'], 5),
    "a line is not UTF-8": (lambda lines: [*lines[:4], b"\xff\n"], 5),
    "a line has no end of brackets": (lambda lines: [*lines[:4], b"[" * 100_000 + b"\n"], 5),
}


@pytest.mark.parametrize(("change", "number"), JOURNALS.values(), ids=JOURNALS)
def test_a_journal_with_other_lines_is_refused_by_line(study, change, number):
    path = study.journal.path
    path.write_bytes(b"".join(change(path.read_bytes().splitlines(keepends=True))))
    message = read_error(lambda: list(study.read_trials()), StudyError)
    assert message.startswith(f"journal {path}, line {number}: ")
    assert message.endswith(
        "restore the file from a copy, or delete this line and all after it: what they tell is "
        "then done again"
    )


def test_what_the_error_advises_mends_the_journal(study):
    path = study.journal.path
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:5], *lines[4:]]))
    with pytest.raises(StudyError, match="line 6: "):
        list(study.read_trials())
    path.write_bytes(b"".join(lines[:5]))
    assert [record.trial for record in study.read_trials()] == [0, 1]
    study.journal.append(EventKind.PROPOSED, trial=2, hyperparameters={})
    assert len(list(study.journal.read())) == 6


def test_the_journal_of_another_study_is_refused(study, tmp_path):
    other = create_study(tmp_path / "other", make_problem())
    other.begin(other.record.settings)
    shutil.copy(other.journal.path, study.journal.path)
    assert read_error(lambda: list(study.read_trials()), StudyError) == (
        f"journal {study.journal.path}, line 1: the line is not as it was written, or it is "
        "another study's; restore the file from a copy, or delete this line and all after it: "
        "what they tell is then done again"
    )


def test_a_journal_that_cannot_be_read_is_named(study):
    path = study.journal.path
    path.unlink()
    path.mkdir()
    for read in (lambda: list(study.read_trials()), lambda: study.journal.torn):
        assert read_error(read, StudyError) == (
            f"journal {path} cannot be read (Is a directory); fix that"
        )


@pytest.mark.parametrize("lose", [Path.unlink, lambda path: path.write_bytes(b"")])
def test_a_study_that_lost_its_journal_is_not_begun_again(study, lose):
    lose(study.journal.path)
    root = study.root
    assert read_error(lambda: Study.open("study", root), StudyError) == (
        f"study study in {root} has lost its journal.jsonl; restore the file from a copy, or "
        "empty the folder oof in it to train all trials again"
    )
    for path in (study.folder / "oof").iterdir():
        path.unlink()
    assert Study.open("study", root).count_trials() == 0


def test_a_trial_that_stands_twice_in_an_old_journal_is_refused(study):
    line = '{"event": "trial", "time": 1, "result": {"trial": 0}}\n'
    study.journal.path.write_text(line + line)
    assert read_error(study.count_trials, StudyError) == (
        f"journal {study.journal.path}: trial 0 cannot be read (it is there twice); restore the "
        "file from a copy"
    )


@pytest.mark.parametrize("text", ["", "null", "[]", "5", '{"settings": 5}', "[" * 100_000])
def test_a_description_that_is_none_is_named(study, text):
    path = study.folder / "study.json"
    path.write_text(text)
    message = read_error(lambda: Study.open("study", study.root), StudyError)
    assert message.startswith(f"study description {path} cannot be read (")
    assert message.endswith("restore the file from a copy")


def test_a_study_that_lost_its_description_is_told_from_one_that_is_not_there(study):
    (study.folder / "study.json").unlink()
    root = study.root
    assert read_error(lambda: Study.open("study", root), StudyError) == (
        f"study study in {root} has lost its study.json; restore the file from a copy"
    )


def test_prediction_times_that_were_changed_count_as_missing(study, tmp_path):
    path = study.folder / "prediction.json"
    content, whole = path.read_bytes(), study.read_prediction_times()
    assert whole.completed == 3
    for place in range(0, len(content), 7):
        flip(path, place)
        assert study.read_prediction_times() in (PredictionTimes(), whole)
        path.write_bytes(content)
    other = create_study(tmp_path / "other", make_problem(), data={"fingerprint": "another"})
    shutil.copy(path, other.folder / "prediction.json")
    assert other.read_prediction_times() == PredictionTimes()


def test_baselines_that_cannot_be_read_count_as_missing(study):
    study.arrays.write_baselines({"a": np.arange(500.0)})
    path = study.folder / "baselines.npz"
    content, whole = path.read_bytes(), study.arrays.read_baselines()
    for place in range(0, len(content), 40):
        flip(path, place)
        read = study.arrays.read_baselines()
        assert not read or all(np.array_equal(read.get(name), whole[name]) for name in read)
        path.write_bytes(content)
    path.unlink()
    path.mkdir()
    assert study.arrays.read_baselines() == {}
