"""After a power cut, everything is there that the journal tells."""

import os

import numpy as np
import pytest

from tests.helpers.power_cut import Disk
from tests.helpers.problems import make_problem
from tests.helpers.results import make_probabilities, make_result
from tests.helpers.studies import create_study
from tuner.files.whole_files import replace_folder
from tuner.study import PredictionTime, PredictionTimes, Study, TrialRecord, find_damaged_trials

pytestmark = pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="needs Linux")


@pytest.fixture
def disk(tmp_path, monkeypatch):
    (tmp_path / "disk").mkdir()
    return Disk(tmp_path / "disk", monkeypatch)


@pytest.mark.parametrize("names_kept", [False, True])
def test_a_study_has_what_its_journal_tells(disk, tmp_path, names_kept):
    problem = make_problem()
    study = create_study(disk.folder / "deep" / "runs", problem)
    disk.cut(tmp_path / "created", names_kept=names_kept)
    assert list(Study.open("study", tmp_path / "created" / "deep" / "runs").read_trials()) == []
    study.begin(study.record.settings)
    for trial in range(2):
        result = make_result(trial, make_probabilities(problem, 1.0, seed=trial), problem)
        study.write_trial(TrialRecord(trial, {}, {}, result), {"losses_1": np.arange(3.0)})
        disk.cut(tmp_path / f"cut-{trial}", names_kept=names_kept)
    study.write_prediction_times(PredictionTimes({0: PredictionTime(0.1, 0.2)}, 2, 1, "CPU"))
    disk.cut(tmp_path / "end", names_kept=names_kept)
    for name, trials in (("cut-0", 1), ("cut-1", 2), ("end", 2)):
        left = Study.open("study", tmp_path / name / "deep" / "runs")
        assert left.count_trials() == trials
        assert find_damaged_trials(left) == {}
        assert left.record.to_dict() == study.record.to_dict()
        assert left.read_prediction_times().completed == (2 if name == "end" else 0)


@pytest.mark.parametrize("names_kept", [False, True])
def test_a_folder_that_took_its_place_is_whole(disk, tmp_path, names_kept):
    for text in ("first", "second"):
        with replace_folder(disk.folder / "runs" / "model") as draft:
            (draft / "deep").mkdir()
            (draft / "deep" / "variables").write_text(text)
        disk.cut(tmp_path / text, names_kept=names_kept)
        assert (tmp_path / text / "runs/model/deep/variables").read_text() == text


def test_the_disk_of_these_tests_forgets_what_was_not_flushed(disk, tmp_path):
    path = disk.folder / "file"
    path.write_text("content")
    disk.cut(tmp_path / "lost", names_kept=False)
    assert list((tmp_path / "lost").iterdir()) == []
    disk.cut(tmp_path / "empty", names_kept=True)
    assert (tmp_path / "empty" / "file").read_text() == ""
    with path.open("r+b") as file:
        os.fsync(file.fileno())
    disk.cut(tmp_path / "nameless", names_kept=False)
    assert list((tmp_path / "nameless").iterdir()) == []
    disk.cut(tmp_path / "there", names_kept=True)
    assert (tmp_path / "there" / "file").read_text() == "content"
