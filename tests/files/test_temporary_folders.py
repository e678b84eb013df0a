"""Temporary folders: those of killed processes are removed, and no other one."""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from tuner.files.temporary_folders import ScratchFolder, remove_old_scratch, use_scratch


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def make_old(path):
    os.utime(path, (time.time() - 60, time.time() - 60))


def test_the_folder_of_a_killed_process_is_removed_and_that_of_a_living_one_is_not(folder):
    program = """
import sys, time
from tuner.files.temporary_folders import ScratchFolder
scratch = ScratchFolder()
(scratch.path / "file").write_text("content")
print(scratch.path, flush=True)
time.sleep(600)
"""
    environment = {**os.environ, "TMPDIR": str(folder)}
    process = subprocess.Popen(
        [sys.executable, "-c", program], env=environment, stdout=subprocess.PIPE, text=True
    )
    path = Path(process.stdout.readline().strip())
    make_old(path)
    remove_old_scratch()
    assert (path / "file").exists()
    process.kill()
    process.communicate()
    remove_old_scratch()
    assert not path.exists()


def test_what_is_not_ours_stays(folder):
    for name in ("tuner-scratch-x", "tuner-abcdefgh", "other-abcdefgh"):
        (folder / name).mkdir()
        make_old(folder / name)
    (folder / "tuner-scratch-abcdefgh").symlink_to(folder / "tuner-abcdefgh")
    (folder / "tuner-scratch-12345678").mkdir()  # made just now, before its lock
    before = set(folder.iterdir())
    remove_old_scratch()
    assert set(folder.iterdir()) == before


def test_temporary_files_go_into_the_folder_and_with_it(folder):
    scratch = use_scratch()
    with tempfile.NamedTemporaryFile(delete=False) as file:
        assert file.name.startswith(f"{scratch.path}/")
    scratch.remove()
    assert not list(folder.iterdir())
    scratch.remove()  # twice is once


def test_a_folder_that_cannot_be_made_stops_nothing(monkeypatch, folder):
    monkeypatch.setattr(tempfile, "tempdir", str(folder / "gone"))
    assert use_scratch() is None
    with pytest.raises(FileNotFoundError):
        ScratchFolder()
